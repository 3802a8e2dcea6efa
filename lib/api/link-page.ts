/** Writes the page behind a link: the facts and times of one watch. It is plain HTML and has no script. Pure. */
import { createHash } from 'node:crypto';
import {
  blockedData,
  eventOf,
  type Links,
  type OperationEvent,
  type ProgressEvent,
  progressOf,
} from '../core/event.ts';
import { plain } from '../core/text.ts';
import { isOver, type Watch } from '../core/watch.ts';
import { html } from '../targets/kit/escape.ts';
import { linkTo, messageOf } from '../targets/kit/message.ts';
import { type Language, WORDS } from '../targets/kit/words.ts';

const PAGE_WORDS = {
  en: {
    times: { submittedAt: 'Watched since', startedAt: 'Started', endedAt: 'Ended', deadline: 'Deadline' },
    history: 'History',
    watch: 'Watch',
    gone: 'This link opens no watch',
    whyGone: 'The link is not complete, or the watch is no longer kept.',
  },
  zh: {
    times: { submittedAt: '监视开始', startedAt: '开始', endedAt: '结束', deadline: '截止时间' },
    history: '经过',
    watch: '监视编号',
    gone: '此链接无法打开',
    whyGone: '链接不完整，或该监视记录已不再保留。',
  },
} as const;

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em;overflow-wrap:anywhere}dt{color:#666}dd{margin:0 0 .5em}blockquote{margin:1em 0;padding-left:1em;border-left:.2em solid #999;white-space:pre-wrap}';

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** The headers of every answer to a link, both of 200 and of 404. */
export const LINK_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  vary: 'accept, accept-language',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow, noarchive',
};

const page = (language: Language, title: string, content: string): string =>
  `<!doctype html>
<html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex, nofollow"><meta name="referrer" content="no-referrer">
<title>${html(title)}</title><style>${STYLE}</style>
<main><h1>${html(title)}</h1>
${content}
</main></html>
`;

export const gonePage = (language: Language): string => {
  const { gone, whyGone } = PAGE_WORDS[language];
  return page(language, gone, `<p>${whyGone}</p>`);
};

/** Returns the present state of a watch in the form of an event. */
export const watchEvent = (watch: Watch, links: Links, now: number): OperationEvent | ProgressEvent => {
  const { status } = watch;
  if (isOver(status)) return eventOf(watch, { event: status, at: watch.endedAt ?? now, ...wordOf(watch) }, links);
  const event = progressOf(watch, now, links);
  return watch.blocked ? { ...event, data: { ...event.data, blocked: blockedData(watch.blocked) } } : event;
};

const wordOf = ({ word }: Watch): { readonly word?: string } => (word === undefined ? {} : { word });

/** Turns an ISO 8601 time into the form `2026-05-04 03:02:01 UTC`. */
const timeOf = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

const WORD_BYTES = 400;

export const watchPage = (watch: Watch, event: OperationEvent | ProgressEvent, language: Language): string => {
  const words = PAGE_WORDS[language];
  const { title, why, facts } = messageOf(event, language);
  const { data } = event;
  const { submittedAt, deadline } = data.watch;
  const times: readonly (readonly [string, string | undefined])[] = [
    [words.times.submittedAt, submittedAt],
    [words.times.startedAt, data.startedAt],
    [words.times.endedAt, data.endedAt],
    [words.times.deadline, deadline],
  ];
  const rows = [
    ...facts.map(({ name, value }) => [name, value] as const),
    ...times.flatMap(([name, at]) => (at === undefined ? [] : [[name, timeOf(at)] as const])),
    [words.watch, watch.id] as const,
  ];
  const { status: states } = WORDS[language];
  const history = watch.history.map(({ at, status, word }) => {
    const said = word === undefined ? '' : ` (${plain(word, WORD_BYTES)})`;
    return `<li>${timeOf(new Date(at).toISOString())} ${html(`${states[status]}${said}`)}</li>`;
  });
  const links = linkTo(WORDS[language].links.console, data.console);
  return page(
    language,
    title,
    [
      ...(why === undefined ? [] : [`<blockquote>${html(why)}</blockquote>`]),
      `<dl>${rows.map(([name, value]) => `<dt>${html(name)}</dt><dd>${html(value)}</dd>`).join('')}</dl>`,
      ...(history.length > 0 ? [`<h2>${words.history}</h2><ol>${history.join('')}</ol>`] : []),
      ...links.map(
        ({ text, url }) => `<p><a rel="noopener noreferrer nofollow" href="${html(url)}">${html(text)}</a></p>`,
      ),
    ].join('\n'),
  );
};
