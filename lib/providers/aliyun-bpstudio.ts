/**
 * BPStudio (CADT) GetExecuteOperationResult, 2021-09-31. The version is no date, and is right. An OperationId names one
 * operation once, so every end belongs to its operation. The API tells no times.
 */
import * as v from 'valibot';
import { callAliyun } from '../clouds/aliyun.ts';
import { failureOf, resultOf, wordsBeside } from '../clouds/aliyun-bpstudio.ts';
import { noState } from '../clouds/answer.ts';
import type { Cloud } from '../clouds/cloud.ts';
import { code, type Fields, fields, given, instant, text } from '../clouds/fields.ts';
import { type LookError, Misconfigured } from '../core/errors.ts';
import type { Ask, Memo, Observation } from '../core/observation.ts';
import { sentence } from '../core/sentences.ts';
import { id } from './kit/operation.ts';
import { broughtNothing, lookSequentially } from './kit/sequentially.ts';
import { absentBy, asWritten, mustBeAbout, type States, sightOf } from './kit/sight.ts';
import type { Provider } from './provider.ts';

/** The service is central: it has these two endpoints, and operates on every region from them. */
const REGIONS = ['cn-hangzhou', 'ap-southeast-1'] as const;

const Operation = v.strictObject({
  OperationId: id('OperationId'),
  ResourceGroupId: v.optional(id('ResourceGroupId')),
  RegionId: v.optional(
    v.picklist(REGIONS, sentence('field_one_of', { name: 'RegionId', names: REGIONS.join(', ') })),
    'cn-hangzhou',
  ),
});
type BpStudioOperation = v.InferOutput<typeof Operation>;
type BpStudioAsk = Ask<BpStudioOperation>;

/** Data.Status. Source: help.aliyun.com 448167; its SDK writes them in small letters. */
const STATES: States = { INIT: 'pending', RUNNING: 'running', SUCCESS: 'succeeded', FAILURE: 'failed' };

/** How long the service keeps an operation id; afterwards it returns nothing for it (the same page). */
const KEPT_MS = 60 * 60_000;

/** `8004`: not found (aliyun/terraform-provider-alicloud, service_alicloud_bp_studio.go). */
const UNKNOWN_CODE = /^8004$/;

/** The last sight after the hour is noted this coarsely: a note costs a write. */
const NOTED_EVERY_MS = 10 * 60_000;

/**
 * Whether the id has had its hour. The hour begins with the operation, by the vendor's page; an operation that is shown after
 * it all the same has another hour from then on.
 */
const isPastTheHour = ({ submittedAt, memo }: BpStudioAsk, { now }: Cloud): boolean =>
  now - Math.max(submittedAt, instant(memo.shownAt) ?? 0) > KEPT_MS;

const memoOf = ({ submittedAt }: BpStudioAsk, { now }: Cloud): Memo | undefined =>
  now - submittedAt > KEPT_MS ? { shownAt: String(now - (now % NOTED_EVERY_MS)) } : undefined;

/** An id that is forgotten and one that never was look the same: what can be said of which it is. */
const absence = (ask: BpStudioAsk, cloud: Cloud): string => {
  if (ask.seen) return sentence('bps_under_way');
  return sentence(isPastTheHour(ask, cloud) ? 'bps_late' : 'bps_never_seen');
};

const readState = (ask: BpStudioAsk, cloud: Cloud, body: Fields, requestId: string | undefined): Observation => {
  const data = fields(body.Data);
  if (text(data.Status) === undefined) {
    // Only a whole answer without the operation means that it is forgotten (the vendor's own poller takes it for success).
    if (code(body.Code) === undefined) throw noState('Code', requestId);
    // Gone within the hour may be a passing lapse: that takes several looks.
    const final = !ask.seen || isPastTheHour(ask, cloud);
    return { kind: 'absent', shows: absence(ask, cloud), ...(final && { forgotten: true }), ...given({ requestId }) };
  }
  mustBeAbout({ OperationId: ask.operation.OperationId }, data, requestId, asWritten);
  const sight = sightOf(STATES, 'Data.Status', data.Status, {
    memo: memoOf(ask, cloud),
    facts: given({ result: resultOf(data), requestId }),
  });
  const said = {
    reasonMessage: sight.status === 'failed' ? failureOf(body) : undefined,
    message: sight.status === 'succeeded' ? wordsBeside(body) : undefined,
  };
  return { ...sight, facts: { ...sight.facts, ...given(said) } };
};

/** A call that brought nothing, or an error of the service about an id that it took before. */
const isOfNoUse = (error: unknown, { seen }: BpStudioAsk): error is LookError =>
  broughtNothing(error) || (seen && error instanceof Misconfigured && error.status !== undefined);

const lookAt = async (ask: BpStudioAsk, cloud: Cloud): Promise<Observation> => {
  const { OperationId, ResourceGroupId, RegionId } = ask.operation;
  try {
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
    return readState(ask, cloud, answer.body, answer.requestId);
  } catch (error) {
    if (!isOfNoUse(error, ask) || !isPastTheHour(ask, cloud)) throw error;
    // The service answers 503 or nothing for an id that has expired, as the vendor's own poller notes. One such answer may
    // be a passing fault: several in a row mean that it is forgotten.
    const { code, message: fault } = error;
    const shows = sentence(ask.seen ? 'bps_silent_under_way' : 'bps_silent_late', { code, fault });
    return { kind: 'absent', shows, unanswered: error, ...given({ requestId: error.requestId }) };
  }
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
  look: lookSequentially(lookAt),
};
