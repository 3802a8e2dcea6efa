/** The table throttled, its answers lost, its index behind, its keys crowded, its clock and ours apart. */
import { describe, expect, test } from 'vitest';
import type { Item } from '../../lib/core/item.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { newWatchItem } from '../../lib/store/items.ts';
import { LEASE_SHARDS, watchId } from '../../lib/store/keys.ts';
import { queueFor } from '../../lib/store/queue.ts';
import { DAY, HOUR, MINUTE, OPERATIONS, SECOND, T0, watchWith } from '../samples.ts';
import { deliveriesOf, messagesIn, once, pass, stage, submitted, watchOf } from '../world/scenes.ts';
import { createWorld, type World } from '../world/world.ts';

const statuses = (world: World) => world.receivers.received.map(({ event }) => event.data.status);
const isOfTable = (what: string) => /^(get|insert|replace|query)/.test(what);

test('a table that takes nothing for twenty minutes delays, and nothing else [F22]', async () => {
  const begin = T0 + 2 * MINUTE;
  const world = createWorld({
    faults: ({ what }) =>
      isOfTable(what) && world.timeline.now() > begin && world.timeline.now() < begin + 20 * MINUTE
        ? 'throttled'
        : undefined,
  });
  world.start();
  const id = await submitted(world, { notify: ['chat', 'ci'], endsAfter: 5 * MINUTE });
  await pass(world, 21 * MINUTE);
  expect(watchOf(world, id).body.status).toBe('running');
  await pass(world, 10 * MINUTE);
  expect(statuses(world)).toEqual(['succeeded', 'succeeded']);
  expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['delivered', 'delivered']);
  expect(messagesIn(world)).toBe(0);
});

test.each(['replace delivery', 'replace turn', 'insert attempt', 'replace lane', 'replace watch'])(
  'one "%s" that is refused delays its own by a minute or so, and nobody beside it [F22]',
  async (what) => {
    const world = createWorld({ faults: (effect) => refusal(effect) });
    const refusal = once(what, 'throttled');
    const id = await submitted(world, { notify: ['chat', 'ci'], endsAfter: 0 });
    world.start();
    await pass(world, 2 * MINUTE);
    expect(statuses(world)).toEqual(['succeeded', 'succeeded']);
    expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['delivered', 'delivered']);
    expect(world.swept()).toBe(0);
  },
);

test.each(['poller-aliyun', 'notifier'])(
  'a table that cannot be read by the %s delays its batch by a minute, not by what a message that died waits [F22]',
  async (name) => {
    let isThrottled = false;
    const world = createWorld({
      faults: ({ what, process }) => {
        if (isThrottled || what !== 'get items' || process.name !== name) return undefined;
        isThrottled = true;
        return 'throttled';
      },
    });
    world.start();
    await submitted(world, { endsAfter: 0 });
    await pass(world, 50 * SECOND);
    expect([isThrottled, statuses(world)]).toEqual([true, []]);
    await pass(world, 30 * SECOND);
    expect(statuses(world)).toEqual(['succeeded']);
  },
);

test.each(['replace watch', 'insert delivery', 'replace delivery', 'insert attempt'])(
  'an answer to "%s" that is lost leaves one end, told under one id [F24]',
  async (what) => {
    const world = createWorld({ faults: once(what, 'lost answer') });
    world.start();
    const id = await submitted(world, { endsAfter: 0 });
    await pass(world, HOUR);
    expect(watchOf(world, id).body).toMatchObject({ status: 'succeeded', owed: [] });
    expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['delivered']);
    expect(new Set(world.receivers.received.map((each) => each.id)).size).toBe(1);
  },
);

describe('10,000 watches', () => {
  const ids = Array.from({ length: 10_000 }, (_, i) => {
    const operation = { ...OPERATIONS['aliyun-emr'], OperationId: `op-${i}` };
    return watchId({ tenant: 'default', connection: 'aliyun', provider: 'aliyun-emr', operation }, 1);
  });
  const fewestAndMost = (places: readonly unknown[]) => {
    const counts = [...Map.groupBy(places, (place) => place).values()].map(({ length }) => length);
    return { places: counts.length, fewest: Math.min(...counts), most: Math.max(...counts) };
  };

  test('are spread evenly over the shards of the lease index [F23]', () => {
    const { places, fewest, most } = fewestAndMost(ids.map((id) => newWatchItem(watchWith({ id }), T0).leaseShard));
    expect(places).toBe(LEASE_SHARDS.length);
    expect([fewest > 1_100, most < 1_400]).toEqual([true, true]);
  });

  test.each([2, 3, 5, 7])('are spread evenly over %i queues [F20] [F23]', (count) => {
    const urls = Array.from({ length: count }, (_, i) => `https://sqs.example.com/1/poll-${i}`);
    const { places, fewest, most } = fewestAndMost(ids.map((id) => queueFor(urls, id)));
    expect(places).toBe(count);
    expect([fewest > (0.93 * 10_000) / count, most < (1.07 * 10_000) / count]).toEqual([true, true]);
  });
});

test('nothing that owes work ever has an expiry, and what owes none is kept 30 days [F25]', async () => {
  const owes = ({ body, sk }: Item): boolean => {
    if (sk.startsWith('delivery#')) return (body as { state: string }).state === 'waiting';
    return sk === 'watch' && (!isOver((body as Watch).status) || (body as Watch).owed.length > 0);
  };
  const wrong: Item[] = [];
  let writes = 0;
  const world = createWorld({
    reply: (url) => (url.includes('ci.example.com') ? 'broken' : undefined),
    onWrite: (item) => {
      if (item.sk !== 'watch' && !item.sk.startsWith('delivery#')) return;
      writes += 1;
      const keptFor = (item.expiresAt ?? 0) * SECOND - world.timeline.now();
      if (owes(item) ? item.expiresAt !== undefined : keptFor < 30 * DAY - SECOND) wrong.push(item);
    },
  });
  world.start();
  const joined = stage(world, { operation: { OperationId: 'op-1' }, endsAfter: HOUR });
  await world.timeline.finish(world.submit(joined));
  await submitted(world, { operation: { OperationId: 'op-2' }, deadline: 'PT2H', notify: ['ci'] });
  await submitted(world, { provider: 'huawei-dws', endsAfter: DAY, end: 'failed' });
  await pass(world, 20 * DAY);
  await world.timeline.finish(world.submit({ ...joined, notify: ['ci'] }));
  await pass(world, 5 * DAY);
  expect(wrong).toEqual([]);
  expect(writes).toBeGreaterThan(60);
  expect(world.receivers.received.length).toBeGreaterThan(20);
});

test.each(Array.from({ length: 20 }, (_, seed) => [seed]))(
  'functions whose clocks are up to ten minutes apart lose nothing and tell all once (seed %i) [F27]',
  async (seed) => {
    const world = createWorld({ seed, skewMs: (chance) => chance.between(-290, 290) * SECOND });
    world.start();
    const ids = [];
    for (const [i, OperationId] of ['a', 'b', 'c'].entries())
      ids.push(
        await submitted(world, { operation: { OperationId }, notify: ['chat', 'ci'], endsAfter: i * 20 * MINUTE }),
      );
    await pass(world, 3 * HOUR);
    expect(ids.map((id) => watchOf(world, id).body.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(statuses(world)).toEqual(Array(6).fill('succeeded'));
    expect(new Set(world.receivers.received.map(({ id }) => id)).size).toBe(6);
    expect(messagesIn(world)).toBe(0);
  },
);
