import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { LaneBusy } from '../../lib/look/limited-calls.ts';
import type { HttpRequest } from '../../lib/net/http.ts';
import { aliyunEhpc } from '../../lib/providers/aliyun-ehpc.ts';
import { runContract } from './contract.ts';
import { ask, lookAtOne, NOW, type Reply, scripted, wording } from './scripted.ts';
import { storiesById } from './stories.ts';
import { tellsTheTruth } from './truth.ts';

const operation = {
  RegionId: 'cn-hangzhou',
  ClusterId: 'ehpc-hz-FYUr320000',
  TaskId: 'B745C159-3155-4B94-95D0-4B73D4D20000',
};

const state = (Status: unknown, TaskId: unknown = operation.TaskId): Reply => ({
  body: { RequestId: 'r-1', PageSize: 50, PageNumber: 1, TotalCount: 1, Tasks: [{ TaskId, Status }] },
});

const inCluster = (ClusterId: string): Reply => ({
  body: { Tasks: [{ ClusterId, TaskId: operation.TaskId, Status: 'Success' }] },
});

runContract({
  provider: aliyunEhpc,
  operation,
  ends: { succeeded: ['Success'], partial: ['PartialFail'], failed: ['Failed', 'Fail'] },
  table: [
    ['Processing', state('Processing'), 'running'],
    ['Success', state('Success'), 'succeeded'],
    ['Failed', state('Failed'), 'failed'],
    ['Fail', state('Fail'), 'failed'],
    ['PartialFail', state('PartialFail'), 'partial'],
    ['SUCCESS', state('SUCCESS'), 'succeeded'],
    ['Finished', state('Finished'), 'running, unknown word'],
    ['InProgress', state('InProgress'), 'running, unknown word'],
    ['an empty list', { body: { Tasks: [] } }, 'absent'],
    ['another task only', state('Success', 'another'), 'RetryLater'],
    ['the task of another cluster', inCluster('ehpc-hz-FYUr329999'), 'RetryLater'],
    ['the task of a cluster in other letters', inCluster('ehpc-hz-fyuR320000'), 'RetryLater'],
    ['the task of this cluster', inCluster('ehpc-hz-FYUr320000'), 'succeeded'],
    ['the task of this cluster, between blanks', inCluster(' ehpc-hz-FYUr320000\n'), 'succeeded'],
    ['a TaskId in small letters', state('Success', operation.TaskId.toLowerCase()), 'succeeded'],
    ['a TaskId between blanks', state('Success', ` ${operation.TaskId}\n`), 'succeeded'],
    ['Success between blanks', state(' Success\n'), 'succeeded'],
    ['a task without TaskId', state('Success', null), 'RetryLater'],
    ['no Status', state(undefined), 'RetryLater'],
    ['no Tasks', { body: { RequestId: 'r-1' } }, 'RetryLater'],
    ['HTTP 404 ClusterNotFound', { status: 404, body: { Code: 'ClusterNotFound' } }, 'absent'],
    ['HTTP 404 of another code', { status: 404, body: { Code: 'ResourceNotFound' } }, 'Misconfigured'],
    ['HTTP 400 SystemBusy', { status: 400, body: { Code: 'SystemBusy' } }, 'RetryLater'],
    ['HTTP 400 InvalidParams', { status: 400, body: { Code: 'InvalidParams' } }, 'Misconfigured'],
    ['HTTP 400 NotEnabled', { status: 400, body: { Code: 'NotEnabled' } }, 'Misconfigured'],
    ['HTTP 406 RedisError', { status: 406, body: { Code: 'RedisError' } }, 'RetryLater'],
    ['HTTP 500 UnknownError', { status: 500, body: { Code: 'UnknownError' } }, 'RetryLater'],
  ],
});

const asksFor = (taskIds: readonly string[]) => taskIds.map((TaskId) => ask({ ...operation, TaskId }, { seen: true }));

const names = (count: number, prefix = 'task') => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);

/** A cluster with tasks under way, listed in that order, and others that have ended. */
const clusterWith = (underWay: readonly string[], ended: Readonly<Record<string, string>> = {}) =>
  scripted(({ url }: HttpRequest) => {
    const query = new URL(url).searchParams;
    const taskId = query.get('TaskId');
    const task = (TaskId: string) => ({ TaskId, Status: ended[TaskId] ?? 'Processing', CurrentStep: 1, TotalSteps: 4 });
    if (taskId !== null) {
      const known = underWay.includes(taskId) || taskId in ended;
      return { body: { TotalCount: known ? 1 : 0, Tasks: known ? [task(taskId)] : [] } };
    }
    expect(query.get('Archived')).toBe('false');
    const size = Number(query.get('PageSize'));
    const start = (Number(query.get('PageNumber')) - 1) * size;
    const Tasks = underWay.slice(start, start + size).map(task);
    return { body: { PageSize: size, TotalCount: underWay.length, Tasks } };
  });

const look = async (taskIds: readonly string[], { cloud, requests }: ReturnType<typeof clusterWith>) => {
  const before = requests.length;
  const observations = await aliyunEhpc.look(asksFor(taskIds), cloud);
  return { told: observations.map(wording), calls: requests.length - before };
};

describe('aliyun-ehpc: the tasks of one cluster', () => {
  it('are one list call while they are under way', async () => {
    expect(await look(names(10), clusterWith(names(10)))).toEqual({ told: Array(10).fill('running'), calls: 1 });
  });

  it('are asked for by TaskId, once each, where the list does not have them', async () => {
    const cluster = clusterWith(['task-0', 'task-2'], { 'task-1': 'Success', 'task-3': 'Failed' });
    const { told, calls } = await look([...names(4), 'task-9'], cluster);
    expect(told).toEqual(['running', 'succeeded', 'running', 'failed', 'absent']);
    expect(calls).toBe(4);
    expect(cluster.requests.map(({ url }) => new URL(url).searchParams.get('TaskId'))).toEqual([
      null,
      'task-1',
      'task-3',
      'task-9',
    ]);
  });

  it('keep their steps', async () => {
    const { cloud } = clusterWith(names(2));
    expect(await aliyunEhpc.look(asksFor(names(2)), cloud)).toMatchObject([
      { progress: { done: 1, total: 4 } },
      { progress: { done: 1, total: 4 } },
    ]);
  });

  it.each([
    ['a single one is asked for by TaskId', 1, 200, 1],
    ['200 beside none', 200, 0, 4],
    ['30 beside 1,000 others: the list is left after its first page', 30, 1_000, 31],
    ['200 beside 1,000 others: the list is read to its end', 200, 1_000, 24],
    ['2 beside 400 others', 2, 400, 3],
  ])('%s', async (_, asked, others, calls) => {
    const underWay = [...names(others, 'other'), ...names(asked)];
    expect((await look(names(asked), clusterWith(underWay))).calls).toBe(calls);
  });

  it.each([
    [200, 4],
    [100, 6],
    [50, 10],
    [40, 14],
  ])('200 under way in groups of %i, in the order of the list, are at most %i calls', async (size, max) => {
    const cluster = clusterWith(names(200));
    const all = names(200);
    let calls = 0;
    for (let i = 0; i < 200; i += size) calls += (await look(all.slice(i, i + size), cluster)).calls;
    expect(calls).toBeLessThanOrEqual(max);
  });

  it.each([
    [200, 4],
    [50, 16],
    [40, 20],
    [34, 24],
    [10, 88],
  ])('200 under way in groups of %i, in any order, are at most %i calls', async (size, max) => {
    const cluster = clusterWith(names(200));
    // 77 has no factor in common with 200: every group holds tasks of every page.
    const all = names(200).map((_, i) => `task-${(i * 77) % 200}`);
    let calls = 0;
    for (let i = 0; i < 200; i += size) calls += (await look(all.slice(i, i + size), cluster)).calls;
    expect(calls).toBeLessThanOrEqual(max);
  });

  it('are never more than half and one call dearer than one by one', async () => {
    const mostly = (few: number, many: number) =>
      fc.oneof({ weight: 19, arbitrary: fc.nat(few) }, { weight: 1, arbitrary: fc.nat(many) });
    const tasks = fc.record({
      asked: mostly(20, 150),
      running: mostly(20, 100),
      others: mostly(200, 2_000),
      first: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(tasks, async ({ asked, running, others, first }) => {
        const mine = names(Math.min(running, asked));
        const theirs = names(others, 'other');
        const cluster = clusterWith(first ? [...mine, ...theirs] : [...theirs, ...mine]);
        const { told, calls } = await look(names(asked), cluster);
        expect(told).toEqual(names(asked).map((_, i) => (i < mine.length ? 'running' : 'absent')));
        expect(calls).toBeLessThanOrEqual(asked < 2 ? asked : asked + asked / 2 + 1);
      }),
    );
  });

  it('leave one unanswered where its own call fails', async () => {
    const { cloud } = scripted(({ url }) => {
      const taskId = new URL(url).searchParams.get('TaskId');
      if (taskId === 'task-1') return { status: 500, body: { Code: 'UnknownError' } };
      return taskId === null
        ? { body: { TotalCount: 1, Tasks: [{ TaskId: 'task-0', Status: 'Processing' }] } }
        : state('Success', taskId);
    });
    const observations = await aliyunEhpc.look(asksFor(names(3)), cloud);
    expect(observations.map(wording)).toEqual(['running', 'unanswered: RetryLater', 'succeeded']);
  });

  it('are not asked for any more once a call was throttled, and what is known is told', async () => {
    const listed = { body: { TotalCount: 1, Tasks: [{ TaskId: 'task-4', Status: 'Processing' }] } };
    const { cloud, requests } = scripted([
      listed,
      state('Success', 'task-0'),
      { status: 400, body: { Code: 'Throttling.User' } },
    ]);
    const observations = await aliyunEhpc.look(asksFor(names(5)), cloud);
    expect(observations.map(wording)).toEqual([
      'succeeded',
      'unanswered: Throttled',
      'unanswered: Throttled',
      'unanswered: Throttled',
      'running',
    ]);
    expect(requests.length).toBe(3);
  });

  /** Whatever comes instead of a page of the list, from page `from` on. */
  const withList = (instead: Reply, from = 1) => {
    const page = names(50).map((TaskId) => ({ TaskId, Status: 'Processing' }));
    return scripted(({ url }) => {
      const query = new URL(url).searchParams;
      if (query.has('TaskId')) return state('Processing', query.get('TaskId'));
      return Number(query.get('PageNumber')) < from ? { body: { PageSize: 50, TotalCount: 80, Tasks: page } } : instead;
    });
  };

  it.each<[string, Reply]>([
    ['HTTP 500', { status: 500, body: { Code: 'UnknownError' } }],
    ['HTTP 503 HTML', { status: 503, body: '<html>' }],
    ['Tasks null', { body: { RequestId: 'r-1', Tasks: null } }],
    ['Tasks that are none', { body: { Tasks: 'many' } }],
    ['InvalidParams', { status: 400, body: { Code: 'InvalidParams' } }],
    ['nothing', { body: '' }],
    ['the tasks of another cluster', { body: { Tasks: [{ ClusterId: 'other', TaskId: 'task-0', Status: 'Failed' }] } }],
  ])('are asked for by TaskId where the list brings %s [F48]', async (_, instead) => {
    const { told, calls } = await look(names(3), withList(instead));
    expect(told).toEqual(['running', 'running', 'running']);
    expect(calls).toBe(4);
  });

  it('are asked for by TaskId where page 2 of the list fails, but for those of page 1 [F48]', async () => {
    const { told, calls } = await look(names(80), withList({ status: 503, body: '' }, 2));
    expect(told).toEqual(Array(80).fill('running'));
    expect(calls).toBe(2 + 30);
  });

  it.each<[string, Reply, string]>([
    ['throttled', { status: 400, body: { Code: 'Throttling.User' } }, 'Throttled'],
    ['not allowed', { status: 403, body: { Code: 'NoPermission' } }, 'NotAllowed'],
    ['refused', { status: 403, body: { Code: 'SignatureDoesNotMatch' } }, 'Refused'],
  ])('are not asked for where the list is %s', async (_, instead, name) => {
    const { cloud, requests } = withList(instead);
    await expect(aliyunEhpc.look(asksFor(names(3)), cloud)).rejects.toMatchObject({ name });
    expect(requests.length).toBe(1);
  });

  it('are told as far as the list came before it was throttled', async () => {
    const { cloud, requests } = withList({ status: 400, body: { Code: 'Throttling.User' } }, 2);
    const told = (await aliyunEhpc.look(asksFor(names(80)), cloud)).map(wording);
    expect(told).toEqual([...Array(50).fill('running'), ...Array(30).fill('unanswered: Throttled')]);
    expect(requests.length).toBe(2);
  });

  it('wait for their turn where the lane of the connection is busy', async () => {
    const busy = new LaneBusy({ retryAt: NOW + 1_000, why: 'full' });
    const { cloud } = scripted([], { send: () => Promise.reject(busy) });
    await expect(aliyunEhpc.look(asksFor(names(3)), cloud)).rejects.toBe(busy);
  });

  it('are found in a list that writes their ids in the other case', async () => {
    const asked = ['b745c159-3155-4b94-95d0-4b73d4d20000', 'B745C159-3155-4B94-95D0-4B73D4D20001'];
    const Tasks = asked.map((TaskId) => ({ TaskId: TaskId.toUpperCase(), Status: 'Processing' }));
    const { cloud, requests } = scripted([{ body: { TotalCount: 2, Tasks } }]);
    expect((await aliyunEhpc.look(asksFor(asked), cloud)).map(wording)).toEqual(['running', 'running']);
    expect(requests.length).toBe(1);
  });

  it('are all absent where the cluster is', async () => {
    const { cloud, requests } = scripted([{ status: 404, body: { Code: 'ClusterNotFound' } }]);
    expect((await aliyunEhpc.look(asksFor(names(3)), cloud)).map(wording)).toEqual(['absent', 'absent', 'absent']);
    expect(requests.length).toBe(1);
  });

  it('end the list when it grows as fast as it is read', async () => {
    const { cloud, requests } = scripted(({ url }) => {
      const query = new URL(url).searchParams;
      const page = Number(query.get('PageNumber'));
      return query.has('TaskId')
        ? { body: { Tasks: [] } }
        : { body: { PageSize: 1, TotalCount: page + 1, Tasks: [{}] } };
    });
    await aliyunEhpc.look(asksFor(names(80)), cloud);
    expect(requests.length).toBeLessThanOrEqual(121);
  });
});

describe('aliyun-ehpc, what it tells beside a state', () => {
  const lookAt = async (task: object) => {
    const { cloud } = scripted([{ body: { Tasks: [{ TaskId: operation.TaskId, ...task }] } }]);
    return lookAtOne(aliyunEhpc, ask(operation), cloud);
  };
  const factsOf = async (task: object) => {
    const seen = await lookAt(task);
    return 'facts' in seen ? seen.facts : expect.unreachable();
  };

  it.each(['[]', '{}', 'null', '" "', ' ', '', '[{}]', '"[]"', '[ ]'])(
    'takes Errors and Result %j for nothing',
    async (nothing) => {
      for (const Status of ['Success', 'Failed', 'Processing'])
        expect(await factsOf({ Status, Errors: nothing, Result: nothing, TaskType: nothing })).toEqual({});
    },
  );

  it('keeps the errors of a failure, and those beside a success as its message [F51]', async () => {
    const Errors = '[{"Code":"StopNodeFailed"}]';
    expect(await factsOf({ Status: 'Failed', Errors })).toEqual({ error: Errors });
    expect(await factsOf({ Status: 'PartialFail', Errors })).toEqual({ error: Errors });
    expect(await factsOf({ Status: 'Success', Errors })).toEqual({ message: Errors });
  });

  it('reads steps that are written as text', async () => {
    expect(await lookAt({ Status: 'Processing', CurrentStep: '16', TotalSteps: '35' })).toMatchObject({
      progress: { done: 16, total: 35 },
    });
  });

  it('knows a TaskId that was pasted in small letters', () => {
    const pasted = { ...operation, TaskId: operation.TaskId.toLowerCase() };
    expect(v.parse(aliyunEhpc.traits.operation, pasted)).toEqual(operation);
    expect(v.parse(aliyunEhpc.traits.operation, { ...operation, TaskId: 'task-a' })).toMatchObject({
      TaskId: 'task-a',
    });
  });
});

tellsTheTruth(
  aliyunEhpc,
  storiesById({
    operation,
    ids: ['ClusterId', 'TaskId'],
    inAnyCase: ['TaskId'],
    needed: ['TaskId'],
    words: ['Processing', 'Success', 'Fail', 'Failed', 'PartialFail'],
    success: 'Success',
    answer: (ids, Status, { text, number }) => ({
      TotalCount: 2,
      Tasks: [
        { ClusterId: operation.ClusterId, TaskId: '00000000-0000-4000-8000-000000000000', Status: 'Success' },
        { ...ids, Status, CurrentStep: number, TotalSteps: 35, Errors: text, Result: text },
      ],
    }),
  }),
);
