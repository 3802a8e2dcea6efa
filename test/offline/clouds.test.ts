import { beforeEach, describe, expect, test } from 'vitest';
import { APIS } from '../../offline/clouds/apis.ts';
import { callFor, idsOf } from './operations.ts';
import { type Headers, huaweiCall, type Reply } from './signed-call.ts';
import { codeOf, MINUTE, START, useClouds } from './stand-in.ts';

const { clock, steer, ask, create, look } = useClouds();

/** Where each API has the state; that it stands in the right place, its adapter shows. */
const STATE_FIELDS: Readonly<Record<string, string>> = {
  'aliyun-emr': 'OperationState',
  'huawei-modelarts': 'operation_status',
  'huawei-dws': 'status',
  'huawei-job': 'status',
};
const stated = (api: string, word: string): string => `"${STATE_FIELDS[api] ?? 'Status'}":"${word}"`;

describe('every documented state is told', () => {
  const states = APIS.flatMap((api) => Object.keys(api.states).map((word) => ({ api: api.name, word })));
  test.each(states)('$api | $word', async ({ api, word }) => {
    await create(api, { timeline: [[0, `=${word}`]] });
    const reply = await look(api);
    expect(reply.status).toBe(200);
    expect(reply.body).toContain(stated(api, word));
  });
});

describe('what becomes of an operation: at its begin, after half and after all of its time', () => {
  const absent = 'absent';
  test.each([
    ['aliyun-emr', 'success', 'IN_PROGRESS', 'IN_PROGRESS', 'COMPLETED'],
    ['aliyun-emr', 'failed', 'IN_PROGRESS', 'IN_PROGRESS', 'FAILED'],
    ['aliyun-emr', 'partial', 'IN_PROGRESS', 'IN_PROGRESS', 'PARTIAL_COMPLETED'],
    ['aliyun-emr', 'terminated', 'IN_PROGRESS', 'IN_PROGRESS', 'TERMINATED'],
    ['aliyun-emr', 'attention', 'IN_PROGRESS', 'HUMAN_PROCESSING', 'COMPLETED'],
    ['aliyun-emr', 'unknown-word', 'IN_PROGRESS', 'AWAITING_REVIEW', 'COMPLETED'],
    ['aliyun-emr', 'not-there-yet', absent, 'IN_PROGRESS', 'COMPLETED'],
    ['aliyun-emr', 'never-there', absent, absent, absent],
    ['aliyun-emr', 'vanishes', 'IN_PROGRESS', 'IN_PROGRESS', absent],
    ['aliyun-emr', 'flickers', 'IN_PROGRESS', absent, 'COMPLETED'],
    ['aliyun-emr', 'relapses', 'IN_PROGRESS', 'COMPLETED', 'FAILED'],
    ['aliyun-emr', 'endless', 'IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS'],
    ['aliyun-ehpc', 'success', 'Processing', 'Processing', 'Success'],
    ['aliyun-ehpc', 'failed', 'Processing', 'Processing', 'Failed'],
    ['aliyun-ehpc', '=Fail', 'Processing', 'Processing', 'Fail'],
    ['aliyun-ehpc', 'partial', 'Processing', 'Processing', 'PartialFail'],
    ['aliyun-ehpc', 'not-there-yet', absent, 'Processing', 'Success'],
    ['aliyun-bpstudio', 'success', 'INIT', 'RUNNING', 'SUCCESS'],
    ['aliyun-bpstudio', '=success', 'INIT', 'RUNNING', 'success'],
    ['aliyun-bpstudio', 'failed', 'INIT', 'RUNNING', 'FAILURE'],
    ['aliyun-bpstudio', 'forgotten', absent, absent, absent],
    ['aliyun-bpstudio', 'backwards', 'RUNNING', 'INIT', 'SUCCESS'],
    ['aliyun-ros', 'success', 'CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE'],
    ['aliyun-ros', '=CREATE_ROLLBACK_COMPLETE', 'CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_ROLLBACK_COMPLETE'],
    ['aliyun-ros', 'vanishes', 'CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', absent],
    ['huawei-modelarts', 'success', 'pending', 'running', 'success'],
    ['huawei-modelarts', 'failed', 'pending', 'running', 'failed'],
    ['huawei-modelarts', 'never-there', absent, absent, absent],
    ['huawei-job', 'success', 'INIT', 'RUNNING', 'SUCCESS'],
    ['huawei-job', 'failed', 'INIT', 'RUNNING', 'FAIL'],
    ['huawei-dws', 'success', 'WAITING', 'RUNNING', 'SUCCESS'],
    ['huawei-dws', 'failed', 'WAITING', 'RUNNING', 'FAILED'],
    ['huawei-dws', 'rolls-back', 'WAITING', 'RUNNING', 'ROLLBACK_SUCCESS'],
    ['huawei-dws', 'gone', 'WAITING', 'RUNNING', absent],
    ['huawei-dws', 'renamed', 'WAITING', 'RUNNING', absent],
    ['huawei-dws', 'by-cluster', absent, absent, absent],
  ])('%s | %s: %s, %s, %s', async (api, scenario, ...words) => {
    await create(api, { scenario, seconds: 20 });
    for (const [i, word] of words.entries()) {
      clock.now = START + i * 10_000;
      const { json, body } = await look(api);
      if (word !== absent) expect(body).toContain(stated(api, word));
      else expect(JSON.stringify(json ?? '')).not.toMatch(/"(Operation|Data|Status|operation_status|status)"/);
    }
  });

  test('an operation of no seconds is over at once', async () => {
    await create('aliyun-emr', { seconds: 0 });
    expect((await look('aliyun-emr')).json).toMatchObject({
      Operation: { OperationState: 'COMPLETED', EndTime: START },
    });
  });
});

describe('facts', () => {
  test('EMR tells its times in ms, its reason, and gives a reason even for success', async () => {
    const reason = { code: 'QuotaExceeded', message: 'No more vCPUs.' };
    await create('aliyun-emr', { scenario: 'failed', type: 'INCREASE_NODES', reason });
    expect((await look('aliyun-emr')).json).toMatchObject({
      Operation: { EndTime: 0, StateChangeReason: { Code: 'UserRequest' } },
    });
    clock.now += 30_000;
    const reply = await look('aliyun-emr');
    expect(reply.json).toMatchObject({
      RequestId: reply.headers['x-acs-request-id'],
      Operation: {
        ClusterId: 'c-b933c5aac8fe0000',
        OperationId: 'op-13c37a77c5050000',
        OperationType: 'INCREASE_NODES',
        StartTime: START,
        EndTime: START + 20_000,
        StateChangeReason: { Code: 'QuotaExceeded', Message: 'No more vCPUs.' },
      },
    });
    expect(reply.headers['content-type']).toBe('application/json;charset=utf-8');
    expect(reply.headers.date).toBe(new Date(clock.now).toUTCString());
  });

  test('E-HPC counts its steps and wraps its result in text that is no JSON', async () => {
    await create('aliyun-ehpc', { scenario: 'partial' });
    clock.now += 10_000;
    expect((await look('aliyun-ehpc')).json).toMatchObject({
      Tasks: [{ CurrentStep: 3, TotalSteps: 8, Errors: '[]', Result: '{}' }],
    });
    clock.now += 20_000;
    const { json } = await look('aliyun-ehpc');
    expect(json).toMatchObject({
      Tasks: [{ Errors: '[{"Code":"StopNodeFailed","Message":"The node compute000 did not stop in time."}]' }],
    });
    expect(JSON.stringify(json)).toContain(String.raw`"Result":"{\\\"ClusterId\\\"`);
  });

  test('ModelArts and the job API tell why they failed', async () => {
    const reason = { code: 'X.1', message: 'Why.' };
    await create('huawei-modelarts', { scenario: 'failed', seconds: 0, reason });
    await create('huawei-job', { scenario: 'failed', seconds: 0, reason });
    expect((await look('huawei-modelarts')).json).toMatchObject({
      operation_type: 'node_attach_volume',
      operation_error: reason,
    });
    const reply = await look('huawei-job');
    expect(reply.json).toMatchObject({ error_code: 'X.1', fail_reason: 'Why.', end_time: '2026-01-02T03:04:05.000Z' });
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  test('BPStudio keeps an operation for one hour after its end', async () => {
    await create('aliyun-bpstudio', { seconds: 60 });
    clock.now += 61 * MINUTE;
    expect((await look('aliyun-bpstudio')).json).toMatchObject({ Data: { Status: 'SUCCESS' } });
    clock.now += 1;
    expect((await look('aliyun-bpstudio')).json).toEqual({ RequestId: expect.any(String), Code: 200, Message: ' ' });
    await create('aliyun-bpstudio', { seconds: 60, agoSeconds: 3661 });
    expect((await look('aliyun-bpstudio')).json).not.toHaveProperty('Data');
  });
});

describe('E-HPC lists', () => {
  const list = (query: Headers): Promise<Reply> =>
    ask(callFor('aliyun-ehpc', { ClusterId: 'c1', ...query }, { at: clock.now }));
  const ids = ({ json }: Reply): string[] =>
    [...JSON.stringify(json).matchAll(/"TaskId":"([^"]+)"/g)].map(([, id]) => id ?? '');

  beforeEach(async () => {
    const tasks = Array.from({ length: 120 }, (_, i) => ({
      api: 'aliyun-ehpc',
      operation: { ClusterId: 'c1', TaskId: `t${i}` },
      seconds: i < 20 ? 5 : 60,
    }));
    expect((await steer('POST', 'operations', tasks)).json).toEqual({ created: 120 });
    clock.now += 10_000;
  });

  test('the running tasks, ten a page unless asked for up to fifty', async () => {
    const first = await list({});
    expect(first.json).toMatchObject({ PageSize: 10, PageNumber: 1, TotalCount: 100 });
    expect(ids(first)).toHaveLength(10);
    const pages = await Promise.all(['1', '2', '3'].map((PageNumber) => list({ PageNumber, PageSize: '50' })));
    expect(pages.map((page) => ids(page).length)).toEqual([50, 50, 0]);
    expect(new Set(pages.flatMap(ids)).size).toBe(100);
  });

  test('fewer a page where the cloud gives fewer', async () => {
    await steer('POST', 'settings', { pageSize: 30 });
    const pages = await Promise.all(['1', '4', '5'].map((PageNumber) => list({ PageNumber, PageSize: '50' })));
    expect(pages.map((page) => ids(page).length)).toEqual([30, 10, 0]);
    expect(pages[0]?.json).toMatchObject({ PageSize: 30, TotalCount: 100 });
  });

  test.each(['true', 'True'])(
    'with Archived=%s those that are over as well, and with TaskId that one in any state',
    async (Archived) => {
      expect((await list({ Archived, PageSize: '50' })).json).toMatchObject({ TotalCount: 120 });
      expect((await list({ TaskId: 't3', Archived: 'false' })).json).toMatchObject({
        TotalCount: 1,
        Tasks: [{ TaskId: 't3', Status: 'Success' }],
      });
      expect((await list({ TaskId: 'nobody' })).json).toMatchObject({ TotalCount: 0, Tasks: [] });
    },
  );

  test.each([{ PageSize: '51' }, { PageSize: '0' }, { PageNumber: '1000' }, { PageNumber: 'x' }])(
    'refuses %o',
    async (query) => {
      const reply = await list(query);
      expect([reply.status, codeOf(reply)]).toEqual([400, 'InvalidParams']);
    },
  );
});

describe('DWS', () => {
  const cluster = (): Promise<Reply> => {
    const { project_id, cluster_id } = idsOf('huawei-dws');
    return ask(huaweiCall(`/v1.0/${project_id}/clusters/${cluster_id}`, { at: clock.now }));
  };
  const action = (action_name: string): Promise<Reply> => look('huawei-dws', { action_name });

  test('the cluster is the second witness', async () => {
    await create('huawei-dws', { scenario: 'gone' });
    clock.now += 10_000;
    expect((await cluster()).json).toMatchObject({
      cluster: { status: 'AVAILABLE', task_status: 'SNAPSHOTTING', action_progress: { SNAPSHOTTING: '50%' } },
    });
    clock.now += 10_000;
    expect((await cluster()).json).toMatchObject({
      cluster: { status: 'AVAILABLE', task_status: '', action_progress: {}, failed_reasons: null },
    });
  });

  test('what fails is found under the name of its failure, with its first submit_time', async () => {
    await create('huawei-dws', { scenario: 'renamed', reason: { code: 'DWS.5041', message: 'OBS is full.' } });
    const submitted = { submit_time: '2026-01-02 11:04:05.0' };
    const times = (end_time: string | null) => ({
      items: [{ sub_items: [{ begin_time: submitted.submit_time, end_time, estimated_time: -1 }] }],
    });
    expect((await action('SNAPSHOTTING')).json).toMatchObject({ status: 'WAITING', ...submitted, ...times(null) });
    expect((await action('SNAPSHOTTING_FAILED')).body).toBe('');
    clock.now += 20_000;
    expect((await action('SNAPSHOTTING')).body).toBe('');
    expect((await action('SNAPSHOTTING_FAILED')).json).toMatchObject({
      action_name: 'SNAPSHOTTING_FAILED',
      status: 'FAILED',
      ...submitted,
      ...times('2026-01-02 11:04:25.0'),
    });
    expect((await cluster()).json).toMatchObject({
      cluster: {
        task_status: 'SNAPSHOTTING_FAILED',
        failed_reasons: { error_code: 'DWS.5041', error_msg: 'OBS is full.' },
      },
    });
  });

  test('a failure left from an earlier time keeps its name while the next one runs', async () => {
    await create(
      'huawei-dws',
      { scenario: '=FAILED', seconds: 0, agoSeconds: 86_400 },
      { action_name: 'SNAPSHOTTING_FAILED' },
    );
    await create('huawei-dws', {});
    expect((await action('SNAPSHOTTING_FAILED')).json).toMatchObject({
      status: 'FAILED',
      submit_time: '2026-01-01 11:04:05.0',
    });
    expect((await action('SNAPSHOTTING')).json).toMatchObject({ status: 'WAITING' });
  });

  test('resizing fails as RESIZE_FAILURE', async () => {
    await create('huawei-dws', { scenario: 'by-cluster-failed', seconds: 0 }, { action_name: 'GROWING' });
    expect((await action('RESIZE_FAILURE')).json).toMatchObject({ status: 'FAILED' });
  });

  test('the detail is JSON in JSON, and as cheerful in failure as the sample of the vendor', async () => {
    await create('huawei-dws', { scenario: 'failed', seconds: 0 });
    const { body } = await action('SNAPSHOTTING');
    expect(body).toContain(
      String.raw`{\"progressInfo\":\"{\\\"progress\\\":\\\"100.00%\\\",\\\"currentStep\\\":\\\"FINISH\\\",\\\"errorCode\\\":\\\"\\\"`,
    );
  });

  test.each([
    ['empty', 200, ''],
    ['wordless', 200, { id: null, action_name: 'SNAPSHOTTING', items: [] }],
    ['in-200', 200, { error_code: 'DWS.9999' }],
    ['http-400', 400, { error_code: 'DWS.0001' }],
    ['http-401', 401, { errCode: 'DWS.0047', error_code: 'DWS.0047' }],
    ['http-403', 403, { errCode: 'DWS.0015', externalMessage: 'You have no permission on the cluster.' }],
    ['http-404', 404, { error_code: 'DWS.3027' }],
  ])('an action that is gone can be answered as %s', async (absence, status, shape) => {
    await create('huawei-dws', { scenario: 'gone', seconds: 0, absence });
    const reply = await action('SNAPSHOTTING');
    expect(reply.status).toBe(status);
    if (typeof shape === 'string') expect(reply.body).toBe(shape);
    else expect(reply.json).toMatchObject(shape);
    expect((await cluster()).status).toBe(200);
  });

  test('a cluster nobody created is not there', async () => {
    expect([(await cluster()).status, codeOf(await cluster())]).toEqual([404, 'DWS.3027']);
  });
});
