/** Reads Huawei Cloud's uniform job API, v1. One adapter serves every service with this API. */
import * as v from 'valibot';
import type { Cloud } from '../clouds/cloud.ts';
import { capitals, code, count, type Fields, fields, given, instant, list, text, trimmed } from '../clouds/fields.ts';
import { callHuawei } from '../clouds/huawei.ts';
import type { Ask, Facts, Observation, Progress } from '../core/observation.ts';
import { sentence } from '../core/sentences.ts';
import { region, segment } from './kit/operation.ts';
import { lookSequentially } from './kit/sequentially.ts';
import { absentBy, mustBeAbout, type States, sightOf } from './kit/sight.ts';
import type { Provider } from './provider.ts';

const SERVICES = ['ecs', 'evs', 'bms', 'ims', 'sdrs'] as const;

const Operation = v.strictObject({
  service: v.picklist(SERVICES, sentence('field_one_of', { name: 'service', names: SERVICES.join(', ') })),
  region: region('region'),
  project_id: segment('project_id'),
  job_id: segment('job_id'),
});
type JobOperation = v.InferOutput<typeof Operation>;

/**
 * The words of status. Source: support.huaweicloud.com, api-ecs ecs_02_0901: a job waits in PENDING_PAYMENT until
 * somebody pays its order, and the cloud deletes it after 14 days; api-evs evs_04_0054: only EVS has WAITING_EXECUTE
 * and LISTENING.
 */
const STATES: States = {
  INIT: 'pending',
  WAITING_EXECUTE: 'pending',
  RUNNING: 'running',
  LISTENING: 'running',
  PENDING_PAYMENT: 'attention',
  SUCCESS: 'succeeded',
  FAIL: 'failed',
};

/** ECS keeps a finished job for this time (ecs_02_0901). For the other services the time is unknown. */
const KEPT_MS = 24 * 60 * 60_000;

/**
 * The code for "no such job" with HTTP 400 (the Huawei driver of Yunion Cloudpods). With HTTP 404 any code means this.
 */
const UNKNOWN_CODE = /^Common\.0011$/;

/** The parts of a job. A job for several servers has one part for each server. */
type Parts = { readonly total: number; readonly done: number; readonly failed: readonly Fields[] };

const partsOf = ({ sub_jobs, sub_jobs_total }: Fields): Parts => {
  const stateOf = ({ status }: Fields) => capitals(trimmed(text(status) ?? ''));
  const jobs = (list(sub_jobs) ?? []).map(fields).filter((job) => stateOf(job) !== '');
  const inState = (state: string) => jobs.filter((job) => stateOf(job) === state);
  const done = inState('SUCCESS').length;
  return { total: Math.max(count(sub_jobs_total) ?? 0, jobs.length), done, failed: inState('FAIL') };
};

const progressOf = ({ total, done }: Parts): Progress | undefined => (total > 1 ? { done, total } : undefined);

type Reason = Pick<Facts, 'reasonCode' | 'reasonMessage' | 'error'>;

/**
 * Returns the reason of one failed part. The type of the part is the step. Source: huaweicloudsdkecs 3.1.219, SubJob
 * and SubJobEntities.
 */
const reasonOfPart = (part: Fields): Reason => {
  const said = text(part.fail_reason) ?? text(fields(part.entities).errorcode_message);
  const step = text(part.job_type);
  return given({
    reasonCode: code(part.error_code),
    reasonMessage: said === undefined ? step : [step, said].filter(Boolean).join(': '),
  });
};

/**
 * Returns the reason of a failed job. The job's own reason may be null, or may say only that a part failed. Then the
 * reason of the part counts.
 */
const reasonOf = (body: Fields, { total, failed }: Parts): Reason => {
  const own: Reason = given({ reasonCode: code(body.error_code), reasonMessage: text(body.fail_reason) });
  const reasons = failed.map(reasonOfPart);
  const part = reasons.find(({ reasonCode }) => reasonCode !== undefined) ?? reasons[0];
  if (!part) return own;
  const tally = `${failed.length} of ${total} failed`;
  const why = [part.reasonCode, part.reasonMessage].filter(Boolean).join(': ');
  const hasOwn = Object.keys(own).length > 0;
  return { ...(hasOwn ? own : part), error: hasOwn && why !== '' ? `${tally}: ${why}` : tally };
};

const lookAt = async ({ operation }: Ask<JobOperation>, cloud: Cloud): Promise<Observation> => {
  const { service, region, project_id: project, job_id } = operation;
  const path = ['v1', project, 'jobs', job_id];
  const answer = await callHuawei(cloud, {
    product: service,
    region,
    project,
    path,
    unknownCode: UNKNOWN_CODE,
    stateIn: 'status',
  });
  if (answer.kind === 'unknown') return absentBy(answer.words);
  const { body, requestId } = answer;
  mustBeAbout({ job_id }, body, requestId);
  const parts = partsOf(fields(body.entities));
  return sightOf(STATES, 'status', body.status, {
    progress: progressOf(parts),
    facts: given({
      operationType: text(body.job_type),
      startedAt: instant(body.begin_time),
      endedAt: instant(body.end_time),
      ...reasonOf(body, parts),
      requestId,
    }),
  });
};

export const huaweiJob: Provider<JobOperation> = {
  traits: {
    name: 'huawei-job',
    vendor: 'huawei',
    operation: Operation,
    graceMs: 60_000,
    missesUntilLost: 3,
    forgetsAfterMs: KEPT_MS,
    console: ({ region }) => `https://console.huaweicloud.com/console/?region=${region}`,
  },
  look: lookSequentially(lookAt),
};
