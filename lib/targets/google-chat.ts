/**
 * Google Chat incoming webhook: a card. Source: developers.google.com/workspace/chat ("Build a Google Chat app as a
 * webhook", "Cards v2", "Format text"). Key and token are in the query.
 */
import * as v from 'valibot';
import { HOUR } from '../core/schedule.ts';
import { byteLength } from '../core/text.ts';
import type { HttpAnswer } from '../net/http.ts';
import { retryAfterMs } from '../net/retry-after.ts';
import { bodyFields, fieldsOf, secondsToMs } from './kit/answer.ts';
import { chat } from './kit/chat.ts';
import { html } from './kit/escape.ts';
import { judge, longer } from './kit/judge.ts';
import type { Message, Tone } from './kit/message.ts';
import { postJson, withQuery } from './kit/request.ts';
import { Address, chatEntries, mentionEntries, names } from './kit/settings.ts';

const Settings = v.strictObject({
  ...chatEntries,
  url: Address,
  mention: v.optional(
    v.strictObject({
      ...mentionEntries,
      users: names(/^\d{5,30}$/, 'must be the number of a user'),
      everyone: v.optional(v.boolean(), false),
    }),
  ),
});
type Settings = v.InferOutput<typeof Settings>;

type Widget =
  | { readonly textParagraph: { readonly text: string } }
  | { readonly decoratedText: { readonly topLabel: string; readonly text: string; readonly wrapText: true } }
  | {
      readonly buttonList: {
        readonly buttons: readonly {
          readonly text: string;
          readonly onClick: { readonly openLink: { readonly url: string } };
        }[];
      };
    };
type GoogleChatMessage = {
  /** Mentions only, because a card cannot mention anybody. */
  readonly text?: string;
  /** The text of the notification. */
  readonly fallbackText: string;
  readonly cardsV2: readonly {
    readonly cardId: string;
    readonly card: { readonly sections: readonly { readonly widgets: readonly Widget[] }[] };
  }[];
  readonly thread?: { readonly threadKey: string };
};

const COLORS: Readonly<Record<Tone, string>> = { good: '#2e7d32', bad: '#c62828', warn: '#ef6c00', calm: '#607d8b' };
/** The API accepts 32,000 bytes. */
const BODY_BYTES = 20_000;

/** This format has no escape. A character that could begin a mention, a link or a tag becomes a similar one. */
const withoutTags = (text: string): string => text.replaceAll('<', '‹').replaceAll('>', '›');

const mentioned = ({ users, everyone }: NonNullable<Settings['mention']>): string[] =>
  [...(everyone ? ['all'] : []), ...users].map((id) => `<users/${id}>`);

const widgetsOf = ({ tone, title, facts, why, links }: Message): Widget[] => [
  { textParagraph: { text: `<b><font color="${COLORS[tone]}">${html(title)}</font></b>` } },
  ...(why === undefined ? [] : [{ textParagraph: { text: html(why) } }]),
  ...facts.map(({ name, value, url }) => {
    const text = url === undefined ? html(value) : `${html(value)} <a href="${html(url)}">↗</a>`;
    return { decoratedText: { topLabel: withoutTags(name), text, wrapText: true } as const };
  }),
  ...(links.length === 0
    ? []
    : [{ buttonList: { buttons: links.map(({ text, url }) => ({ text, onClick: { openLink: { url } } })) } }]),
];

/** Returns `retryDelay: "30s"` of an error's details in ms. */
const retryDelayMs = (answer: HttpAnswer, now: number): number | undefined => {
  const { details } = fieldsOf(bodyFields(answer).error);
  const delays = Array.isArray(details) ? details.map((detail) => fieldsOf(detail).retryDelay) : [];
  return delays
    .map((delay) =>
      typeof delay === 'string' && delay.endsWith('s') ? secondsToMs(delay.slice(0, -1), now) : undefined,
    )
    .reduce<number | undefined>(longer, undefined);
};

export const googleChat = chat<Settings, GoogleChatMessage, 'google-chat', v.InferInput<typeof Settings>>({
  type: 'google-chat',
  settings: Settings,
  addresses: ['/spaces/{space}/messages?key={key}&token={token}'],
  // developers.google.com/workspace/chat/limits: one message a second and space.
  rate: { perSecond: 1 },
  write: (message, _, mention) => ({
    ...(mention && { text: mentioned(mention).join(' ') }),
    fallbackText: withoutTags(message.title),
    cardsV2: [{ cardId: 'opwatch', card: { sections: [{ widgets: widgetsOf(message) }] } }],
    ...(message.thread !== undefined && { thread: { threadKey: message.thread } }),
  }),
  isTooLong: (body) => byteLength(JSON.stringify(body)) > BODY_BYTES,
  send: (body, { url }) =>
    postJson(body.thread ? withQuery(url, { messageReplyOption: 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD' }) : url, body),
  // A success contains the message with its name. Limits: 429 or 403, by the status or the reason of the error. The
  // wait is Retry-After, or a RetryInfo in its details (google/rpc/error_details.proto).
  verdict: judge({
    name: 'Google Chat',
    isDelivered: (answer) => typeof bodyFields(answer).name === 'string',
    otherwise: 'google_no_message',
    slow: { codes: ['RESOURCE_EXHAUSTED'], words: /rateLimitExceeded|quota ?exceeded|rate limit/i },
    busy: { codes: ['UNAVAILABLE'] },
    // Quotas count by the second or the minute (developers.google.com/workspace/chat/limits).
    waitMaxMs: HOUR,
    waitMs: (answer, now) => longer(retryAfterMs(answer, now), retryDelayMs(answer, now)),
    ended: { codes: ['NOT_FOUND', 'PERMISSION_DENIED', 'UNAUTHENTICATED'], words: /API key not valid|API_KEY_INVALID/ },
  }),
});
