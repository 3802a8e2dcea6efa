import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../lib/errors.ts';
import { huaweiDws } from '../../lib/providers/huawei-dws.ts';
import { type Row, runContract } from './contract.ts';
import { ask, lookAtOne, outcome, scripted, type Told, wording } from './scripted.ts';

const operation = {
  region: 'cn-north-4',
  project_id: '05f2cff45100d5112f4bc00b794ea08e',
  cluster_id: '9f76c502-fc9c-4a52-8656-65d0da6e3d57',
  action_name: 'SNAPSHOTTING',
};

const T1 = '2025-05-18 02:05:11.0';
const T2 = '2025-05-19 02:05:09.0';

const action = (status: unknown, submit_time: string | undefined = T2, action_name = 'SNAPSHOTTING'): Told => ({
  body: { action_name, status, submit_time, items: [] },
});
const failure = (status: unknown, submit_time: string | undefined = T2) =>
  action(status, submit_time, 'SNAPSHOTTING_FAILED');
const none: Told = { body: {} };
const cluster = (status: unknown, task_status: unknown = '', action_progress: unknown = {}): Told => ({
  body: { cluster: { status, task_status, action_progress } },
});
const error = (status: number, error_code: string): Told => ({ status, body: { error_code, error_msg: 'm' } });

const IDLE = cluster('AVAILABLE');
const SEEN = { seen: true, memo: { submitTime: T2 } };

/** However the API answers for an action it does not show, the next witness is asked. */
const NOTHING: readonly (readonly [string, Told])[] = [
  ['no status', none],
  ['status null', { body: { status: null } }],
  ['an empty HTTP 200', { body: '' }],
  ['HTTP 204', { status: 204, body: '' }],
  ['HTTP 400 DWS.0001', error(400, 'DWS.0001')],
  ['HTTP 401 DWS.0047', error(401, 'DWS.0047')],
  ['HTTP 403 DWS.0015', error(403, 'DWS.0015')],
  ['HTTP 404 DWS.3027', error(404, 'DWS.3027')],
  ['HTTP 403 DWS.7023', error(403, 'DWS.7023')],
  ['HTTP 400 of any code', error(400, 'DWS.0002')],
  ['HTTP 404 HTML', { status: 404, body: '<html>' }],
  ['HTTP 200 DWS.9999', error(200, 'DWS.9999')],
  ['another action', action('RUNNING', T2, 'GROWING')],
];

runContract({
  provider: huaweiDws,
  operation,
  callsMax: 3,
  ends: { succeeded: ['SUCCESS'], failed: ['FAILED', 'ROLLBACK_SUCCESS', 'ROLLBACK_FAIL'] },
  inferredEnds: { succeeded: ['AVAILABLE', 'ACTIVE'], failed: ['SNAPSHOTTING_FAILED'] },
  table: [
    ['RUNNING', [action('RUNNING')], 'running'],
    ['WAITING', [action('WAITING')], 'running'],
    ['ROLLBACK_RUNNING', [action('ROLLBACK_RUNNING')], 'running'],
    ['SUCCESS', [action('SUCCESS')], 'succeeded'],
    ['FAILED', [action('FAILED')], 'failed'],
    ['ROLLBACK_SUCCESS', [action('ROLLBACK_SUCCESS')], 'failed'],
    ['ROLLBACK_FAIL', [action('ROLLBACK_FAIL')], 'failed'],
    ['ROLLBACK_FAILED', [action('ROLLBACK_FAILED')], 'running, unknown word'],
    ['success', [action('success')], 'succeeded'],
    ['a translated action_name', [action('SUCCESS', T2, '创建快照')], 'succeeded'],
    ...NOTHING.map(
      ([about, told]): Row => [`${about}, then idle, seen before`, [told, none, IDLE], 'succeeded, inferred', SEEN],
    ),
    ['HTTP 401 APIGW.0301 of the action', [error(401, 'APIGW.0301')], 'Refused', SEEN],
    ['HTTP 403 APIGW.0302 of the action', [error(403, 'APIGW.0302')], 'NotAllowed', SEEN],
    ['HTTP 403 of any code of the action', [error(403, 'DWS.0011')], 'NotAllowed', SEEN],
    ['HTTP 500 of the action', [error(500, 'DWS.9999')], 'RetryLater', SEEN],
    ['HTTP 200 HTML of the action', [{ body: '<html>' }], 'RetryLater', SEEN],
    ['HTTP 500 of the failure name', [none, error(500, 'DWS.9999')], 'RetryLater', SEEN],
    ['HTTP 500 of the cluster', [none, none, error(500, 'DWS.9999')], 'RetryLater', SEEN],
    ['a cluster without status', [none, none, { body: { cluster: {} } }], 'RetryLater', SEEN],
    ['no such cluster', [none, none, error(404, 'DWS.3027')], 'absent', SEEN],

    ['failure name FAILED, seen before', [none, failure('FAILED')], 'failed', SEEN],
    ['failure name ROLLBACK_FAIL, seen before', [none, failure('ROLLBACK_FAIL')], 'failed', SEEN],
    ['failure name ROLLBACK_RUNNING, seen before', [none, failure('ROLLBACK_RUNNING')], 'running', SEEN],
    ['asked by its name, shown by its failure name', [failure('FAILED')], 'failed', SEEN],
    ['failure name SUCCESS, then idle', [none, failure('SUCCESS'), cluster('FROZEN')], 'absent', SEEN],
    ['failure of last night, seen before, then idle', [none, failure('FAILED', T1), IDLE], 'succeeded, inferred', SEEN],
    [
      'failure remembered from the first look',
      [none, failure('FAILED', T1), IDLE],
      'absent',
      { memo: { failureBefore: T1 } },
    ],
    ['failure newer than at the first look', [none, failure('FAILED', T2)], 'failed', { memo: { failureBefore: T1 } }],
    [
      'failure where there was none at the first look',
      [none, failure('FAILED')],
      'failed',
      { memo: { failureBefore: 'none' } },
    ],
    ['failure at the first look', [none, failure('FAILED'), IDLE], 'absent'],
    [
      'failure remembered, then seen, then gone',
      [none, failure('FAILED', T1), IDLE],
      'succeeded, inferred',
      { seen: true, memo: { failureBefore: T1, submitTime: T2 } },
    ],

    ['cluster has it in action_progress', [none, none, cluster('AVAILABLE', '', { SNAPSHOTTING: '20%' })], 'running'],
    ['cluster has it as task_status', [none, none, cluster('AVAILABLE', 'SNAPSHOTTING')], 'running'],
    [
      'cluster has its failure as task_status, seen before',
      [none, none, cluster('AVAILABLE', 'SNAPSHOTTING_FAILED')],
      'failed, inferred',
      SEEN,
    ],
    [
      'cluster has its failure as task_status, never seen',
      [none, none, cluster('AVAILABLE', 'SNAPSHOTTING_FAILED')],
      'absent',
    ],
    ['cluster ACTIVE and idle, seen before', [none, none, cluster('ACTIVE', null, null)], 'succeeded, inferred', SEEN],
    ['cluster AVAILABLE and idle, never seen', [none, none, IDLE], 'absent'],
    ['cluster busy with another task, seen before', [none, none, cluster('AVAILABLE', 'REBOOTING')], 'running', SEEN],
    ['cluster busy with another task, never seen', [none, none, cluster('AVAILABLE', 'REBOOTING')], 'absent'],
    ['cluster UNAVAILABLE and idle, seen before', [none, none, cluster('UNAVAILABLE')], 'absent', SEEN],
  ],
});

describe('huawei-dws', () => {
  it.each([
    ['SNAPSHOTTING', 'SNAPSHOTTING_FAILED'],
    ['GROWING', 'RESIZE_FAILURE'],
    ['RESTORING', 'RESTORING_FAILED'],
    ['FINE_GRAINED_RESTORING', 'FINE_GRAINED_RESTORING_FAILED'],
  ])('%s fails as %s', async (action_name, failureName) => {
    const script = [none, action('FAILED', T2, failureName)];
    expect(await outcome(huaweiDws, { ...operation, action_name }, script, SEEN)).toBe('failed');
    const { cloud, requests } = scripted(script);
    await lookAtOne(huaweiDws, ask({ ...operation, action_name }, SEEN), cloud);
    expect(requests[1]?.url).toMatch(new RegExp(`/actions/${failureName}$`));
  });

  it('asks an action that has no failure name for itself and the cluster only', async () => {
    const { cloud, requests } = scripted([none, IDLE]);
    const observation = await lookAtOne(
      huaweiDws,
      ask({ ...operation, action_name: 'REBOOTING' }, { seen: true }),
      cloud,
    );
    expect(wording(observation)).toBe('succeeded, inferred');
    expect(requests.length).toBe(2);
  });

  it('reads progress, and only progress, out of detail', async () => {
    const detail = (progressInfo: unknown) => JSON.stringify({ progressInfo });
    const told = (text: unknown): Told => ({
      body: { status: 'RUNNING', items: [{ sub_items: [{ status: 'FAILED' }, { status: 'RUNNING', detail: text }] }] },
    });
    const progressOf = async (text: unknown) => lookAtOne(huaweiDws, ask(operation), scripted([told(text)]).cloud);
    expect(await progressOf(detail('{"progress":"45.00%","errorCode":"X"}'))).toMatchObject({
      progress: { percent: 45 },
    });
    for (const text of [detail('{"progress"'), detail({ progress: '45%' }), '{', 'FAILED', 7, null, undefined]) {
      const observation = await progressOf(text);
      expect(observation).toMatchObject({ status: 'running' });
      expect(observation).not.toHaveProperty('progress');
    }
  });

  it('carries the cluster’s reason of a failure', async () => {
    const body = {
      cluster: {
        status: 'AVAILABLE',
        task_status: 'SNAPSHOTTING_FAILED',
        failed_reasons: { error_code: 'DWS.5', error_msg: 'm' },
      },
    };
    const observation = await lookAtOne(huaweiDws, ask(operation, SEEN), scripted([none, none, { body }]).cloud);
    expect(observation).toMatchObject({
      word: 'SNAPSHOTTING_FAILED',
      facts: { reasonCode: 'DWS.5', reasonMessage: 'm' },
    });
  });

  it('remembers what the failure name showed while the action had never been seen', async () => {
    const first = await lookAtOne(huaweiDws, ask(operation), scripted([none, none, IDLE]).cloud);
    expect(first).toMatchObject({ memo: { failureBefore: 'none' } });
    const memo = { failureBefore: T1 };
    const later = await lookAtOne(
      huaweiDws,
      ask(operation, { memo }),
      scripted([none, failure('FAILED', T1), IDLE]).cloud,
    );
    expect(later).toMatchObject({ memo });
  });

  it('asks for a cluster once however many of its actions are watched', async () => {
    const { cloud, requests } = scripted(({ url }) => (url.includes('/actions/') ? none : IDLE));
    const asks = ['SNAPSHOTTING', 'GROWING', 'RESTORING'].map((action_name, i) =>
      ask({ ...operation, action_name }, { seen: i > 0 }),
    );
    const observations = await huaweiDws.look(asks, cloud);
    expect(observations.map(wording)).toEqual(['absent', 'succeeded, inferred', 'succeeded, inferred']);
    expect(requests.map(({ url }) => url.split('/').at(-1))).toEqual([
      'SNAPSHOTTING',
      'SNAPSHOTTING_FAILED',
      operation.cluster_id,
      'GROWING',
      'RESIZE_FAILURE',
      'RESTORING',
      'RESTORING_FAILED',
    ]);
  });

  it('leaves only those unanswered that needed what failed', async () => {
    const { cloud } = scripted(({ url }) => {
      if (url.endsWith('/GROWING')) return action('RUNNING', T2, 'GROWING');
      return url.includes('/actions/') ? none : { status: 502, body: '' };
    });
    const asks = ['SNAPSHOTTING', 'GROWING'].map((action_name) => ask({ ...operation, action_name }, SEEN));
    const observations = await huaweiDws.look(asks, cloud);
    expect(observations).toMatchObject([{ kind: 'unanswered', error: expect.any(RetryLater) }, { status: 'running' }]);
  });
});
