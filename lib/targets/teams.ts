/**
 * Microsoft Teams, the Workflows template "Post to a channel when a webhook request is received": an Adaptive Card 1.4.
 * Every text is a TextRun, which has no markdown (learn.microsoft.com, Adaptive Cards, "Text features").
 */
import * as v from 'valibot';
import { byteLength } from '../core/text.ts';
import type { HttpAnswer } from '../net/http.ts';
import { bodyFields } from './kit/answer.ts';
import { chat } from './kit/chat.ts';
import { judge } from './kit/judge.ts';
import type { Message, Tone } from './kit/message.ts';
import { postJson } from './kit/request.ts';
import { saidIn } from './kit/said.ts';
import { Address, chatEntries, mentionEntries } from './kit/settings.ts';

const Person = v.strictObject({
  /** A user principal name or an object id of Microsoft Entra. */
  id: v.pipe(v.string(), v.regex(/^[\w.@+-]{1,128}$/, 'must be a user principal name or an object id')),
  name: v.pipe(v.string(), v.regex(/^[^<>]{1,64}$/, 'must be 1 to 64 characters other than < and >')),
});

const Settings = v.strictObject({
  ...chatEntries,
  url: Address,
  mention: v.optional(
    v.strictObject({ ...mentionEntries, users: v.optional(v.pipe(v.array(Person), v.maxLength(20)), []) }),
  ),
});
type Settings = v.InferOutput<typeof Settings>;

/** The used part of Adaptive Cards 1.4 (adaptivecards.io/schemas/1.4.0/adaptive-card.json). */
export type TextRun = {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Medium';
  readonly isSubtle?: true;
  readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string };
};
export type RichTextBlock = {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly TextRun[];
  readonly spacing?: 'Small';
};
export type TextBlock = { readonly type: 'TextBlock'; readonly text: string; readonly wrap: true };
export type OpenUrl = { readonly type: 'Action.OpenUrl'; readonly title: string; readonly url: string };
export type Container = {
  readonly type: 'Container';
  readonly style: 'good' | 'attention' | 'warning' | 'emphasis';
  readonly bleed: true;
  readonly items: readonly (RichTextBlock | TextBlock)[];
};
type Mentioned = {
  readonly type: 'mention';
  readonly text: string;
  readonly mentioned: { readonly id: string; readonly name: string };
};
export type AdaptiveCard = {
  readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  readonly type: 'AdaptiveCard';
  readonly version: '1.4';
  readonly fallbackText: string;
  readonly body: readonly (Container | RichTextBlock)[];
  readonly actions: readonly OpenUrl[];
  /** Teams' own addition to the schema. */
  readonly msteams: { readonly width: 'Full'; readonly entities: readonly Mentioned[] };
};
export type TeamsMessage = {
  readonly type: 'message';
  readonly attachments: readonly [
    {
      readonly contentType: 'application/vnd.microsoft.card.adaptive';
      readonly contentUrl: null;
      readonly content: AdaptiveCard;
    },
  ];
};

const STYLES: Readonly<Record<Tone, Container['style']>> = {
  good: 'good',
  bad: 'attention',
  warn: 'warning',
  calm: 'emphasis',
};

/**
 * The limit is 28 kB after Teams has processed the card (MicrosoftDocs/msteams-docs#11274), a fifth more than opwatch
 * sends.
 */
const BODY_BYTES = 20_000;

/** Only names in `entities` are mentions. No other text may look like one. */
const noTag = (text: string): string => text.replace(/<(?=[\s/]*at\b)/gi, '‹');

const run = (text: string, more: Omit<TextRun, 'type' | 'text'> = {}): TextRun => ({
  type: 'TextRun',
  text: noTag(text),
  ...more,
});

/** Makes text a link (adaptivecards.io, TextRun, `selectAction`, since 1.2). */
const opening = (url: string): Pick<TextRun, 'selectAction'> => ({ selectAction: { type: 'Action.OpenUrl', url } });

const cardOf = (
  { tone, title, facts, why, links }: Message,
  people: readonly v.InferOutput<typeof Person>[],
): AdaptiveCard => {
  const tags = people.map(({ name }) => `<at>${name}</at>`);
  const heading: RichTextBlock = { type: 'RichTextBlock', inlines: [run(title, { weight: 'Bolder', size: 'Medium' })] };
  const mentions: TextBlock[] = tags.length > 0 ? [{ type: 'TextBlock', text: tags.join(' '), wrap: true }] : [];
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: noTag(title),
    body: [
      { type: 'Container', style: STYLES[tone], bleed: true, items: [heading, ...mentions] },
      ...(why === undefined ? [] : [{ type: 'RichTextBlock', inlines: [run(why)] } satisfies RichTextBlock]),
      ...facts.map(
        ({ name, value, url }): RichTextBlock => ({
          type: 'RichTextBlock',
          spacing: 'Small',
          inlines: [run(`${name}  `, url === undefined ? { isSubtle: true } : opening(url)), run(value)],
        }),
      ),
    ],
    actions: links.map(({ text, url }) => ({ type: 'Action.OpenUrl', title: text, url })),
    msteams: {
      width: 'Full',
      entities: people.map(({ id, name }, i) => ({ type: 'mention', text: tags[i] ?? '', mentioned: { id, name } })),
    },
  };
};

/** Returns the status that a connector hides in the text of a 200. */
const hiddenIn = ({ body }: HttpAnswer): string | undefined => /returned HTTP error (\d{3})/.exec(body)?.[1];

/**
 * Accepts an empty body, `1`, or a flow's own JSON without an error. Any other text of a 200 is a refusal of a
 * connector. A 202 comes from a flow.
 */
const isDelivered = (answer: HttpAnswer): boolean => {
  const body = answer.body.trim();
  if (hiddenIn(answer) !== undefined || body.startsWith('<')) return false;
  const { error, ...others } = bodyFields(answer);
  if (error !== undefined && error !== null) return false;
  return answer.status !== 200 || body === '' || body === '1' || Object.keys(others).length > 0;
};

/**
 * Power Automate: 404 with WorkflowNotFound or WorkflowTriggerVersionNotFound, 400 with WorkflowTriggerIsNotEnabled
 * (also for a deleted flow). microsoft/BCApps stops after these. 401 with DirectApiAuthorizationRequired when the
 * trigger requires a token. An old connector answers 403 since connectors were retired
 * (Azure/prometheus-collector#1641).
 */
const GONE =
  /connector configuration not found|Workflow\w*(NotFound|Disabled|NotEnabled)|TriggerDisabled|DirectApiAuthorizationRequired|TenantNotFound/i;

export const teams = chat<Settings, TeamsMessage, 'teams', v.InferInput<typeof Settings>>({
  type: 'teams',
  settings: Settings,
  addresses: [
    '/workflows/{workflow}/triggers/{trigger}/paths/invoke?sig={signature}',
    '/webhookb2/{group}@{tenant}/IncomingWebhook/{id}/{owner}',
    '/webhookb2/{group}@{tenant}/IncomingWebhook/{id}/{owner}/{key}',
  ],
  // learn.microsoft.com, "Create Incoming Webhooks", rate limiting: 4 a second, 60 in 30 seconds, 100 an hour and more.
  rate: { perSecond: 2, perMinute: 60 },
  write: (message, _, mention) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: cardOf(message, mention?.users ?? []),
      },
    ],
  }),
  isTooLong: (body) => byteLength(JSON.stringify(body)) > BODY_BYTES,
  send: (body, { url }) => postJson(url, body),
  // 202 means that the flow has begun. Nothing tells how the flow ends. A flow that answers itself may use JSON. An old
  // connector says `1` and hides every refusal in a 200 (MicrosoftDocs/msteams-docs#402, #7425).
  verdict: judge({
    name: 'Teams',
    isDelivered,
    otherwise: 'teams_untaken',
    said: (answer) => {
      const hidden = hiddenIn(answer);
      return hidden === undefined ? saidIn(answer) : { code: `HTTP ${hidden}`, words: saidIn(answer).words ?? '' };
    },
    slow: { codes: ['HTTP 429'], words: /throttl|TooManyRequests|too many requests|rate limit|quota/i },
    busy: { codes: ['HTTP 502', 'HTTP 503', 'HTTP 504'] },
    ended: { statuses: [403, 404], codes: ['HTTP 403', 'HTTP 404', 'HTTP 410'], words: GONE },
  }),
});
