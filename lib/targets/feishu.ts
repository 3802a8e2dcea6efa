/**
 * Feishu and Lark custom bot: an interactive card, signed in its body. Source: open.feishu.cn, "Use bots in groups"
 * (address, signature, 20 KB, 100 a minute and 5 a second) and the markdown of cards (special characters as numeric
 * entities).
 */
import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import { HOUR, SECOND } from '../core/schedule.ts';
import { byteLength } from '../core/text.ts';
import type { HttpAnswer } from '../net/http.ts';
import { retryAfterMs } from '../net/retry-after.ts';
import { bodyFields, secondsToMs } from './kit/answer.ts';
import { chat } from './kit/chat.ts';
import { insideLink } from './kit/escape.ts';
import { judge, longer } from './kit/judge.ts';
import type { Message, Tone } from './kit/message.ts';
import { postJson } from './kit/request.ts';
import { saidIn } from './kit/said.ts';
import { Address, chatEntries, mentionEntries, names, Reference } from './kit/settings.ts';

const Settings = v.strictObject({
  ...chatEntries,
  /** An address on open.feishu.cn or open.larksuite.com. */
  url: Address,
  /** The signing key, for bots with this security setting. */
  secret: v.optional(Reference),
  mention: v.optional(
    v.strictObject({
      ...mentionEntries,
      users: names(/^[\w-]{1,64}$/, 'must be an open id or a user id'),
      everyone: v.optional(v.boolean(), false),
    }),
  ),
});
type Settings = v.InferOutput<typeof Settings>;

type Text = { readonly tag: 'plain_text' | 'lark_md'; readonly content: string };
type Element =
  | { readonly tag: 'div'; readonly text: Text }
  | { readonly tag: 'div'; readonly fields: readonly { readonly is_short: boolean; readonly text: Text }[] }
  | {
      readonly tag: 'action';
      readonly actions: readonly {
        readonly tag: 'button';
        readonly type: 'default';
        readonly text: Text;
        readonly url: string;
      }[];
    }
  | { readonly tag: 'note'; readonly elements: readonly Text[] };
type Card = {
  readonly config: { readonly wide_screen_mode: true };
  readonly header: { readonly template: string; readonly title: Text };
  readonly elements: readonly Element[];
};
type FeishuMessage = { readonly msg_type: 'interactive'; readonly card: Card };

const TEMPLATES: Readonly<Record<Tone, string>> = { good: 'green', bad: 'red', warn: 'orange', calm: 'grey' };
/** 20 KB include timestamp and signature, which opwatch adds after it has measured the body. */
const BODY_BYTES = 20_000 - 120;
/**
 * 11232 and 99991400 (with x-ogw-ratelimit-reset in seconds): open.feishu.cn, "Frequency control". 230020: the limit of
 * one chat (openclaw/openclaw, extensions/feishu). 9499 means too many requests or an invalid body. Only its words tell
 * which one: see `codeIn`.
 */
const TOO_FAST = {
  codes: ['9499', '11232', '230020', '99991400'],
  words: /too many request|frequency/i,
};
const BAD_BODY = /bad request/i;

/** Returns the code that decides. */
const codeIn = (answer: HttpAnswer): unknown => {
  const { StatusCode, code = StatusCode, msg } = bodyFields(answer);
  return String(code) === '9499' && BAD_BODY.test(String(msg)) ? '9499 (body)' : code;
};

/** Writes each character with a meaning in a card's markdown as a numeric entity. */
const escaped = (text: string): string =>
  text.replace(/[&<>*_~[\]()`#!|\\@+-]/g, (character) => `&#${character.charCodeAt(0)};`);

const plainText = (content: string): Text => ({ tag: 'plain_text', content });
const markdown = (content: string): Text => ({ tag: 'lark_md', content });

const mentioned = ({ users, everyone }: NonNullable<Settings['mention']>): string =>
  [...(everyone ? ['all'] : []), ...users].map((id) => `<at id=${id}></at>`).join(' ');

const elementsOf = ({ facts, why, links }: Message, mention: Settings['mention']): Element[] => [
  ...(mention ? [{ tag: 'div', text: markdown(mentioned(mention)) } as const] : []),
  ...(why === undefined ? [] : [{ tag: 'div', text: plainText(why) } as const]),
  ...(facts.length === 0
    ? []
    : [
        {
          tag: 'div',
          fields: facts.map(({ name, value, url }) => {
            const label = url === undefined ? `**${escaped(name)}**` : `[${escaped(name)}](${insideLink(url)})`;
            return { is_short: url === undefined, text: markdown(`${label}\n${escaped(value)}`) };
          }),
        } as const,
      ]),
  ...(links.length === 0
    ? []
    : [
        {
          tag: 'action',
          actions: links.map(
            ({ text, url }) => ({ tag: 'button', type: 'default', text: plainText(text), url }) as const,
          ),
        } as const,
      ]),
  { tag: 'note', elements: [plainText('opwatch')] },
];

/** The key is time and secret. The signed text is empty. */
const signature = (secret: string, at: number) => {
  const timestamp = String(Math.floor(at / SECOND));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') };
};

export const feishu = chat<Settings, FeishuMessage, 'feishu', v.InferInput<typeof Settings>>({
  type: 'feishu',
  settings: Settings,
  addresses: ['/hook/{token}'],
  rate: { perSecond: 5, perMinute: 100 },
  write: (message, _, mention) => ({
    msg_type: 'interactive',
    card: {
      config: { wide_screen_mode: true },
      header: { template: TEMPLATES[message.tone], title: plainText(message.title) },
      elements: elementsOf(message, mention),
    },
  }),
  isTooLong: (body) => byteLength(JSON.stringify(body)) > BODY_BYTES,
  send: (body, { url, secret }, { at }) =>
    postJson(url, { ...(secret !== undefined && signature(secret, at)), ...body }),
  // HTTP 200 or 400 with a code. Older bots have StatusCode. 19001: no bot has this address ("incoming webhook access
  // token invalid"). 19007: "Bot Not Enabled". 230002: the bot is not in the group.
  verdict: judge({
    name: 'Feishu',
    isDelivered: (answer) => String(codeIn(answer)) === '0',
    otherwise: 'feishu_no_code',
    said: (answer) => {
      const said = saidIn(answer);
      const code = codeIn(answer);
      return code === undefined ? said : { ...said, code: String(code) };
    },
    slow: TOO_FAST,
    // 100 a minute and 5 a second.
    waitMaxMs: HOUR,
    waitMs: (answer, now) =>
      longer(retryAfterMs(answer, now), secondsToMs(answer.headers['x-ogw-ratelimit-reset'], now)),
    ended: { codes: ['19001', '19007', '230002'] },
  }),
});
