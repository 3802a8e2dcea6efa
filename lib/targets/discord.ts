/**
 * Discord webhook: an embed. Source: discord.com/developers/docs, "Execute Webhook", "Embed Limits", "Rate Limits".
 * With `wait=true` Discord answers with the saved message. Without it a 204 hides faults.
 */
import type { AllowedMentionsTypes, APIEmbed, RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10';
import * as v from 'valibot';
import { HOUR, SECOND } from '../core/schedule.ts';
import type { HttpAnswer } from '../net/http.ts';
import { INSTANT_MIN, retryAfterMs, spanMs, waitsIn } from '../net/retry-after.ts';
import { bodyFields, secondsToMs } from './kit/answer.ts';
import { chat } from './kit/chat.ts';
import { insideLink } from './kit/escape.ts';
import { judge } from './kit/judge.ts';
import type { Message, Tone } from './kit/message.ts';
import { postJson, withQuery } from './kit/request.ts';
import { Address, chatEntries, mentionEntries, names, word } from './kit/settings.ts';

const SNOWFLAKE = /^\d{15,20}$/;

const Settings = v.strictObject({
  ...chatEntries,
  url: Address,
  /** A thread in the channel of the webhook. */
  thread: v.optional(word(SNOWFLAKE, 'must be the id of a thread')),
  mention: v.optional(
    v.strictObject({
      ...mentionEntries,
      users: names(SNOWFLAKE, 'must be a user id'),
      roles: names(SNOWFLAKE, 'must be a role id'),
      everyone: v.optional(v.picklist(['here', 'everyone'])),
    }),
  ),
});
type Settings = v.InferOutput<typeof Settings>;

type DiscordMessage = Pick<RESTPostAPIWebhookWithTokenJSONBody, 'content' | 'embeds'> & {
  readonly allowed_mentions: {
    readonly parse: readonly `${AllowedMentionsTypes}`[];
    readonly users: readonly string[];
    readonly roles: readonly string[];
  };
};

const COLORS: Readonly<Record<Tone, number>> = { good: 0x2e7d32, bad: 0xc62828, warn: 0xef6c00, calm: 0x607d8b };

/** Escapes markdown. It separates an at sign from the next character, as Discord's own library does. */
const escaped = (text: string): string => text.replace(/[\\`*_~|<>[\]()#]/g, '\\$&').replaceAll('@', '@\u200b');

const embedOf = ({ tone, title, facts, why, links, at }: Message): APIEmbed => {
  const below = links.map(({ text, url }) => `[${escaped(text)}](${insideLink(url)})`).join(' · ');
  const description = [why === undefined ? '' : escaped(why), below].filter(Boolean).join('\n\n');
  return {
    title: escaped(title),
    color: COLORS[tone],
    ...(description !== '' && { description }),
    fields: facts.map(({ name, value, url }) => ({
      name: escaped(name),
      value: url === undefined ? escaped(value) : `${escaped(value)} [↗](${insideLink(url)})`,
      inline: url === undefined,
    })),
    ...(at !== '' && { timestamp: at }),
    footer: { text: 'opwatch' },
  };
};

const isTooLong = ({ embeds = [] }: DiscordMessage): boolean =>
  embeds.some(({ title = '', description = '', fields = [], footer }) => {
    const parts = [title, description, footer?.text ?? '', ...fields.flatMap(({ name, value }) => [name, value])];
    return (
      fields.length > 25 ||
      title.length > 256 ||
      description.length > 4_096 ||
      fields.some(({ name, value }) => name.length > 256 || value.length > 1_024) ||
      parts.join('').length > 6_000
    );
  });

/** No limit of Discord lasts longer, not even the ban of an address. */
const WAIT_MAX_MS = HOUR;

/**
 * Returns the wait that Discord asks for. `x-ratelimit-reset-after` is always in seconds. Retry-After and `retry_after`
 * were milliseconds before version 8 of the API. A number of seconds that no limit lasts must be milliseconds
 * (discord/discord-api-docs#2360).
 */
const waitMs = ({ headers, ...answer }: HttpAnswer, now: number): number | undefined => {
  const exact = secondsToMs(headers['x-ratelimit-reset-after'], now);
  if (exact !== undefined && exact <= WAIT_MAX_MS) return exact;
  const asked = waitsIn({ headers });
  const dates = asked.filter((wait) => numberIn(wait).length === 0);
  const spans = [...asked, bodyFields({ headers, ...answer }).retry_after].flatMap(numberIn);
  const byDate = retryAfterMs({ headers: { ...headers, 'retry-after': dates.join(', ') } }, now);
  const waits = [...spans.map((number) => spanIn(number, now)), byDate].filter((wait) => wait !== undefined);
  return waits.length > 0 ? Math.min(Math.max(...waits), WAIT_MAX_MS) : undefined;
};

const numberIn = (value: unknown): number[] => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 ? [number] : [];
};

/** Seconds, or milliseconds when so many seconds make no sense, or the instant itself. */
const spanIn = (number: number, now: number): number =>
  number * SECOND > WAIT_MAX_MS && number < INSTANT_MIN ? Math.ceil(number) : spanMs(number, now);

/** Codes: discord.com/developers/docs, "Opcodes and Status Codes", JSON error codes. */
const judged = judge({
  name: 'Discord',
  isDelivered: (answer) => typeof bodyFields(answer).id === 'string',
  otherwise: 'discord_no_message',
  slow: { codes: ['20016', '20022', '20028', '20029', '30046', '40062'] },
  busy: { codes: ['130000'] },
  ended: { codes: ['10003', '10004', '10015', '50001', '50013', '50027', '50083'] },
  waitMs,
  waitMaxMs: WAIT_MAX_MS,
});

/** Discord's URLs name no version. Without one Discord speaks the oldest: see `waitMs`. */
const versioned = (url: string): string => url.replace(/\/api(?:\/v\d{1,2})?\/webhooks\//, '/api/v10/webhooks/');

export const discord = chat<Settings, DiscordMessage, 'discord', v.InferInput<typeof Settings>>({
  type: 'discord',
  settings: Settings,
  addresses: ['/webhooks/{id}/{token}'],
  // The headers tell the limit of each webhook. It has been five in two seconds for years.
  rate: { perSecond: 2, perMinute: 30 },
  write: (message, _, mention) => {
    const { users = [], roles = [], everyone } = mention ?? {};
    const content = [
      ...(everyone ? [`@${everyone}`] : []),
      ...roles.map((id) => `<@&${id}>`),
      ...users.map((id) => `<@${id}>`),
    ].join(' ');
    return {
      content,
      embeds: [embedOf(message)],
      // `everyone` allows both @everyone and @here. The content contains only the intended one.
      allowed_mentions: { parse: everyone ? ['everyone'] : [], users, roles },
    };
  },
  isTooLong,
  send: (body, { url, thread }) =>
    postJson(withQuery(versioned(url), { wait: 'true', ...(thread !== undefined && { thread_id: thread }) }), body),
  edit: {
    handle: (answer) => {
      const { id } = bodyFields(answer);
      return typeof id === 'string' && SNOWFLAKE.test(id) ? id : undefined;
    },
    send: (body, { url, thread }, handle) => {
      const { origin, pathname, search } = new URL(versioned(url));
      const message = `${origin}${pathname.replace(/\/$/, '')}/messages/${handle}${search}`;
      return {
        ...postJson(thread === undefined ? message : withQuery(message, { thread_id: thread }), body),
        method: 'PATCH',
      };
    },
    isGone: (answer) => answer.status === 404 && bodyFields(answer).code === 10_008,
  },
  verdict: (answer, now) => {
    // opwatch must not call a removed webhook again: ten thousand such calls ban the caller's address.
    if (answer.status === 404 && bodyFields(answer).code === 10_015) {
      return { kind: 'gone', reason: 'HTTP 404: Discord 10015: Unknown Webhook' };
    }
    return judged(answer, now);
  },
});
