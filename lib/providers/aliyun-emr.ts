/**
 * Reads E-MapReduce GetOperation, 2021-03-20. An OperationId belongs to one operation only, so every end that it shows
 * belongs to this operation.
 */
import * as v from 'valibot';
import { callAliyun } from '../clouds/aliyun.ts';
import type { Cloud } from '../clouds/cloud.ts';
import { code, fields, given, instant, text } from '../clouds/fields.ts';
import type { Ask, Observation } from '../core/observation.ts';
import { sentence } from '../core/sentences.ts';
import { id, region } from './kit/operation.ts';
import { lookSequentially } from './kit/sequentially.ts';
import { absentBy, mustBeAbout, type States, sightOf } from './kit/sight.ts';
import type { Provider } from './provider.ts';

const Operation = v.strictObject({
  RegionId: region('RegionId'),
  ClusterId: id('ClusterId'),
  OperationId: id('OperationId'),
});
type EmrOperation = v.InferOutput<typeof Operation>;

/**
 * The words of Operation.OperationState. Source: help.aliyun.com, api-emr-2021-03-20-struct-operation;
 * PARTIAL_COMPLETED from IncreaseNodes (MinIncreaseNodeCount); TERMINATED from aliyun/terraform-provider-alicloud,
 * service_alicloud_emr.go.
 */
const STATES: States = {
  IN_PROGRESS: 'running',
  HUMAN_PROCESSING: 'attention',
  COMPLETED: 'succeeded',
  PARTIAL_COMPLETED: 'partial',
  FAILED: 'failed',
  TERMINATED: 'canceled',
};

/**
 * Codes that mean "no such cluster or operation". Source: help.aliyun.com, api-emr-2021-03-20-getoperation, error codes
 * (ResourceNotFound). No page lists the other two codes. Their names are clear.
 */
const UNKNOWN_CODE = /^(Resource|Operation|Cluster)NotFound$/;

/** When the end is this much older than the submission, opwatch adds a note: somebody may have pasted an old id. */
const LONG_AGO_MS = 60 * 60_000;

const noteOf = (endedAt: number | undefined, { submittedAt }: Ask<EmrOperation>): string | undefined =>
  endedAt !== undefined && endedAt < submittedAt - LONG_AGO_MS
    ? sentence('ended_before', { at: new Date(endedAt).toISOString() })
    : undefined;

const lookAt = async (ask: Ask<EmrOperation>, cloud: Cloud): Promise<Observation> => {
  const { operation } = ask;
  const { RegionId, ...ids } = operation;
  const call = {
    product: 'emr',
    region: RegionId,
    action: 'GetOperation',
    version: '2021-03-20',
    method: 'POST',
    unknownCode: UNKNOWN_CODE,
  } as const;
  const answer = await callAliyun(cloud, { ...call, query: operation });
  if (answer.kind === 'unknown') return absentBy(answer.words);
  const { body, requestId } = answer;
  if (requestId !== undefined && (body.Operation ?? null) === null) {
    return {
      kind: 'absent',
      shows: sentence('shows_none', { api: 'GetOperation', thing: 'operation', id: operation.OperationId }),
      requestId,
    };
  }
  const shown = fields(body.Operation);
  mustBeAbout(ids, shown, requestId);
  // The vendor's own sample shows a reason even for COMPLETED. So a reason says nothing about the outcome.
  const reason = fields(shown.StateChangeReason);
  const endedAt = instant(shown.EndTime);
  return sightOf(STATES, 'Operation.OperationState', shown.OperationState, {
    note: noteOf(endedAt, ask),
    facts: given({
      operationType: text(shown.OperationType),
      startedAt: instant(shown.StartTime),
      endedAt,
      reasonCode: code(reason.Code),
      reasonMessage: text(reason.Message),
      requestId,
    }),
  });
};

export const aliyunEmr: Provider<EmrOperation> = {
  traits: {
    name: 'aliyun-emr',
    vendor: 'aliyun',
    operation: Operation,
    graceMs: 2 * 60_000,
    missesUntilLost: 3,
    console: ({ RegionId, ClusterId }) =>
      `https://emr-next.console.aliyun.com/#/region/${RegionId}/resource/all/ecs/detail/${encodeURIComponent(ClusterId)}/overview`,
  },
  look: lookSequentially(lookAt),
};
