/** Slack, bot token: chat.postMessage, and chat.update for the live message. */
import * as v from 'valibot';
import { bodyFields } from './kit/answer.ts';
import { chat } from './kit/chat.ts';
import { judge } from './kit/judge.ts';
import { postJson } from './kit/request.ts';
import { chatEntries, endpoint, Reference, word } from './kit/settings.ts';
import { isTooLongForSlack, SlackMention, type SlackMessage, writeSlack } from './kit/slack-message.ts';
import { SLACK } from './kit/slack-words.ts';

const Settings = v.strictObject({
  ...chatEntries,
  /** A bot token (`xoxb-…`) with the scope chat:write. */
  token: Reference,
  channel: word(/^[CGD][A-Z0-9]{1,20}$/, 'must be the id of a channel, such as C0123ABCD'),
  endpoint: endpoint('https://slack.com/api'),
  mention: v.optional(SlackMention),
});
type Settings = v.InferOutput<typeof Settings>;

const call = ({ endpoint, token }: Settings, method: string, body: object) =>
  postJson(`${endpoint}/${method}`, body, { authorization: `Bearer ${token}` });

export const slackBot = chat<Settings, SlackMessage, 'slack-bot', v.InferInput<typeof Settings>>({
  type: 'slack-bot',
  settings: Settings,
  rate: { perSecond: 1 },
  write: (message, _, mention) => writeSlack(message, mention),
  isTooLong: isTooLongForSlack,
  send: (body, settings) => call(settings, 'chat.postMessage', { channel: settings.channel, ...body }),
  edit: {
    handle: (answer) => {
      const { ok, channel, ts } = bodyFields(answer);
      return ok === true && typeof channel === 'string' && typeof ts === 'string' ? `${channel} ${ts}` : undefined;
    },
    send: (body, settings, handle) => {
      const [channel, ts] = handle.split(' ');
      return call(settings, 'chat.update', { channel, ts, ...body });
    },
    isGone: (answer) =>
      ['message_not_found', 'cant_update_message', 'edit_window_closed'].includes(String(bodyFields(answer).error)),
  },
  // Slack's Web API refuses with HTTP 200 and {"ok": false, "error": "…"}.
  verdict: judge({
    name: 'Slack',
    isDelivered: (answer) => bodyFields(answer).ok === true,
    otherwise: 'slack_no_ok',
    ...SLACK,
  }),
});
