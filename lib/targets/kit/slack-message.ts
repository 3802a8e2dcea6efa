/**
 * A message in Slack: a line of text, and beside a colored bar the facts, the reason and the links. Source:
 * docs.slack.dev, "Formatting message text" (escape &, < and > only), Block Kit reference (limits).
 */
import type { KnownBlock, MessageAttachment, MrkdwnElement } from '@slack/types';
import * as v from 'valibot';
import { insideLink } from './escape.ts';
import type { Message, Tone } from './message.ts';
import { mentionEntries, names } from './settings.ts';

export const SlackMention = v.strictObject({
  ...mentionEntries,
  users: names(/^[UW][A-Z0-9]{1,20}$/, 'must be a member id such as U0123ABCD'),
  /** User groups. */
  groups: names(/^S[A-Z0-9]{1,20}$/, 'must be the id of a user group, such as S0123ABCD'),
  everyone: v.optional(v.picklist(['here', 'channel'])),
});
type Mention = v.InferOutput<typeof SlackMention>;

export type SlackMessage = {
  readonly text: string;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
  readonly attachments: readonly MessageAttachment[];
};

const COLORS: Readonly<Record<Tone, string>> = { good: '#2eb67d', bad: '#e01e5a', warn: '#ecb22e', calm: '#7f8c8d' };
const TEXT_MAX = 3_000;
const FIELD_MAX = 2_000;
/** The number of fields in a section. */
const FIELDS_MAX = 10;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);

const link = (text: string, url: string): string => `<${escaped(insideLink(url))}|${escaped(text)}>`;

/** `verbatim`: names of channels and people stay text. */
const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

const mentioned = ({ users, groups, everyone }: Mention): string[] => [
  ...(everyone ? [`<!${everyone}>`] : []),
  ...groups.map((id) => `<!subteam^${id}>`),
  ...users.map((id) => `<@${id}>`),
];

const sectionsOf = (fields: MrkdwnElement[]): KnownBlock[] =>
  Array.from({ length: Math.ceil(fields.length / FIELDS_MAX) }, (_, i) => ({
    type: 'section',
    fields: fields.slice(i * FIELDS_MAX, (i + 1) * FIELDS_MAX),
  }));

const blocksOf = ({ facts, why, links }: Message): KnownBlock[] => {
  const fields = facts.map(({ name, value, url }) =>
    mrkdwn(`*${url === undefined ? escaped(name) : link(name, url)}*\n${escaped(value)}`),
  );
  const quoted = why?.split('\n').map((line) => `>${escaped(line)}`);
  const below = links.map(({ text, url }) => link(text, url));
  return [
    ...(quoted ? [{ type: 'section', text: mrkdwn(quoted.join('\n')) } satisfies KnownBlock] : []),
    ...sectionsOf(fields),
    ...(below.length > 0 ? [{ type: 'context', elements: [mrkdwn(below.join('  ·  '))] } satisfies KnownBlock] : []),
  ];
};

/** Mentions are in the text, because a mention in an attachment notifies nobody. */
export const writeSlack = (message: Message, mention: Mention | undefined): SlackMessage => ({
  text: [...(mention ? mentioned(mention) : []), `*${escaped(message.title)}*`].join(' '),
  unfurl_links: false,
  unfurl_media: false,
  attachments: [{ color: COLORS[message.tone], fallback: escaped(message.title), blocks: blocksOf(message) }],
});

export const isTooLongForSlack = ({ attachments }: SlackMessage): boolean =>
  attachments.some(({ blocks = [] }) =>
    (blocks as KnownBlock[]).some((block) => {
      if (block.type === 'context') return JSON.stringify(block.elements).length > TEXT_MAX;
      if (block.type !== 'section') return false;
      return (
        (block.text?.text.length ?? 0) > TEXT_MAX || (block.fields ?? []).some(({ text }) => text.length > FIELD_MAX)
      );
    }),
  );
