/**
 * Reads BPStudio (CADT) GetExecuteOperationResult, 2021-09-31. The version 2021-09-31 is no real date, but it is
 * correct. An OperationId belongs to one operation only, so every end that it shows belongs to this operation. The API
 * tells no times.
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

/** The service is central. It has these two endpoints, and it operates on every region from them. */
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

/** The words of Data.Status. Source: help.aliyun.com 448167. The vendor's SDK writes them in small letters. */
const STATES: States = { INIT: 'pending', RUNNING: 'running', SUCCESS: 'succeeded', FAILURE: 'failed' };

/**
 * The service keeps an operation id for this time. Afterwards it returns nothing for the id (help.aliyun.com 448167).
 */
const KEPT_MS = 60 * 60_000;

/** The code `8004` means "not found" (aliyun/terraform-provider-alicloud, service_alicloud_bp_studio.go). */
const UNKNOWN_CODE = /^8004$/;

/**
 * After the hour, the memo keeps the time of the last look that saw the operation, rounded down to this step. A new
 * time in the memo costs a write.
 */
const NOTED_EVERY_MS = 10 * 60_000;

/**
 * Answers whether the service may have forgotten the id. By the vendor's page, the service keeps an id for one hour
 * from the begin of the operation. If a later look still sees the operation, a new hour begins.
 */
const isPastTheHour = ({ submittedAt, memo }: BpStudioAsk, { now }: Cloud): boolean =>
  now - Math.max(submittedAt, instant(memo.shownAt) ?? 0) > KEPT_MS;

const memoOf = ({ submittedAt }: BpStudioAsk, { now }: Cloud): Memo | undefined =>
  now - submittedAt > KEPT_MS ? { shownAt: String(now - (now % NOTED_EVERY_MS)) } : undefined;

/**
 * Returns a sentence about an absent id. The service answers in the same way for an id that it has forgotten and for
 * one that never existed.
 */
const absence = (ask: BpStudioAsk, cloud: Cloud): string => {
  if (ask.seen) return sentence('bps_under_way');
  return sentence(isPastTheHour(ask, cloud) ? 'bps_late' : 'bps_never_seen');
};

const readState = (ask: BpStudioAsk, cloud: Cloud, body: Fields, requestId: string | undefined): Observation => {
  const data = fields(body.Data);
  if (text(data.Status) === undefined) {
    // Only a complete answer without the operation means that the service has forgotten it. The vendor's own poller
    // takes such an answer for a success.
    if (code(body.Code) === undefined) throw noState('Code', requestId);
    // An absence within the hour may be a short fault of the service. Then opwatch needs several looks to believe it.
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

/**
 * Answers whether a call brought nothing, or whether the service reported an error about an id that it accepted before.
 */
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
    // For an expired id the service answers 503 or nothing, as a comment in the vendor's own poller says. One such
    // answer may be a short fault. Several in a row mean that the service has forgotten the id.
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
