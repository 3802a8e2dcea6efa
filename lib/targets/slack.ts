/** Slack, incoming webhook. Its URL is the secret. It cannot edit its messages (slack-bot can). */
import * as v from 'valibot';
import { chat } from './kit/chat.ts';
import { judge } from './kit/judge.ts';
import { postJson } from './kit/request.ts';
import { Address, chatEntries } from './kit/settings.ts';
import { isTooLongForSlack, SlackMention, type SlackMessage, writeSlack } from './kit/slack-message.ts';
import { SLACK } from './kit/slack-words.ts';

const Settings = v.strictObject({ ...chatEntries, url: Address, mention: v.optional(SlackMention) });

export const slack = chat<v.InferOutput<typeof Settings>, SlackMessage, 'slack', v.InferInput<typeof Settings>>({
  type: 'slack',
  settings: Settings,
  addresses: [
    '/services/{team}/{app}/{token}',
    '/triggers/{team}/{trigger}/{token}',
    '/workflows/{team}/{workflow}/{trigger}/{token}',
  ],
  // docs.slack.dev, "Rate limits": one message a second and channel.
  rate: { perSecond: 1 },
  write: (message, _, mention) => writeSlack(message, mention),
  isTooLong: isTooLongForSlack,
  send: (body, { url }) => postJson(url, body),
  // The only body of a success is `ok`. An HTML page with 200 does not come from Slack.
  verdict: judge({
    name: 'Slack',
    isDelivered: ({ body }) => body.trim() === 'ok',
    otherwise: 'no_ok',
    ...SLACK,
  }),
});
