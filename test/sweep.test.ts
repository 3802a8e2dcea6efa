import { describe, expect, test } from 'vitest';
import { newWatchItem, type WatchItem } from '../lib/items.ts';
import { sweep } from '../lib/sweep.ts';
import { DAY, HOUR, MINUTE, SECOND, T0, watchWith } from './samples.ts';
import { deliveriesOf, logged, messagesIn, pass, submitted, watchOf } from './world/scenes.ts';
import { createWorld, QUEUES, type World, type WorldOptions } from './world/world.ts';

const sweepOnce = (world: World) => world.call('sweep', (runtime) => sweep(runtime, () => true));

const purge = (world: World) => {
  for (const url of QUEUES) world.sqs.purge(url);
};

/** A world with watches in it that nobody looks after. */
const quiet = async (count: number, options: WorldOptions = {}) => {
  const world = createWorld(options);
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push(await submitted(world, { operation: { OperationId: `op-${i}` } }));
  return { world, ids };
};

describe('what has gone quiet', () => {
  test('gets a new message under a new ticket, and its lease begins anew [F19]', async () => {
    const { world, ids } = await quiet(1);
    purge(world);
    await pass(world, 2 * MINUTE + SECOND);
    const before = world.timeline.now();
    expect(await sweepOnce(world)).toMatchObject({ sent: 1 });
    const item = watchOf(world, ids[0] ?? '');
    expect(item).toMatchObject({ ticket: 2, lapses: 1 });
    expect((item.aliveUntil ?? 0) - before).toBeGreaterThanOrEqual(4 * MINUTE);
    expect(messagesIn(world)).toBe(1);
    expect(logged(world, 'swept')).toEqual([expect.objectContaining({ sent: 1 })]);
  });

  test('and then looks after itself again', async () => {
    const { world, ids } = await quiet(1);
    purge(world);
    world.start();
    await pass(world, HOUR);
    expect(watchOf(world, ids[0] ?? '').lapses).toBe(0);
    expect(world.swept()).toBe(1);
    expect(messagesIn(world)).toBe(1);
  });

  test('makes the message it had before worthless [F10]', async () => {
    const { world } = await quiet(1);
    await pass(world, 3 * MINUTE);
    await sweepOnce(world);
    expect(messagesIn(world)).toBe(2);
    world.start();
    await pass(world, MINUTE);
    expect(messagesIn(world)).toBe(1);
  });

  test('is told how long the oldest has lain', async () => {
    const { world } = await quiet(2);
    await pass(world, HOUR + 2 * MINUTE);
    const { sent, oldestMs } = await sweepOnce(world);
    expect(sent).toBe(2);
    expect(Math.round(oldestMs / MINUTE)).toBe(60);
  });

  test('is told how long, from the first lapse on, while nobody takes its messages [F16]', async () => {
    const { world } = await quiet(1);
    const told: number[] = [];
    for (let minute = 0; minute < 70; minute += 1) {
      await pass(world, MINUTE);
      const { sent, oldestMs } = await sweepOnce(world);
      if (sent > 0) told.push(Math.round(oldestMs / MINUTE));
    }
    expect(told).toEqual([0, 4, 12, 28, 60]);
  });
});

describe('a sweep', () => {
  test('leaves alone what is alive', async () => {
    const { world } = await quiet(3);
    expect(await sweepOnce(world)).toEqual({ sent: 0, oldestMs: 0 });
    expect(logged(world, 'swept')).toEqual([]);
  });

  test.each(Array.from({ length: 20 }, (_, seed) => [seed]))(
    'run twice at a time sends one message each (seed %i) [F8]',
    async (seed) => {
      const { world, ids } = await quiet(3, { seed });
      purge(world);
      await pass(world, 5 * MINUTE);
      const both = [1, 2].map((n) => world.as(`sweep-${n}`, (runtime) => sweep(runtime, () => true)));
      await world.timeline.finish(Promise.all(both));
      expect(messagesIn(world)).toBe(3);
      expect(ids.map((id) => watchOf(world, id).ticket)).toEqual([2, 2, 2]);
    },
  );

  test('is not misled by an index that lags behind [F26]', async () => {
    const { world, ids } = await quiet(1, { lagMs: () => 10 * MINUTE });
    await pass(world, 11 * MINUTE);
    const [id = ''] = ids;
    const item = watchOf(world, id);
    world.table.replace({ ...item, version: item.version + 1, aliveUntil: world.timeline.now() + HOUR } as WatchItem);
    await pass(world, MINUTE);
    expect(await sweepOnce(world)).toMatchObject({ sent: 0 });
    expect(watchOf(world, id).ticket).toBe(1);
  });

  test('goes on over many pages', async () => {
    const world = createWorld();
    const now = world.timeline.now();
    for (let i = 0; i < 2_500; i += 1)
      world.table.insert({ ...newWatchItem(watchWith({ id: `w_${i}`, submittedAt: now }), now) });
    await pass(world, 3 * MINUTE);
    expect(await sweepOnce(world)).toMatchObject({ sent: 2_500 });
    expect(messagesIn(world)).toBe(2_500);
  });

  test('stops when its time is up, and the next goes on', async () => {
    const { world } = await quiet(1);
    await pass(world, 3 * MINUTE);
    expect(await world.call('sweep', (runtime) => sweep(runtime, () => false))).toEqual({ sent: 0, oldestMs: 0 });
    expect(await sweepOnce(world)).toMatchObject({ sent: 1 });
  });

  test('whose messages are not taken tries again with the next lapse [F5]', async () => {
    let isDown = false;
    const { world } = await quiet(1, { happens: (what) => what === 'refused entry' && isDown });
    purge(world);
    isDown = true;
    world.start();
    await pass(world, 30 * MINUTE);
    expect(messagesIn(world)).toBe(0);
    isDown = false;
    await pass(world, HOUR);
    expect(messagesIn(world)).toBe(1);
  });
});

describe('an outage', () => {
  test('of all functions but the sweep, for a day, breeds few messages, and all goes on afterwards', async () => {
    const { world, ids } = await quiet(3, { downUntil: (name) => (name === 'sweep' ? 0 : T0 + DAY) });
    world.start();
    await pass(world, DAY - MINUTE);
    expect(messagesIn(world)).toBeLessThanOrEqual(3 * 12);
    await pass(world, HOUR);
    expect(ids.map((id) => watchOf(world, id).body.status)).toEqual(Array(3).fill('timed_out'));
    expect(world.receivers.received).toHaveLength(3);
    await pass(world, DAY);
    expect(messagesIn(world)).toBe(0);
  });

  test('that loses every message, again and again, loses no outcome [F19]', async () => {
    const world = createWorld();
    world.start();
    const ids = await Promise.all(
      ['a', 'b', 'c'].map((OperationId) =>
        submitted(world, { operation: { OperationId }, notify: ['chat', 'ci'], endsAfter: 3 * HOUR }),
      ),
    );
    for (let hour = 0; hour < 6; hour += 1) {
      await pass(world, HOUR);
      purge(world);
    }
    await pass(world, HOUR);
    expect(ids.flatMap((id) => deliveriesOf(world, id)).map(({ body }) => body.state)).toEqual(
      Array(6).fill('delivered'),
    );
    expect(new Set(world.receivers.received.map(({ id }) => id)).size).toBe(6);
  });
});
