/**
 * Discord webhook: an embed. Source: discord.com/developers/docs, "Execute Webhook", "Embed Limits", "Rate Limits".
 * `wait=true` makes Discord answer with the message it has kept; without it a 204 hides what went wrong.
 */
import type { AllowedMentionsTypes, APIEmbed, RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10';
import * as v from 'valibot';
import { retryAfterMs } from '../retry-after.ts';
import { bodyFields, byStatus, codeOf, DELIVERED, retry, secondsToMs } from './kit/answer.ts';
import { chat } from './kit/chat.ts';
import { insideLink } from './kit/escape.ts';
import { postJson, withQuery } from './kit/request.ts';
import type { Message, Tone } from './message.ts';
import { Address, chatEntries, mentionEntries, names, word } from './settings.ts';

const SNOWFLAKE = /^\d{15,20}$/;

const Settings = v.strictObject({
  ...chatEntries,
  url: Address,
  /** A thread of the webhook's channel. */
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

/** Markdown is escaped; an at sign is parted from what follows it, as Discord's own library does. */
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
      title.length > 256 ||
      description.length > 4_096 ||
      fields.some(({ name, value }) => name.length > 256 || value.length > 1_024) ||
      parts.join('').length > 6_000
    );
  });

export const discord = chat<Settings, DiscordMessage>({
  type: 'discord',
  settings: Settings,
  // A webhook's own bucket is answered by headers; five in two seconds is what it has been for years.
  lane: { perSecond: 2, perMinute: 30 },
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
      // `everyone` lets both @everyone and @here through, and the content holds none but the one that is meant.
      allowed_mentions: { parse: everyone ? ['everyone'] : [], users, roles },
    };
  },
  isTooLong,
  send: (body, { url, thread }) =>
    postJson(withQuery(url, { wait: 'true', ...(thread !== undefined && { thread_id: thread }) }), body),
  edit: {
    handle: (answer) => {
      const { id } = bodyFields(answer);
      return typeof id === 'string' && SNOWFLAKE.test(id) ? id : undefined;
    },
    send: (body, { url, thread }, handle) => {
      const { origin, pathname, search } = new URL(url);
      const message = `${origin}${pathname.replace(/\/$/, '')}/messages/${handle}${search}`;
      return {
        ...postJson(thread === undefined ? message : withQuery(message, { thread_id: thread }), body),
        method: 'PATCH',
      };
    },
    isGone: (answer) => answer.status === 404 && bodyFields(answer).code === 10_008,
  },
  verdict: (answer) => {
    const { id, code, retry_after } = bodyFields(answer);
    // A webhook that is gone must not be called again: ten thousand such calls ban the caller's address.
    if (answer.status === 404 && code === 10_015) return { kind: 'gone', reason: 'Discord 10015: unknown webhook' };
    if (answer.status === 429) {
      return retry('HTTP 429', { afterMs: retryAfterMs(answer) ?? secondsToMs(retry_after), slow: true });
    }
    return (
      byStatus(answer) ??
      (typeof id === 'string' ? DELIVERED : retry(`Discord answered without the message: ${codeOf(code)}`))
    );
  },
});
