import { describe, expect, test } from 'vitest';
import { newWatchItem, type WatchItem } from '../../lib/store/items.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { DAY, HOUR, MINUTE, SECOND, T0, watchWith } from '../samples.ts';
import { deliveriesOf, logged, messagesIn, once, pass, submitted, watchOf } from '../world/scenes.ts';
import { createWorld, QUEUES, type World, type WorldOptions } from '../world/world.ts';

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
    expect(await sweepOnce(world)).toEqual({ sent: 0, woken: 0, oldestMs: 0, undone: 0 });
    expect(logged(world, 'swept')).toEqual([]);
    expect(logged(world, 'sweep done')).toHaveLength(1);
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
    const outOfTime = await world.call('sweep', (runtime) => sweep(runtime, () => false));
    expect(outOfTime).toMatchObject({ sent: 0, undone: 8, why: 'the time was up' });
    expect(logged(world, 'sweep done')).toEqual([]);
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

/** A world whose table lets the sweep down: `fails` says at what. */
type Ask = { readonly what: 'replace' | 'get' | 'lapsed'; readonly of: string };
const failing = (fails: (ask: Ask) => boolean): WorldOptions => ({
  bend: (runtime, { name }) => {
    const meet = (ask: Ask): void => {
      if (name === 'sweep' && fails(ask)) throw new Error('the table is down');
    };
    const { table } = runtime;
    return {
      ...runtime,
      table: {
        ...table,
        replace: async (item) => {
          meet({ what: 'replace', of: item.pk });
          return table.replace(item);
        },
        get: async (keys) => {
          for (const { pk } of keys) meet({ what: 'get', of: pk });
          return table.get(keys);
        },
        lapsed: async (shard, before, limit, after) => {
          meet({ what: 'lapsed', of: shard });
          return table.lapsed(shard, before, limit, after);
        },
      },
    };
  },
});

/** Lays `count` watches into the table, whose leases have been over for a while, the first the longest. */
const lapsedIn = (world: World, count: number): WatchItem[] => {
  const now = world.timeline.now();
  return Array.from({ length: count }, (_, i) => {
    const item = newWatchItem(watchWith({ id: `w_${i}`, submittedAt: now }), now - HOUR + i * SECOND);
    world.table.insert(item);
    return item;
  });
};

describe('what goes wrong with one', () => {
  const first = (of: string) => of === 'w_0';

  test('item that cannot be written does not keep the others from their messages', async () => {
    const world = createWorld(failing(({ what, of }) => what === 'replace' && first(of)));
    lapsedIn(world, 400);
    expect(await sweepOnce(world)).toMatchObject({ sent: 399, undone: 1, why: 'Error: the table is down' });
    expect(messagesIn(world)).toBe(399);
    expect(logged(world, 'sweep not done')).toMatchObject([{ level: 'error', undone: 1 }]);
    expect(logged(world, 'sweep done')).toEqual([]);
  });

  test('page of items that can never be written does not hide the page behind it', async () => {
    const world = createWorld(failing(({ what, of }) => what === 'replace' && Number(of.slice(2)) < 2_000));
    lapsedIn(world, 2_400);
    expect(await sweepOnce(world)).toMatchObject({ sent: 400, undone: 2_000 });
  });

  test('page that cannot be read does not concern the next', async () => {
    const world = createWorld(failing(({ what, of }) => what === 'get' && first(of)));
    const items = lapsedIn(world, 2_400);
    const shard = items.filter(({ leaseShard }) => leaseShard === items[0]?.leaseShard);
    expect(shard.length).toBeGreaterThan(200);
    expect(await sweepOnce(world)).toMatchObject({ sent: 2_300, undone: 100 });
  });

  test('shard that cannot be asked does not concern the others', async () => {
    const world = createWorld(failing(({ what, of }) => what === 'lapsed' && of === 's3'));
    const items = lapsedIn(world, 400);
    const others = items.filter(({ leaseShard }) => leaseShard !== 's3').length;
    expect(others).toBeLessThan(400);
    expect(await sweepOnce(world)).toMatchObject({ sent: others, undone: 1 });
  });

  test('item that is not what it should be does not concern the others', async () => {
    const world = createWorld();
    const [odd] = lapsedIn(world, 40);
    if (odd) world.table.replace({ ...odd, version: 2, body: undefined as never });
    expect(await sweepOnce(world)).toMatchObject({ sent: 40, undone: 0 });
  });

  test('of many writes that fail at random leaves nothing for longer than it must', async () => {
    let count = 0;
    const world = createWorld(
      failing(({ what }) => {
        if (what === 'replace') count += 1;
        return what === 'replace' && count % 33 === 0;
      }),
    );
    lapsedIn(world, 400);
    expect(await sweepOnce(world)).toMatchObject({ sent: 388, undone: 12 });
    expect(await sweepOnce(world)).toMatchObject({ sent: 12, undone: 0 });
  });
});

describe('a message that no queue takes', () => {
  test('does not make the next one wait longer, and is told of all the while', async () => {
    let isDown = true;
    const { world, ids } = await quiet(1, { happens: (what) => what === 'refused entry' && isDown });
    const told: number[] = [];
    for (let minute = 0; minute < 12 * 60; minute += 1) {
      await pass(world, MINUTE);
      const { sent, oldestMs, undone } = await sweepOnce(world);
      expect(sent).toBe(0);
      if (undone > 0) told.push(Math.round(oldestMs / MINUTE));
    }
    expect(told.length).toBeGreaterThan(200);
    expect(told.at(-1)).toBeGreaterThan(700);
    expect(watchOf(world, ids[0] ?? '')).toMatchObject({ lapses: 0 });
    isDown = false;
    world.start();
    await pass(world, 5 * MINUTE);
    expect(world.swept()).toBe(1);
    expect(watchOf(world, ids[0] ?? '')).toMatchObject({ lapses: 0 });
    expect(watchOf(world, ids[0] ?? '')).not.toHaveProperty('quietSince');
  });

  test('in one batch of ten does not keep the other batches from being counted as sent', async () => {
    const world = createWorld({ faults: once('send messages', 'throttled') });
    const items = lapsedIn(world, 400);
    const { sent, undone } = await sweepOnce(world);
    expect(undone).toBeGreaterThan(0);
    expect(undone).toBeLessThanOrEqual(10);
    expect(sent).toBe(400 - undone);
    expect(messagesIn(world)).toBe(sent);
    expect(items.filter(({ pk }) => watchOf(world, pk).lapses === 1)).toHaveLength(sent);
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
