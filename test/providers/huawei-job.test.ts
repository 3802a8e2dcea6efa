import { describe, expect, it } from 'vitest';
import { huaweiJob } from '../../lib/providers/huawei-job.ts';
import { runContract } from './contract.ts';
import { ask, lookAtOne, type Reply, scripted } from './scripted.ts';
import { storiesById } from './stories.ts';
import { tellsTheTruth } from './truth.ts';

const JOB_ID = '2c9eb2c5544cbf6101544f0602af2b4f';

const state = (status: unknown, more = {}): Reply => ({ body: { job_id: JOB_ID, status, ...more } });

/** A job over several servers. */
const parts = (total: unknown, ...sub_jobs: readonly unknown[]) => ({ entities: { sub_jobs_total: total, sub_jobs } });

const operation = {
  service: 'ecs',
  region: 'cn-north-4',
  project_id: '05f2cff45100d5112f4bc00b794ea08e',
  job_id: JOB_ID,
} as const;

runContract({
  provider: huaweiJob,
  operation,
  ends: { succeeded: ['SUCCESS'], failed: ['FAIL'] },
  table: [
    ['INIT', state('INIT'), 'pending'],
    ['WAITING_EXECUTE', state('WAITING_EXECUTE'), 'pending'],
    ['RUNNING', state('RUNNING'), 'running'],
    ['LISTENING', state('LISTENING'), 'running'],
    ['PENDING_PAYMENT', state('PENDING_PAYMENT'), 'attention'],
    ['SUCCESS', state('SUCCESS'), 'succeeded'],
    ['FAIL', state('FAIL'), 'failed'],
    ['FAIL with error_code in an HTTP 200', state('FAIL', { error_code: 'Ecs.0208', fail_reason: 'm' }), 'failed'],
    ['FAILED', state('FAILED'), 'running, unknown word'],
    ['SUCCESS between blanks', state(' SUCCESS\n'), 'succeeded'],
    ['no status', state(undefined), 'RetryLater'],
    ['no status, and an error_code in the HTTP 200', state(undefined, { error_code: 'Ecs.0013' }), 'RetryLater'],
    ['a list', { body: [{ job_id: JOB_ID, status: 'SUCCESS' }] }, 'RetryLater'],
    ['SUCCESS of another job', state('SUCCESS', { job_id: 'ff8080828' }), 'RetryLater'],
    ['FAIL of another job', state('FAIL', { job_id: 'ff8080828' }), 'RetryLater'],
    ['SUCCESS of the job, its id in capitals', state('SUCCESS', { job_id: JOB_ID.toUpperCase() }), 'succeeded'],
    ['SUCCESS without a job_id', state('SUCCESS', { job_id: null }), 'succeeded'],
    ['HTTP 503 Common.0011', { status: 503, body: { code: 'Common.0011', message: 'm' } }, 'RetryLater'],
    ['HTTP 429 Common.0011', { status: 429, body: { code: 'Common.0011', message: 'm' } }, 'Throttled'],
    ['HTTP 404 of IAM', { status: 404, body: { error: { code: 'IAM.0004', message: 'm' } } }, 'Refused'],
    ['HTTP 400 Common.0011', { status: 400, body: { code: 'Common.0011', message: 'm' } }, 'absent'],
    ['HTTP 400 of another code', { status: 400, body: { code: 'Ecs.0005', message: 'm' } }, 'Misconfigured'],
    ['HTTP 404 of the service', { status: 404, body: { error: { code: 'Common.0011', message: 'm' } } }, 'absent'],
  ],
});

describe('huawei-job', () => {
  it.each(['ecs', 'evs', 'bms', 'ims', 'sdrs'] as const)('serves %s', async (service) => {
    const { cloud, requests } = scripted([state('RUNNING')]);
    await lookAtOne(huaweiJob, ask({ ...operation, service }), cloud);
    expect(new URL(requests[0]?.url ?? '').host).toBe(`${service}.cn-north-4.myhuaweicloud.com`);
  });

  it('takes times with a zone only', async () => {
    const { cloud } = scripted([
      state('RUNNING', { begin_time: '2016-04-25T20:04:34.604Z', end_time: '2016-04-25T20:08:41' }),
    ]);
    const observation = await lookAtOne(huaweiJob, ask(operation), cloud);
    expect(observation).toMatchObject({ facts: { startedAt: 1_461_614_674_604 } });
    expect(observation).not.toHaveProperty('facts.endedAt');
  });

  const told = async (status: string, more: object) => {
    const observation = await lookAtOne(huaweiJob, ask(operation), scripted([state(status, more)]).cloud);
    if (!('facts' in observation)) throw new Error('nothing was seen');
    const { reasonCode, reasonMessage, error, message } = observation.facts ?? {};
    return { reasonCode, reasonMessage, error, message, progress: observation.progress };
  };
  const failed = {
    job_type: 'createSingleServer',
    status: 'FAIL',
    error_code: 'Ecs.0219',
    fail_reason: 'No valid host.',
  };
  const done = { job_type: 'createSingleServer', status: 'SUCCESS', error_code: null, fail_reason: null };
  const going = { job_type: 'createSingleServer', status: 'RUNNING' };

  it.each<[string, string, object, object]>([
    [
      'the cause stands in a part only',
      'FAIL',
      { error_code: null, fail_reason: null, ...parts(2, done, failed) },
      {
        reasonCode: 'Ecs.0219',
        reasonMessage: 'createSingleServer: No valid host.',
        error: '1 of 2 failed',
        progress: { done: 1, total: 2 },
      },
    ],
    [
      'the job only says that a part failed',
      'FAIL',
      { error_code: 'Common.0021', fail_reason: 'CollectInfoTask-fail', ...parts(2, failed, done) },
      {
        reasonCode: 'Common.0021',
        reasonMessage: 'CollectInfoTask-fail',
        error: '1 of 2 failed: Ecs.0219: createSingleServer: No valid host.',
        progress: { done: 1, total: 2 },
      },
    ],
    [
      'the cause stands in the entities of a part',
      'FAIL',
      parts(1, { status: 'FAIL', entities: { errorcode_message: 'sold out' } }),
      { reasonMessage: 'sold out', error: '1 of 1 failed' },
    ],
    [
      'a part that goes on is neither done nor failed',
      'RUNNING',
      parts(3, going, failed, done),
      {
        reasonCode: 'Ecs.0219',
        reasonMessage: 'createSingleServer: No valid host.',
        error: '1 of 3 failed',
        progress: { done: 1, total: 3 },
      },
    ],
    ['a total as text', 'RUNNING', parts('2', done), { progress: { done: 1, total: 2 } }],
    ['a total below the parts that are listed', 'RUNNING', parts(1, done, done), { progress: { done: 2, total: 2 } }],
    [
      'a success has no cause',
      'SUCCESS',
      parts(2, done, failed),
      { message: expect.stringContaining('Ecs.0219'), progress: { done: 1, total: 2 } },
    ],
    ['odd parts', 'FAIL', { ...parts({}, null, 'x', []), fail_reason: 'm' }, { reasonMessage: 'm' }],
  ])('reasons and progress: %s', async (_, status, more, expected) => {
    expect(await told(status, more)).toEqual(expected);
  });
});

tellsTheTruth(
  huaweiJob,
  storiesById({
    operation,
    ids: ['job_id'],
    inAnyCase: ['job_id'],
    words: ['INIT', 'RUNNING', 'PENDING_PAYMENT', 'SUCCESS', 'FAIL'],
    success: 'SUCCESS',
    answer: (ids, status, { at, text, number }) => ({
      ...ids,
      status,
      begin_time: at,
      end_time: text,
      error_code: text,
      fail_reason: text,
      entities: { sub_jobs_total: number, sub_jobs: [{ status: text, fail_reason: text }] },
    }),
  }),
);
