/**
 * Opens a link to a watch. Chats fetch links for a preview, and proxies may store the answers. So an answer changes
 * nothing, sets no cookie and forbids storage. It also hides the page's address from other sites.
 */

import { readLink } from '../access/link.ts';
import { problem } from '../access/problem.ts';
import type { Item } from '../core/item.ts';
import { SECOND } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import { linksOf, readLinkKeys } from '../deliver/links.ts';
import type { Runtime } from '../runtime.ts';
import { watchKey } from '../store/keys.ts';
import { LANGUAGES, type Language } from '../targets/kit/words.ts';
import { gonePage, LINK_HEADERS, watchEvent, watchPage } from './link-page.ts';
import { prefers } from './preference.ts';

type LinkDeps = Pick<Runtime, 'config' | 'secrets' | 'table' | 'env' | 'now'>;

/**
 * Returns the watch behind a link. Some chats use `_` in their markup and write `%5F` in its place. A gateway may pass
 * `%5F` on, so this function decodes it. It checks the signature before it reads the table. A watch after its expiry
 * counts as gone, even if the table still has it.
 */
const watchBehind = async (link: string, deps: LinkDeps): Promise<Watch | undefined> => {
  const linked = readLink(link.replace(/%5f/gi, '_').replace(/%2d/gi, '-'), await readLinkKeys(deps));
  if (!linked) return undefined;
  const [item] = (await deps.table.get([watchKey(linked.id)])) as Item<Watch>[];
  if (!item || item.body.submittedAt !== linked.submittedAt) return undefined;
  return (item.expiresAt ?? Number.POSITIVE_INFINITY) * SECOND > deps.now() ? item.body : undefined;
};

/** A request for a link: the link's path segment, and the type and language that the client prefers. */
export type Opening = {
  readonly link: string;
  readonly accept?: string | undefined;
  readonly acceptLanguage?: string | undefined;
};

export type Opened = {
  readonly status: 200 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Answers 200 with the watch, or 404. All 404 answers are equal: for a forged link, a cut link, a replaced watch and a
 * deleted watch.
 */
export const openLink = async ({ link, accept, acceptLanguage }: Opening, deps: LinkDeps): Promise<Opened> => {
  const watch = await watchBehind(link, deps);
  const language = prefers(acceptLanguage, LANGUAGES);
  const isJson = prefers(accept, ['text/html', 'application/json']) === 'application/json';
  const { type, body } = isJson ? asJson(watch, deps) : asPage(watch, language, deps);
  return {
    status: watch ? 200 : 404,
    headers: {
      ...LINK_HEADERS,
      'content-type': `${type}; charset=utf-8`,
      'content-language': isJson ? 'en' : language,
    },
    body,
  };
};

type Written = { readonly type: string; readonly body: string };

const eventNow = (watch: Watch, deps: LinkDeps) => watchEvent(watch, linksOf(watch, deps), deps.now());

const asJson = (watch: Watch | undefined, deps: LinkDeps): Written =>
  watch
    ? { type: 'application/json', body: JSON.stringify(eventNow(watch, deps).data) }
    : { type: 'application/problem+json', body: JSON.stringify(problem(404, 'this link opens no watch')) };

const asPage = (watch: Watch | undefined, language: Language, deps: LinkDeps): Written => ({
  type: 'text/html',
  body: watch ? watchPage(watch, eventNow(watch, deps), language) : gonePage(language),
});
