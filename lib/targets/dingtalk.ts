/**
 * DingTalk group robot: signed markdown. Source: open.dingtalk.com, "Custom robot access". The codes beyond errcode 0
 * come from other people's code and notes. If the robot asks for a keyword, use `opwatch`: every message ends with this
 * word.
 */
import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import { HOUR, MINUTE } from '../core/schedule.ts';
import { byteLength } from '../core/text.ts';
import { retryAfterMs } from '../net/retry-after.ts';
import { bodyFields, secondsToMs } from './kit/answer.ts';
import { chat } from './kit/chat.ts';
import { insideLink, lookalike } from './kit/escape.ts';
import { judge, longer } from './kit/judge.ts';
import type { Message, Tone } from './kit/message.ts';
import { postJson, withQuery } from './kit/request.ts';
import { saidIn } from './kit/said.ts';
import { Address, chatEntries, mentionEntries, names, Reference } from './kit/settings.ts';

const Settings = v.strictObject({
  ...chatEntries,
  /** The address with its `access_token`. */
  url: Address,
  /**
   * The key (`SEC…`) for robots with the security setting "sign". Lambda has no fixed address, so an IP list cannot
   * work.
   */
  secret: v.optional(Reference),
  mention: v.optional(
    v.strictObject({
      ...mentionEntries,
      mobiles: names(/^(\+\d{1,4}-)?\d{5,15}$/, 'must be a mobile number'),
      users: names(/^[\w.-]{1,64}$/, 'must be a user id'),
      everyone: v.optional(v.boolean(), false),
    }),
  ),
});
type Settings = v.InferOutput<typeof Settings>;
type Mention = NonNullable<Settings['mention']>;

type DingTalkMessage = {
  readonly msgtype: 'markdown';
  readonly markdown: { readonly title: string; readonly text: string };
  readonly at: {
    readonly atMobiles: readonly string[];
    readonly atUserIds: readonly string[];
    readonly isAtAll: boolean;
  };
};

const COLORS: Readonly<Record<Tone, string>> = { good: '#2e7d32', bad: '#c62828', warn: '#ef6c00', calm: '#607d8b' };
const BODY_BYTES = 20_000;
/** A robot that sent too much is silenced for this long. */
const PUNISHMENT_MS = 10 * MINUTE;
/**
 * 130101 (vendor's table: "send too fast, exceed 20 times per minute"), 410100 (its API definition), 90030 ("webhook
 * over limit").
 */
const TOO_FAST = ['130101', '410100', '90030'];

const textOf = ({ tone, title, facts, why, links }: Message, mention: Mention | undefined): string => {
  const tags = mention ? [...mention.mobiles, ...mention.users].map((one) => `@${one}`) : [];
  const below = links.map(({ text, url }) => `[${lookalike(text)}](${insideLink(url)})`);
  return [
    `#### <font color="${COLORS[tone]}">${lookalike(title)}</font>`,
    ...(why === undefined
      ? []
      : [
          why
            .split('\n')
            .map((line) => `> ${lookalike(line)}`)
            .join('\n>\n'),
        ]),
    ...facts.map(({ name, value, url }) =>
      url === undefined
        ? `**${lookalike(name)}** ${lookalike(value)}`
        : `[${lookalike(name)}](${insideLink(url)}) ${lookalike(value)}`,
    ),
    [...below, 'opwatch'].join(' · '),
    ...(tags.length > 0 ? [tags.join(' ')] : []),
  ].join('\n\n');
};

const signed = ({ url, secret }: Settings, at: number): string => {
  if (secret === undefined) return url;
  const sign = createHmac('sha256', secret).update(`${at}\n${secret}`).digest('base64');
  return withQuery(url, { timestamp: String(at), sign });
};

export const dingtalk = chat<Settings, DingTalkMessage, 'dingtalk', v.InferInput<typeof Settings>>({
  type: 'dingtalk',
  settings: Settings,
  addresses: ['/robot/send?access_token={token}'],
  // Custom robot access, "Rate limits": 20 a minute. A robot that sends more is silenced for ten minutes.
  rate: { perMinute: 20 },
  write: (message, _, mention) => ({
    msgtype: 'markdown',
    markdown: { title: lookalike(message.title), text: textOf(message, mention) },
    at: { atMobiles: mention?.mobiles ?? [], atUserIds: mention?.users ?? [], isAtAll: mention?.everyone ?? false },
  }),
  isTooLong: (body) => byteLength(JSON.stringify(body)) > BODY_BYTES,
  send: (body, settings, { at }) => postJson(signed(settings, at), body),
  // Every refusal is HTTP 200 with an errcode, which is sometimes text. A gateway that throttles answers
  // {"status":1111,"wait":5,"punish":"deny"}, with or without an errcode. The robot stays silent for longer than this
  // wait. 400101, 400102, 400106, 300001 and 300005: the robot does not exist or is stopped. 400013: its group is
  // dissolved.
  verdict: judge({
    name: 'DingTalk',
    isDelivered: (answer) => String(bodyFields(answer).errcode) === '0',
    otherwise: 'dingtalk_no_code',
    said: (answer) => {
      const { punish, status, errcode } = bodyFields(answer);
      const isGateway = punish !== undefined && errcode === undefined;
      return isGateway ? { code: String(status), words: 'throttled' } : saidIn(answer);
    },
    slow: { codes: TOO_FAST, words: /too fast|over limit|exceed \d+ times|throttled|限流|频率/i },
    busy: { codes: ['-1'] },
    ended: { codes: ['300001', '300005', '400013', '400101', '400102', '400106'] },
    waitMs: (answer, now) => {
      const { wait, errcode } = bodyFields(answer);
      const asked = longer(retryAfterMs(answer, now), secondsToMs(wait, now));
      return TOO_FAST.includes(String(errcode)) ? longer(asked, PUNISHMENT_MS) : asked;
    },
    waitUsuallyMs: PUNISHMENT_MS,
    waitMaxMs: HOUR,
  }),
});
