import { describe, expect, it } from 'vitest';
import { huaweiJob } from '../../lib/providers/huawei-job.ts';
import { runContract } from './contract.ts';
import { ask, lookAtOne, scripted, type Told } from './scripted.ts';

const state = (status: unknown, more = {}): Told => ({ body: { job_id: 'j-1', status, ...more } });

const operation = {
  service: 'ecs',
  region: 'cn-north-4',
  project_id: '05f2cff45100d5112f4bc00b794ea08e',
  job_id: '2c9eb2c5544cbf6101544f0602af2b4f',
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
    ['no status', state(undefined), 'RetryLater'],
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
});
