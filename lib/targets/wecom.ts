/**
 * WeCom (企业微信) group robot: markdown, or text for mentions of everybody or of a mobile number, because its markdown
 * cannot mention these. Source: developer.work.weixin.qq.com, document 91770. The codes beyond errcode 0 come from
 * other people's code.
 */
import * as v from 'valibot';
import { HOUR, MINUTE } from '../core/schedule.ts';
import { byteLength } from '../core/text.ts';
import { bodyFields } from './kit/answer.ts';
import { chat } from './kit/chat.ts';
import { insideLink, lookalike } from './kit/escape.ts';
import { judge } from './kit/judge.ts';
import type { Message, Tone } from './kit/message.ts';
import { postJson } from './kit/request.ts';
import { Address, chatEntries, mentionEntries, names } from './kit/settings.ts';

const Settings = v.strictObject({
  ...chatEntries,
  /** The address with its `key`. */
  url: Address,
  mention: v.optional(
    v.strictObject({
      ...mentionEntries,
      users: names(/^[\w.@-]{1,64}$/, 'must be a user id'),
      mobiles: names(/^\+?\d{5,15}$/, 'must be a mobile number'),
      everyone: v.optional(v.boolean(), false),
    }),
  ),
});
type Settings = v.InferOutput<typeof Settings>;
type Mention = NonNullable<Settings['mention']>;

type WeComMessage =
  | { readonly msgtype: 'markdown'; readonly markdown: { readonly content: string } }
  | {
      readonly msgtype: 'text';
      readonly text: {
        readonly content: string;
        readonly mentioned_list: readonly string[];
        readonly mentioned_mobile_list: readonly string[];
      };
    };

const MARKDOWN_BYTES = 4_096;
const TEXT_BYTES = 2_048;

/** The three colors of WeCom: green, orange, grey. */
const COLORS: Readonly<Record<Tone, 'info' | 'warning' | 'comment'>> = {
  good: 'info',
  bad: 'warning',
  warn: 'warning',
  calm: 'comment',
};

const markdownOf = ({ tone, title, facts, why, links }: Message, mention: Mention | undefined): string =>
  [
    `**<font color="${COLORS[tone]}">${lookalike(title)}</font>**`,
    ...(why === undefined ? [] : why.split('\n').map((line) => `> ${lookalike(line)}`)),
    ...facts.map(({ name, value, url }) =>
      url === undefined
        ? `${lookalike(name)}: <font color="comment">${lookalike(value)}</font>`
        : `[${lookalike(name)}](${insideLink(url)}) ${lookalike(value)}`,
    ),
    links.map(({ text, url }) => `[${lookalike(text)}](${insideLink(url)})`).join(' '),
    (mention?.users ?? []).map((id) => `<@${id}>`).join(' '),
  ]
    .filter((line) => line !== '')
    .join('\n');

const textOf = ({ title, facts, why, links }: Message): string =>
  [
    lookalike(title),
    ...(why === undefined ? [] : [lookalike(why)]),
    ...facts.map(({ name, value, url }) => [`${lookalike(name)}: ${lookalike(value)}`, url ?? []].flat().join(' ')),
    ...links.map(({ text, url }) => `${text}: ${url}`),
  ].join('\n');

export const wecom = chat<Settings, WeComMessage, 'wecom', v.InferInput<typeof Settings>>({
  type: 'wecom',
  settings: Settings,
  addresses: ['/webhook/send?key={key}'],
  rate: { perMinute: 20 },
  write: (message, _, mention) => {
    if (!mention?.everyone && !mention?.mobiles.length) {
      return { msgtype: 'markdown', markdown: { content: markdownOf(message, mention) } };
    }
    const { users, mobiles, everyone } = mention;
    return {
      msgtype: 'text',
      text: {
        content: textOf(message),
        mentioned_list: [...(everyone ? ['@all'] : []), ...users],
        mentioned_mobile_list: mobiles,
      },
    };
  },
  isTooLong: (body) =>
    body.msgtype === 'text'
      ? byteLength(body.text.content) > TEXT_BYTES
      : byteLength(body.markdown.content) > MARKDOWN_BYTES,
  send: (body, { url }) => postJson(url, body),
  // Codes: developer.work.weixin.qq.com, document 90313 (global codes). 45009: too many calls. 45033: too many at a
  // time. 93000: no robot has the address, or the robot is not in its group. 93004: the robot is stopped. 93008: the
  // robot is not in the group.
  verdict: judge({
    name: 'WeCom',
    isDelivered: (answer) => String(bodyFields(answer).errcode) === '0',
    otherwise: 'wecom_no_code',
    slow: { codes: ['45009', '45033'], words: /freq(uency)? out of limit|频率|too frequent|quota reach limit/i },
    busy: { codes: ['-1'] },
    ended: { codes: ['93000', '93004', '93008'] },
    waitUsuallyMs: MINUTE,
    // Document 90313: a limit by the minute ends after a minute.
    waitMaxMs: HOUR,
  }),
});
