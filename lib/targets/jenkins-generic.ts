/**
 * Jenkins, Generic Webhook Trigger plugin: the event as JSON. Jobs read it by JSONPath. Source: the plugin's
 * GenericWebHookRequestReceiver.java.
 */
import * as v from 'valibot';
import { RUN_EVENTS } from '../core/event.ts';
import { bodyFields, fieldsOf } from './kit/answer.ts';
import { judge } from './kit/judge.ts';
import { inertTexts } from './kit/parameters.ts';
import { postJson } from './kit/request.ts';
import { Address, Reference } from './kit/settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  /** The address up to and with `/generic-webhook-trigger/invoke`. */
  url: Address,
  /** The token of the jobs. */
  token: Reference,
});

export const jenkinsGeneric: Target<
  v.InferOutput<typeof Settings>,
  'jenkins-generic',
  v.InferInput<typeof Settings>
> = {
  type: 'jenkins-generic',
  settings: Settings,
  addresses: ['/invoke?token={token}'],
  usualEvents: RUN_EVENTS,
  request: (event, { url, token }, { id }) => postJson(url, inertTexts(event), { token, 'webhook-id': id }),
  // 404: no job has this token. 200 lists the jobs. A job whose filter did not match is listed as not triggered. If all
  // jobs are set to answer silently, the 200 is bare. Jenkins has found them, so opwatch must not start them twice.
  verdict: judge({
    name: 'Jenkins',
    isDelivered: (answer) =>
      answer.body === '' ||
      Object.values(fieldsOf(bodyFields(answer).jobs)).some((job) => fieldsOf(job).triggered === true),
    otherwise: 'jenkins_no_job',
    ended: { statuses: [404] },
  }),
};
