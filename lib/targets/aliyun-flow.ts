/**
 * Alibaba Cloud Flow (云效) webhook trigger: the event as JSON. Source of address and request: Alibaba Cloud DevOps,
 * "Trigger a pipeline with a webhook". No page describes the answer. `{"successful": bool, "errorMsg"}` comes from
 * other people's code, so only a plain `true` counts. The answer of a webhook that is gone is unknown.
 */
import * as v from 'valibot';
import { RUN_EVENTS } from '../core/event.ts';
import { bodyFields } from './kit/answer.ts';
import { judge } from './kit/judge.ts';
import { inertTexts } from './kit/parameters.ts';
import { postJson } from './kit/request.ts';
import { Address } from './kit/settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  /** `https://flow-openapi.aliyun.com/pipeline/webhook/…`. The whole address is a secret. */
  url: Address,
});

export const aliyunFlow: Target<v.InferOutput<typeof Settings>, 'aliyun-flow', v.InferInput<typeof Settings>> = {
  type: 'aliyun-flow',
  settings: Settings,
  addresses: ['/pipeline/webhook/{token}'],
  usualEvents: RUN_EVENTS,
  request: (event, { url }, { id }) => postJson(url, inertTexts({ id, ...event })),
  verdict: judge({
    name: 'Flow',
    isDelivered: (answer) => bodyFields(answer).successful === true,
    otherwise: 'flow_no_success',
    slow: { words: /throttl|too many|too frequent|flow control|限流|频繁|频率/i },
    ended: { statuses: [404] },
  }),
};
