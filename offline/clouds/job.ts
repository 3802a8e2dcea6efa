/** The job query that ECS, EVS, BMS, IMS and SDRS share. Source: support.huaweicloud.com/api-ecs/ecs_02_0901.html; api-evs evs_04_0054. */
import { type HuaweiApi, type ShownFacts, sameIds } from './api.ts';
import { telling } from './cloud-faults.ts';
import { isOver, type Moment, reasonOf } from './operation.ts';

const IDS = ['project_id', 'job_id'];

const tells = (moment: Moment): ShownFacts => {
  const { operation, phase, beganAt, sinceAt } = moment;
  const { code, message } = reasonOf(moment, { code: 'Ecs.0013', message: 'Insufficient EIP quota.' });
  return {
    operationType: operation.type ?? 'createServer',
    startedAt: beganAt,
    ...(isOver(phase) && { endedAt: sinceAt }),
    ...(phase === 'failed' && { reasonCode: code, reasonMessage: message }),
  };
};

const written = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

export const job: HuaweiApi = {
  name: 'huawei-job',
  vendor: 'huawei',
  fields: IDS,
  states: {
    INIT: 'waiting',
    RUNNING: 'running',
    SUCCESS: 'succeeded',
    FAIL: 'failed',
    // An order that waits to be paid (ECS, BMS); the last two are words of EVS alone.
    PENDING_PAYMENT: 'attention',
    WAITING_EXECUTE: 'waiting',
    LISTENING: 'running',
  },
  tells,
  faults: {
    'of-another': telling((body) => ({ ...body, job_id: '00000000000000000000000000000000', status: 'SUCCESS' })),
    // A job over two servers: the reason of its failure stands in the part that failed.
    'two-parts': telling(({ error_code, fail_reason, ...body }) => ({
      ...body,
      error_code: null,
      fail_reason: null,
      entities: {
        sub_jobs_total: 2,
        sub_jobs: [
          { job_type: 'createSingleServer', status: body.status === 'FAIL' ? 'SUCCESS' : body.status },
          { job_type: 'createSingleServer', status: body.status, error_code, fail_reason },
        ],
      },
    })),
  },
  absences: {
    wrapped: (responder) => ({
      ...responder.error(404, '', ''),
      body: JSON.stringify({ error: { code: 'Ecs.0219', message: 'Job not found.' } }),
    }),
    flat: (responder) => ({
      ...responder.error(400, '', ''),
      body: JSON.stringify({ code: 'Common.0011', message: 'Job not found.' }),
    }),
  },
  calls: [
    {
      action: 'ShowJob',
      path: '/v1/{project_id}/jobs/{job_id}',
      concerns: sameIds(IDS),
      answer: ({ moments: [moment], params, responder, absent }) => {
        if (!moment?.word) return absent();
        const { operationType, startedAt, endedAt, reasonCode = null, reasonMessage = null } = tells(moment);
        return responder.ok({
          job_id: params.job_id,
          job_type: operationType,
          status: moment.word,
          begin_time: written(startedAt),
          end_time: written(endedAt),
          error_code: reasonCode,
          fail_reason: reasonMessage,
          entities: { server_id: moment.operation.serial },
        });
      },
    },
  ],
};
