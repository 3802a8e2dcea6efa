/**
 * Azure Pipelines, incoming webhook: the event as JSON, for `resources.webhooks`. Source: learn.microsoft.com,
 * "resources.webhooks.webhook definition". The two spellings of the checksum come from wso2/api-platform#3311 and from
 * GitHub's header. No answer tells whether a run was queued: Azure accepts a body that makes the YAML invalid.
 */
import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import { RUN_EVENTS } from '../core/event.ts';
import { HOUR } from '../core/schedule.ts';
import { bodyFields } from './kit/answer.ts';
import { judge } from './kit/judge.ts';
import { inertTexts } from './kit/parameters.ts';
import { postJson } from './kit/request.ts';
import { endpoint, Reference, word } from './kit/settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  organization: word(/^[\w-]{1,100}$/, 'must be the name of an organization'),
  /** The name of the webhook in its service connection. */
  webhook: word(/^[\w-]{1,100}$/, 'must be the name of a webhook'),
  /** The secret of the service connection. Without one, anybody can start the pipeline. */
  secret: v.optional(Reference),
  /** The header from which the service connection reads the checksum. */
  header: v.optional(word(/^[A-Za-z][\w-]{0,63}$/, 'must be the name of a header'), 'X-Hub-Signature'),
  endpoint: endpoint('https://dev.azure.com'),
});

/** GitHub's header names the algorithm in its value. Any other header takes the bare digest. */
const checksum = (secret: string, header: string, body: string): string => {
  const digest = createHmac('sha1', secret).update(body).digest('hex');
  return header.toLowerCase() === 'x-hub-signature' ? `sha1=${digest}` : digest;
};

export const azurePipelines: Target<
  v.InferOutput<typeof Settings>,
  'azure-pipelines',
  v.InferInput<typeof Settings>
> = {
  type: 'azure-pipelines',
  settings: Settings,
  usualEvents: RUN_EVENTS,
  unseen: 'Azure also accepts a message that starts no run: look for the runs',
  request: (event, { organization, webhook, secret, header, endpoint }, { id }) => {
    const body = JSON.stringify(inertTexts({ id, ...event }));
    const url = `${endpoint}/${organization}/_apis/public/distributedtask/webhooks/${webhook}?api-version=6.0-preview`;
    return postJson(url, body, secret === undefined ? {} : { [header.toLowerCase()]: checksum(secret, header, body) });
  },
  // 203 is the login page. A 503 with TF400733 is a rate limit (learn.microsoft.com, "Rate and usage limits"). If no
  // pipeline names the webhook, Azure answers 500 "Cannot find webhook for the given webHookId …" (learn.microsoft.com,
  // "resources.webhooks"; MicrosoftDocs/azure-devops-docs#8913 and azure-devops-docs#12901). The words decide, not the
  // status.
  verdict: judge({
    name: 'Azure',
    isDelivered: (answer) => {
      const { status, body } = answer;
      const { typeKey, error, errorCode } = bodyFields(answer);
      const isRefusal = /^\s*</.test(body) || Boolean(typeKey ?? error ?? errorCode);
      return (status === 200 || status === 204) && !isRefusal;
    },
    otherwise: 'azure_page',
    // "Rate and usage limits": Azure counts over five minutes.
    waitMaxMs: HOUR,
    slow: { words: /TF400733|exceeding usage of resource|usage limit/i },
    ended: { statuses: [404], words: /(cannot|could not) find (the )?webhook/i },
  }),
};
