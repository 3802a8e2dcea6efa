/**
 * Alibaba Cloud Flow (云效) webhook trigger: the event as JSON. No official page was found: address and answer
 * (`{"successful": bool, "errorMsg"}`) are known from other people's code, so only a plain `true` counts.
 */
import * as v from 'valibot';
import { RUN_EVENTS } from '../event.ts';
import { bodyFields } from './kit/answer.ts';
import { judge } from './kit/judge.ts';
import { inertTexts } from './kit/parameters.ts';
import { postJson } from './kit/request.ts';
import { Address } from './settings.ts';
import type { Target } from './target.ts';

const Settings = v.strictObject({
  /** `https://flow-openapi.aliyun.com/pipeline/webhook/…`, a secret as a whole. */
  url: Address,
});

export const aliyunFlow: Target<v.InferOutput<typeof Settings>> = {
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
    ended: { words: /not ?(exist|found)|does not exist|deleted|不存在|已删除/i },
  }),
};
