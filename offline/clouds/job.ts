import { type HuaweiApi, sameIds } from './api.ts';
import { isOver } from './operation.ts';
import { telling } from './scenarios.ts';

const IDS = ['project_id', 'job_id'];

/** The job query that ECS, EVS, BMS, IMS and SDRS share. Source: support.huaweicloud.com/api-ecs/ecs_02_0901.html. */
export const job: HuaweiApi = {
  name: 'huawei-job',
  vendor: 'huawei',
  fields: IDS,
  states: { INIT: 'waiting', RUNNING: 'running', SUCCESS: 'succeeded', FAIL: 'failed' },
  faults: {
    'of-another': telling((body) => ({ ...body, job_id: '00000000000000000000000000000000' })),
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
    wrapped: (door) => ({
      ...door.error(404, '', ''),
      body: JSON.stringify({ error: { code: 'Ecs.0219', message: 'Job not found.' } }),
    }),
    flat: (door) => ({
      ...door.error(400, '', ''),
      body: JSON.stringify({ code: 'Common.0011', message: 'Job not found.' }),
    }),
  },
  calls: [
    {
      action: 'ShowJob',
      path: '/v1/{project_id}/jobs/{job_id}',
      concerns: sameIds(IDS),
      answer({ moments: [moment], params, door, absent }) {
        if (!moment?.word) return absent();
        const { operation, phase, word, sinceAt } = moment;
        const reason = operation.reason ?? { code: 'Ecs.0013', message: 'Insufficient EIP quota.' };
        const failed = phase === 'failed';
        return door.ok({
          job_id: params.job_id,
          job_type: operation.type ?? 'createServer',
          status: word,
          begin_time: new Date(operation.beganAt).toISOString(),
          end_time: isOver(phase) ? new Date(sinceAt).toISOString() : null,
          error_code: failed ? reason.code : null,
          fail_reason: failed ? reason.message : null,
          entities: { server_id: operation.serial },
        });
      },
    },
  ],
};
