/**
 * Opens a link to a watch. Chats fetch links for a preview and proxies keep them, so an answer has no effect, sets no cookie,
 * is kept nowhere and tells no other site where its reader came from.
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

/** The watch behind a link. Chats whose markup knows `_` get `%5F` for it, and a gateway may leave that as it is. The signature is checked before anything is read; a watch past its expiry is gone, removed or not. */
const watchBehind = async (link: string, deps: LinkDeps): Promise<Watch | undefined> => {
  const linked = readLink(link.replace(/%5f/gi, '_').replace(/%2d/gi, '-'), await readLinkKeys(deps));
  if (!linked) return undefined;
  const [item] = (await deps.table.get([watchKey(linked.id)])) as Item<Watch>[];
  if (!item || item.body.submittedAt !== linked.submittedAt) return undefined;
  return (item.expiresAt ?? Number.POSITIVE_INFINITY) * SECOND > deps.now() ? item.body : undefined;
};

/** A request for a link: the path segment, and what its sender would rather read. */
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

/** Answers 200 with the watch, or 404: the same one whether the link is forged, cut, of a watch that was replaced, or of one that is gone. */
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
    : { type: 'application/problem+json', body: JSON.stringify(problem(404, 'this link opens nothing')) };

const asPage = (watch: Watch | undefined, language: Language, deps: LinkDeps): Written => ({
  type: 'text/html',
  body: watch ? watchPage(watch, eventNow(watch, deps), language) : gonePage(language),
});
