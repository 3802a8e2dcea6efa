import { describe, expect, test } from 'vitest';
import { THE_DEPLOYMENT } from '../../lib/access/caller.ts';
import { type Limits, takeWatches } from '../../lib/core/allowance.ts';
import type { WatchView } from '../../lib/core/view.ts';
import { allowanceKey, createLimits, type LimitDeps } from '../../lib/limits/quotas.ts';
import { receive } from '../../lib/submit/receive.ts';
import { countInUse } from '../../lib/sweep/count-in-use.ts';
import { ask } from '../api/ask.ts';
import { MINUTE, OPERATIONS, SECOND } from '../samples.ts';
import { createMemoryTable } from '../world/memory-table.ts';
import { deliveriesOf, logged, pass, stage, watchOf } from '../world/scenes.ts';
import { configWith } from '../world/settings.ts';
import { createWorld, type World } from '../world/world.ts';

const configFor = (limits: Partial<Limits>) => configWith({ defaults: { notify: ['chat'], limits } });

/** Functions that share a table, each with what it has taken; counts what they ask of the table. */
const functionsOver = (limits: Partial<Limits>) => {
  const memory = createMemoryTable({ now: () => now });
  let now = 1_000_000_000;
  const calls = { reads: 0, writes: 0 };
  const lines: string[] = [];
  const read = async <T>(act: () => T): Promise<T> => {
    calls.reads += 1;
    return act();
  };
  const write = async <T>(act: () => T): Promise<T> => {
    calls.writes += 1;
    return act();
  };
  const table: LimitDeps['table'] = {
    get: (keys) => read(() => memory.get(keys)),
    insert: (item) => write(() => memory.insert(item)),
    replace: (item) => write(() => memory.replace(item)),
    remove: (item) => write(() => memory.remove(item)),
    beginning: (...asked) => read(() => memory.beginning(...asked)),
    partition: (pk) => read(() => memory.partition(pk)),
    lapsed: (...asked) => read(() => memory.lapsed(...asked)),
    owing: (shard) => read(() => memory.owing(shard)),
    listed: (...asked) => read(() => memory.listed(...asked)),
  };
  const note = (what: string) => void lines.push(what);
  const tools = { table, chance: () => 0, pause: async () => undefined, now: () => now, config: configFor(limits) };
  const create = () => createLimits({ ...tools, log: { info: note, warn: note, error: note } });
  const go = (ms: number) => {
    now += ms;
  };
  return { create, calls, lines, go, tools };
};

/** How many of `count` are taken, one by one. */
const takeEach = async (take: () => Promise<number>, count: number): Promise<number> => {
  let taken = 0;
  for (let i = 0; i < count; i += 1) if ((await take()) === 0) taken += 1;
  return taken;
};

describe('requests', () => {
  test('are a minute of the limit at once and its pace from then on, over whatever number of functions [F7] [S10]', async () => {
    const { create, go } = functionsOver({ requestsPerMinute: 600 });
    const functions = Array.from({ length: 20 }, () => create().requests);
    const perSecond: number[] = [];
    for (let second = 0; second < 90; second += 1) {
      let taken = 0;
      for (const requests of functions) taken += await takeEach(() => requests.take('a', 1), 10);
      perSecond.push(taken);
      go(SECOND);
    }
    const total = perSecond.reduce((sum, each) => sum + each, 0);
    expect(total).toBeLessThanOrEqual(600 + 90 * 10);
    expect(total).toBeGreaterThanOrEqual(0.9 * (600 + 89 * 10));
  });

  test('of a flood that is refused cost no reads [F7]', async () => {
    const { create, calls, lines } = functionsOver({ requestsPerMinute: 60 });
    const { requests } = create();
    expect(await takeEach(() => requests.take('a', 1), 10_000)).toBe(60);
    expect(calls.reads + calls.writes).toBeLessThan(20);
    expect(lines).toEqual(['tenant at its limit']);
  });

  test('of a steady stream are taken in blocks', async () => {
    const { create, calls, go } = functionsOver({ requestsPerMinute: 6_000 });
    const { requests } = create();
    for (let second = 0; second < 60; second += 1) {
      expect(await takeEach(() => requests.take('a', 1), 90)).toBe(90);
      go(SECOND);
    }
    // 5,400 requests.
    expect(calls.writes).toBeLessThan(200);
  });

  test('here and there cost one read and one write each, and nothing is lost over it', async () => {
    const { create, calls, go } = functionsOver({ requestsPerMinute: 60 });
    const functions = Array.from({ length: 30 }, () => create().requests);
    for (let round = 0; round < 10; round += 1) {
      for (const requests of functions) {
        expect(await requests.take('a', 1)).toBe(0);
        go(SECOND);
      }
    }
    expect(calls).toEqual({ reads: 300, writes: 300 });
  });

  test('are taken all or not at all, and the wait is told', async () => {
    const { create, go } = functionsOver({ requestsPerMinute: 60 });
    const { requests } = create();
    expect(await requests.take('a', 25)).toBe(0);
    expect(await requests.take('a', 25)).toBe(0);
    const waitMs = await requests.take('a', 25);
    expect(waitMs).toBe(15 * SECOND);
    go(waitMs);
    expect(await requests.take('a', 25)).toBe(0);
  });

  test('of one tenant are none of another [S10]', async () => {
    const { create } = functionsOver({ requestsPerMinute: 60 });
    const { requests } = create();
    await takeEach(() => requests.take('a', 1), 100);
    expect(await requests.take('a', 1)).toBeGreaterThan(0);
    expect(await takeEach(() => requests.take('b', 1), 60)).toBe(60);
  });

  test('that come together are taken together', async () => {
    const { create, calls } = functionsOver({ activeWatches: 5_000, requestsPerMinute: 6_000 });
    const { watches } = create();
    const waits = await Promise.all(Array.from({ length: 25 }, () => watches.take('a', 1)));
    expect(waits).toEqual(Array(25).fill(0));
    expect(calls.writes).toBeLessThanOrEqual(5);
  });
});

type Asked = { readonly body?: unknown; readonly tenant?: string };

const post = (world: World, { body, tenant = 'default' }: Asked) =>
  ask(world, 'POST /watches', { body, lambda: { tenant } });
const list = (world: World, { tenant = 'default' }: Asked) => ask(world, 'GET /watches', { lambda: { tenant } });

const nth = (world: World, i: number) => stage(world, { operation: { OperationId: `op-${i}` }, notify: [] });
const settle = (world: World) => world.call('sweep', (runtime) => countInUse(runtime));
const activeIn = async (world: World) =>
  Object.fromEntries([...(await settle(world))].map(([tenant, { active }]) => [tenant, active]));

describe('a tenant at its limit', () => {
  test('of requests is answered 429 with Retry-After, submitting or reading [F7] [S10]', async () => {
    const world = createWorld({ config: configFor({ requestsPerMinute: 60 }) });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await post(world, { body: Array(25).fill(nth(world, 1)) })).status);
    expect(statuses).toEqual([207, 207, 429]);
    const { headers, body } = await post(world, { body: Array(25).fill(nth(world, 1)) });
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json; charset=utf-8', 'retry-after': '15' });
    expect(body).toMatchObject({
      title: 'Too Many Requests',
      detail: 'this tenant has reached its limit of requests a minute: try again in 15 s',
    });
    const reads = [];
    for (let i = 0; i < 20; i += 1) reads.push(await list(world, {}));
    expect(reads[0]?.status).toBe(200);
    expect(reads.at(-1)).toMatchObject({ status: 429, body: { retryAfterSeconds: 1 } });
    expect((await list(world, { tenant: 'other' })).status).toBe(200);
    await pass(world, 2 * SECOND);
    expect((await list(world, {})).status).toBe(200);
  });

  test('of watches is answered 429 for new ones only: what is watched already may be submitted again [F7] [F1]', async () => {
    const world = createWorld({ config: configFor({ activeWatches: 3 }) });
    for (let i = 0; i < 3; i += 1) expect((await post(world, { body: nth(world, i) })).status).toBe(202);
    const refused = await post(world, { body: nth(world, 3) });
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    expect(refused.body.detail).toBe('this tenant has reached its limit of active watches: try again in 60 s');
    for (let i = 0; i < 20; i += 1) expect((await post(world, { body: nth(world, i % 3) })).status).toBe(200);
    const both = await post(world, { body: [nth(world, 0), nth(world, 4)] });
    expect(both).toMatchObject({
      status: 207,
      headers: { 'retry-after': '60' },
      body: [{ status: 200 }, { status: 429 }],
    });
    expect((await post(world, { body: nth(world, 0), tenant: 'other' })).status).toBe(202);
    expect([...world.table.items()].filter(({ sk }) => sk === 'watch')).toHaveLength(4);
    expect(logged(world, 'tenant at its limit')).toContainEqual(expect.objectContaining({ tenant: 'default' }));
  });

  test('has its watches back when its watches are over and have been counted', async () => {
    const world = createWorld({ config: configFor({ activeWatches: 2 }) });
    const scenes = [0, 1].map((i) => stage(world, { operation: { OperationId: `op-${i}` }, endsAfter: 10 * SECOND }));
    for (const body of scenes) await post(world, { body });
    expect((await post(world, { body: nth(world, 2) })).status).toBe(429);
    world.start();
    await pass(world, 2 * MINUTE);
    expect(await settle(world)).toEqual(new Map());
    expect((await post(world, { body: nth(world, 2) })).status).toBe(202);
    expect((await post(world, { body: nth(world, 3) })).status).toBe(202);
    expect((await post(world, { body: nth(world, 4) })).status).toBe(429);
  });

  test('still has what its schedules submit taken, and counted', async () => {
    const world = createWorld({ config: configFor({ activeWatches: 1 }) });
    expect((await post(world, { body: nth(world, 0) })).status).toBe(202);
    const direct = await world.call('trigger', (runtime) => receive(nth(world, 1), THE_DEPLOYMENT, runtime));
    expect(direct.status).toBe(202);
    expect(await activeIn(world)).toEqual({ default: 2 });
  });
});

describe('the count of watches', () => {
  const known = (world: World) => world.table.get([allowanceKey('default')])[0]?.body;

  test('is true again after crashes between place and watch [F24]', async () => {
    let crash: 'crash before' | undefined;
    const world = createWorld({
      config: configFor({ activeWatches: 5 }),
      faults: ({ what }) => (what === 'insert watch' ? crash : undefined),
    });
    crash = 'crash before';
    for (let i = 0; i < 5; i += 1) await expect(post(world, { body: nth(world, i) })).rejects.toThrow();
    crash = undefined;
    expect((await post(world, { body: nth(world, 0) })).status).toBe(429);
    await settle(world);
    expect(known(world)).toMatchObject({ active: 0, begun: 0 });
    for (let i = 0; i < 5; i += 1) expect((await post(world, { body: nth(world, i) })).status).toBe(202);
    await settle(world);
    expect(known(world)).toMatchObject({ active: 5, begun: 0 });
  });

  test('tells watches from deliveries, tenant by tenant, and writes where it has changed only', async () => {
    const world = createWorld({ config: configFor({ activeWatches: 100 }), reply: () => 'broken' });
    for (const tenant of ['default', 'other']) {
      await post(world, { body: stage(world, { notify: ['ci'], endsAfter: 0, end: 'failed' }), tenant });
      await post(world, { body: nth(world, 1), tenant });
    }
    await post(world, { body: nth(world, 2) });
    world.start();
    await pass(world, MINUTE);
    expect(Object.fromEntries(await settle(world))).toEqual({
      default: { active: 2, waiting: 1 },
      other: { active: 1, waiting: 1 },
    });
    const version = () => world.table.get([allowanceKey('default')])[0]?.version;
    const before = version();
    await settle(world);
    expect(version()).toBe(before);
  });

  test('far below the limit needs no writes, and cannot be overrun before the next one [S10]', () => {
    const limits = { requestsPerMinute: 60, activeWatches: 1_000, waitingDeliveries: 10_000 };
    const free = takeWatches({ at: 0, active: 820, begun: 0 }, { wanted: 1, needed: 1 }, 0, limits);
    expect(free).toMatchObject({ given: 1, allowance: { begun: 0 } });
    // A bucket and two minutes of requests, each of which begins a watch.
    expect(820 + 3 * 60).toBeLessThanOrEqual(limits.activeWatches);
    const near = takeWatches({ at: 0, active: 821, begun: 0 }, { wanted: 1, needed: 1 }, 0, limits);
    expect(near).toMatchObject({ given: 1, allowance: { begun: 1 } });
  });
});

test('10,000 submissions by one tenant do not keep another from being told in time [F7] [S10]', async () => {
  const limits = { requestsPerMinute: 300, activeWatches: 200 };
  const world = createWorld({ config: configFor(limits) });
  world.start();
  const statuses = new Map<number, number>();
  for (let i = 0; i < 400; i += 1) {
    const operation = (n: number) => ({ ...OPERATIONS['aliyun-emr'], OperationId: `op-flood-${i * 25 + n}` });
    const body = Array.from({ length: 25 }, (_, n) => ({
      provider: 'aliyun-emr',
      operation: operation(n),
      notify: [],
    }));
    const { status, body: answers } = await post(world, { body });
    for (const each of status === 207 ? answers : Array(25).fill({ status }))
      statuses.set(each.status, (statuses.get(each.status) ?? 0) + 1);
  }
  const other = stage(world, { notify: ['ci'], endsAfter: 30 * SECOND });
  const endsAt = world.timeline.now() + 30 * SECOND;
  const { body, status } = await post(world, { body: other, tenant: 'other' });
  expect(status).toBe(202);
  await pass(world, 10 * MINUTE);
  const { id } = body as WatchView;
  expect(watchOf(world, id).body.status).toBe('succeeded');
  expect(deliveriesOf(world, id)).toMatchObject([{ body: { state: 'delivered' } }]);
  const told = world.receivers.received.find(({ event }) => event.data.watch?.id === id);
  expect((told?.at ?? 0) - endsAt).toBeLessThan(MINUTE);
  expect([...statuses.values()].reduce((sum, each) => sum + each, 0)).toBe(10_000);
  expect(statuses.get(202)).toBeLessThanOrEqual(limits.activeWatches);
  expect(statuses.get(429)).toBeGreaterThanOrEqual(10_000 - limits.activeWatches);
});
