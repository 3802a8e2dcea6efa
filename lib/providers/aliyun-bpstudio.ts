/** BPStudio (CADT) GetExecuteOperationResult, 2021-09-31. The version is no date, and is right. */
import * as v from 'valibot';
import { callAliyun } from '../clouds/aliyun.ts';
import { noState } from '../clouds/answer.ts';
import { code, fields, given, text } from '../clouds/fields.ts';
import { oneByOne } from './kit/in-turn.ts';
import { id } from './kit/operation.ts';
import { absentBy, type States, sightOf } from './kit/sight.ts';
import type { Ask, Cloud, Observation, Provider } from './provider.ts';

/** The service is central: it has these two endpoints, and operates on every region from them. */
const REGIONS = ['cn-hangzhou', 'ap-southeast-1'] as const;

const Operation = v.strictObject({
  OperationId: id('OperationId'),
  ResourceGroupId: v.optional(id('ResourceGroupId')),
  RegionId: v.optional(v.picklist(REGIONS, `RegionId must be one of ${REGIONS.join(', ')}`), 'cn-hangzhou'),
});
type BpStudioOperation = v.InferOutput<typeof Operation>;

/** Data.Status. Source: help.aliyun.com 448167; its SDK writes them in small letters. */
const STATES: States = { INIT: 'pending', RUNNING: 'running', SUCCESS: 'succeeded', FAILURE: 'failed' };

/** How long the service keeps an operation id; afterwards it returns nothing for it (the same page). */
const KEPT_MS = 60 * 60_000;

/** `8004`: not found (aliyun/terraform-provider-alicloud, service_alicloud_bp_studio.go). */
const UNKNOWN_CODE = /^8004$/;

const KEPT = 'BPStudio keeps an operation for one hour and shows no Data for this one';

/** An id that is forgotten and one that never was look the same: what can be said of which it is. */
const absence = ({ seen }: Ask<BpStudioOperation>, age: number): string => {
  if (seen) return `${KEPT}: it was under way when last seen`;
  return age > KEPT_MS
    ? `${KEPT}: it was asked for more than an hour after it was submitted here, and never seen`
    : `${KEPT}: it was never seen, so it ended more than an hour ago or the id is none`;
};

const lookAt = async (ask: Ask<BpStudioOperation>, cloud: Cloud): Promise<Observation> => {
  const { OperationId, ResourceGroupId, RegionId } = ask.operation;
  const answer = await callAliyun(cloud, {
    product: 'bpstudio',
    region: RegionId,
    action: 'GetExecuteOperationResult',
    version: '2021-09-31',
    method: 'POST',
    form: { OperationId, ...(ResourceGroupId !== undefined && { ResourceGroupId }) },
    unknownCode: UNKNOWN_CODE,
  });
  if (answer.kind === 'unknown') return absentBy(answer.words);
  const { body, requestId } = answer;
  const data = fields(body.Data);
  if (text(data.Status) === undefined) {
    // Only a whole answer without the operation means that it is forgotten (the vendor's own poller takes it for success).
    if (code(body.Code) === undefined) throw noState('Code', requestId);
    const age = cloud.now - ask.submittedAt;
    // Gone within the hour may be a passing lapse: that takes several looks.
    const final = !ask.seen || age > KEPT_MS;
    return { kind: 'absent', shows: absence(ask, age), ...(final && { forgotten: true }), ...given({ requestId }) };
  }
  return sightOf(STATES, 'Data.Status', data.Status, {
    facts: given({ reasonMessage: text(data.Message), result: text(data.Arguments), requestId }),
  });
};

export const aliyunBpStudio: Provider<BpStudioOperation> = {
  traits: {
    name: 'aliyun-bpstudio',
    vendor: 'aliyun',
    operation: Operation,
    graceMs: 60_000,
    missesUntilLost: 3,
    forgetsAfterMs: KEPT_MS,
    console: () => 'https://bpstudio.console.aliyun.com/',
  },
  look: oneByOne(lookAt),
};
