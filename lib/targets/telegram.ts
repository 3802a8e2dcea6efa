/**
 * Telegram bot: sendMessage in HTML, and editMessageText for the live message. Source: core.telegram.org/bots/api
 * (sendMessage, "HTML style", ResponseParameters). The token is in the path.
 */
import * as v from 'valibot';
import { sentence } from '../core/sentences.ts';
import type { HttpAnswer } from '../net/http.ts';
import { retryAfterMs } from '../net/retry-after.ts';
import { bodyFields, fieldsOf, secondsToMs } from './kit/answer.ts';
import { chat } from './kit/chat.ts';
import { html } from './kit/escape.ts';
import { judge, longer } from './kit/judge.ts';
import type { Message } from './kit/message.ts';
import { postJson } from './kit/request.ts';
import { saidIn } from './kit/said.ts';
import { chatEntries, endpoint, mentionEntries, Reference, word } from './kit/settings.ts';

const Person = v.union([
  word(/^@\w{4,32}$/, 'must be a user name such as @ops_team'),
  v.strictObject({
    id: v.pipe(v.number(), v.integer(), v.minValue(1)),
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  }),
]);

const Settings = v.strictObject({
  ...chatEntries,
  token: Reference,
  /** The number of a chat, or the name of a public channel. */
  chat: v.union([
    v.pipe(v.number(), v.integer()),
    word(/^@\w{4,32}$/, 'must be a number or a name such as @ops_channel'),
  ]),
  /** A topic of the chat. */
  thread: v.optional(v.pipe(v.number(), v.integer())),
  endpoint: endpoint('https://api.telegram.org'),
  mention: v.optional(v.strictObject({ ...mentionEntries, users: v.pipe(v.array(Person), v.maxLength(20)) })),
});
type Settings = v.InferOutput<typeof Settings>;

type TelegramMessage = {
  readonly chat_id: string | number;
  readonly text: string;
  readonly parse_mode: 'HTML';
  readonly link_preview_options: { readonly is_disabled: true };
};

/** Telegram counts the text without its tags. opwatch counts it with the tags, which is safe. */
const TEXT_MAX = 4_096;

/** An at sign before a name would call its owner. A slash would call a command of a bot. */
const escaped = (text: string): string =>
  html(text)
    .replaceAll('@', '＠')
    .replace(/(^|\s)\/(?=\w)/g, '$1／');

const mentioned = ({ users }: NonNullable<Settings['mention']>): string =>
  users
    .map((one) => (typeof one === 'string' ? one : `<a href="tg://user?id=${one.id}">${html(one.name)}</a>`))
    .join(' ');

const textOf = ({ title, facts, why, links }: Message, mention: Settings['mention']): string =>
  [
    `<b>${escaped(title)}</b>`,
    ...(why === undefined ? [] : [`<blockquote>${escaped(why)}</blockquote>`]),
    ...facts.map(({ name, value, url }) => {
      const label = url === undefined ? escaped(name) : `<a href="${html(url)}">${escaped(name)}</a>`;
      return `${label}: <code>${escaped(value)}</code>`;
    }),
    links.map(({ text, url }) => `<a href="${html(url)}">${escaped(text)}</a>`).join(' · '),
    mention ? mentioned(mention) : '',
  ]
    .filter((line) => line !== '')
    .join('\n');

const call = ({ endpoint, token }: Settings, method: string, body: object) =>
  postJson(`${endpoint}/bot${token}/${method}`, body);

/** opwatch sent this edit before and Telegram applied it. Now opwatch has sent it again. */
const isUnchanged = (answer: HttpAnswer): boolean =>
  answer.status === 400 && /message is not modified/.test(String(bodyFields(answer).description));

/** With these descriptions Telegram says that the bot can no longer reach the chat. */
const GONE =
  /upgraded to a supergroup|the chat's id is now|bot was (kicked|blocked)|bot is not a member|bot can't (initiate|send)|PEER_ID_INVALID|need administrator rights|user is deactivated|chat was deleted|chat not found|thread not found|CHAT_WRITE_FORBIDDEN|no(t enough)? rights to send|TOPIC_(CLOSED|DELETED)|CHANNEL_PRIVATE|^(Unauthorized|Not Found)$/i;

export const telegram = chat<Settings, TelegramMessage, 'telegram', v.InferInput<typeof Settings>>({
  type: 'telegram',
  settings: Settings,
  // core.telegram.org/bots/faq: about one message a second to a chat, 20 a minute to a group.
  rate: { perSecond: 1, perMinute: 20 },
  write: (message, { chat }, mention) => ({
    chat_id: chat,
    text: textOf(message, mention),
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  }),
  isTooLong: ({ text }) => text.length > TEXT_MAX,
  send: (body, settings) =>
    call(settings, 'sendMessage', {
      ...body,
      ...(settings.thread !== undefined && { message_thread_id: settings.thread }),
    }),
  edit: {
    handle: (answer) => {
      const { message_id } = fieldsOf(bodyFields(answer).result);
      return typeof message_id === 'number' ? String(message_id) : undefined;
    },
    send: (body, settings, handle) => call(settings, 'editMessageText', { ...body, message_id: Number(handle) }),
    isGone: (answer) => /message (to edit not found|can't be edited)/.test(String(bodyFields(answer).description)),
  },
  // "Making requests": every refusal has a description. ResponseParameters contain the wait, or the new id of the
  // group.
  verdict: judge({
    name: 'Telegram',
    isDelivered: (answer) => bodyFields(answer).ok === true || isUnchanged(answer),
    isTaken: isUnchanged,
    otherwise: 'telegram_no_ok',
    said: (answer) => {
      const said = saidIn(answer);
      const { migrate_to_chat_id: movedTo } = fieldsOf(bodyFields(answer).parameters);
      if (typeof movedTo !== 'number') return said;
      return { ...said, words: sentence('telegram_moved', { words: said.words ?? 'moved', id: String(movedTo) }) };
    },
    slow: { codes: ['429'], words: /too many requests|retry after/i },
    ended: { words: GONE },
    waitMs: (answer, now) =>
      longer(retryAfterMs(answer, now), secondsToMs(fieldsOf(bodyFields(answer).parameters).retry_after, now)),
  }),
});
