/** Huawei Cloud's uniform job API, v1: one adapter for every service that has it. */
import * as v from 'valibot';
import { code, count, type Fields, fields, given, list, text } from '../clouds/fields.ts';
import { callHuawei } from '../clouds/huawei.ts';
import { parseInstant } from '../time.ts';
import { oneByOne } from './kit/in-turn.ts';
import { region, segment } from './kit/operation.ts';
import { absentBy, type States, sightOf } from './kit/sight.ts';
import type { Ask, Cloud, Observation, Progress, Provider } from './provider.ts';

const SERVICES = ['ecs', 'evs', 'bms', 'ims', 'sdrs'] as const;

const Operation = v.strictObject({
  service: v.picklist(SERVICES, `service must be one of ${SERVICES.join(', ')}`),
  region: region('region'),
  project_id: segment('project_id'),
  job_id: segment('job_id'),
});
type JobOperation = v.InferOutput<typeof Operation>;

/**
 * status. Source: support.huaweicloud.com, api-ecs ecs_02_0901: a job waits in PENDING_PAYMENT until somebody pays its
 * order, and is deleted after 14 days; api-evs evs_04_0054: WAITING_EXECUTE and LISTENING, of EVS alone.
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

/** How long ECS keeps a job that is over (ecs_02_0901); of the others it is not known. */
const KEPT_MS = 24 * 60 * 60_000;

/** No such job, with HTTP 400 (the Huawei driver of Yunion Cloudpods); with 404 any code means that. */
const UNKNOWN_CODE = /^Common\.0011$/;

const instant = (value: unknown): number | undefined => parseInstant(text(value) ?? '');

/** A job over several servers counts its parts. */
const progressOf = (entities: Fields): Progress | undefined => {
  const total = count(entities.sub_jobs_total) ?? 0;
  const ended = (list(entities.sub_jobs) ?? []).filter((job) => /^(SUCCESS|FAIL)$/.test(`${fields(job).status}`));
  return total > 1 && ended.length <= total ? { done: ended.length, total } : undefined;
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
    errorCodeIsFact: true,
  });
  if (answer.kind === 'unknown') return absentBy(answer.words);
  const { body, requestId } = answer;
  return sightOf(STATES, 'status', body.status, {
    progress: progressOf(fields(body.entities)),
    facts: given({
      operationType: text(body.job_type),
      startedAt: instant(body.begin_time),
      endedAt: instant(body.end_time),
      reasonCode: code(body.error_code),
      reasonMessage: text(body.fail_reason),
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
  look: oneByOne(lookAt),
};
