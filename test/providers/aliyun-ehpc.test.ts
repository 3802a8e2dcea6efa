import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../lib/http.ts';
import { aliyunEhpc } from '../../lib/providers/aliyun-ehpc.ts';
import { runContract } from './contract.ts';
import { ask, scripted, type Told, wording } from './scripted.ts';

const operation = {
  RegionId: 'cn-hangzhou',
  ClusterId: 'ehpc-hz-FYUr320000',
  TaskId: 'B745C159-3155-4B94-95D0-4B73D4D20000',
};

const state = (Status: unknown, TaskId: unknown = operation.TaskId): Told => ({
  body: { RequestId: 'r-1', PageSize: 50, PageNumber: 1, TotalCount: 1, Tasks: [{ TaskId, Status }] },
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
    ['another task only', state('Success', 'another'), 'absent'],
    ['no Status', state(undefined), 'RetryLater'],
    ['no Tasks', { body: { RequestId: 'r-1' } }, 'RetryLater'],
    ['HTTP 404 ClusterNotFound', { status: 404, body: { Code: 'ClusterNotFound' } }, 'absent'],
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
    const tasks = fc.record({ asked: fc.nat(150), running: fc.nat(100), others: fc.nat(2_000), first: fc.boolean() });
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

  it.each<[string, Told, string]>([
    ['a failing list', { status: 500, body: { Code: 'UnknownError' } }, 'RetryLater'],
    ['a list that is none', { body: { Tasks: 'many' } }, 'RetryLater'],
  ])('throw for %s', async (_, told, name) => {
    const { cloud, requests } = scripted([told]);
    await expect(aliyunEhpc.look(asksFor(names(3)), cloud)).rejects.toMatchObject({ name });
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
