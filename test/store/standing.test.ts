/** What stays wrong until somebody mends it is counted from the table, whatever became of the functions that met it. */
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import type { TargetLimiter } from '../../lib/core/target-limiter.ts';
import { newDeliveryItem } from '../../lib/store/items.ts';
import { STANDING_SHARDS } from '../../lib/store/keys.ts';
import { raise } from '../../lib/store/standing.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { ask as askApi } from '../api/ask.ts';
import { DAY, HOUR, MINUTE } from '../samples.ts';
import { deliveriesOf, logged, owed, pass, submitted } from '../world/scenes.ts';
import { KEYS } from '../world/settings.ts';
import { createWorld, type World } from '../world/world.ts';

/** The gauges of a sweep that runs now. */
const gauges = async (world: World) => {
  await world.call('sweep', (runtime) => sweep(runtime, () => true));
  const { level: _l, what: _w, ...counts } = logged(world, 'standing troubles').at(-1) ?? {};
  return counts;
};

const NONE = { parked: 0, blocked: 0, disabled: 0, resting: 0 };
const entriesIn = (world: World) => STANDING_SHARDS.flatMap((pk) => world.table.partition(pk));

const ask = async (
  world: World,
  routeKey: string,
  path: Record<string, string>,
  body?: unknown,
  scopes = 'operate',
) => {
  const { status, body: answered } = await askApi(world, routeKey, { path, body, lambda: { scopes } });
  return { status, body: answered };
};

/** A world with deliveries to `ci` that are parked, because it answered 410. */
const gone = async (count = 1) => {
  let isGone = true;
  const world = createWorld({ reply: (url) => (isGone && url.startsWith('https://ci.') ? 'gone' : undefined) });
  world.start();
  const since = world.timeline.now();
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1)
    ids.push(
      await submitted(world, { notify: ['ci'], operation: { OperationId: `op-${i}` }, endsAfter: 0, end: 'failed' }),
    );
  await pass(world, HOUR);
  const heal = () => {
    isGone = false;
  };
  return { world, ids, since, heal };
};

describe('the sweep counts', () => {
  test('nothing where nothing is wrong', async () => {
    const world = createWorld();
    expect(await gauges(world)).toEqual(NONE);
  });

  test('what is parked and what is disabled, until it is sent again and enabled [F44]', async () => {
    const { world, ids, since, heal } = await gone(2);
    expect(await gauges(world)).toEqual({ ...NONE, parked: 2, disabled: 1 });
    heal();
    await ask(world, 'POST /targets/{name}/enable', { name: 'ci' });
    await ask(world, 'POST /deliveries/resend', {}, { target: 'ci', from: new Date(since).toISOString() });
    await pass(world, HOUR);
    expect(ids.flatMap((id) => deliveriesOf(world, id)).map(({ body }) => body.state)).toEqual([
      'delivered',
      'delivered',
    ]);
    expect(await gauges(world)).toEqual(NONE);
    await pass(world, HOUR);
    await gauges(world);
    expect(entriesIn(world)).toEqual([]);
  });

  test('connections that rest, until their credentials are let in [F38]', async () => {
    const world = createWorld();
    world.clouds.keys.set('aliyun', 'another');
    world.start();
    await submitted(world);
    await pass(world, 10 * MINUTE);
    expect(await gauges(world)).toEqual({ ...NONE, resting: 1 });
    world.clouds.keys.set('aliyun', KEYS.aliyun);
    await pass(world, 10 * MINUTE);
    expect(await gauges(world)).toEqual(NONE);
  });

  test('watches that are blocked, until they are stopped', async () => {
    const world = createWorld({ cloudFault: () => 'denied' });
    world.start();
    const id = await submitted(world);
    await pass(world, HOUR);
    expect(await gauges(world)).toEqual({ ...NONE, blocked: 1 });
    await ask(world, 'DELETE /watches/{id}', { id }, undefined, 'submit');
    expect(await gauges(world)).toEqual(NONE);
  });
});

test('a sweep asks each shard once, while few troubles stand', async () => {
  const asked: string[] = [];
  const world = createWorld({
    bend: (runtime) => ({
      ...runtime,
      table: {
        ...runtime.table,
        beginning: (pk, prefix, limit) => {
          asked.push(`${pk} ${prefix}`);
          return runtime.table.beginning(pk, prefix, limit);
        },
      },
    }),
  });
  await world.call('notifier', (runtime) => raise('disabled', { pk: 'turn#ci', sk: 'turn' }, runtime));
  await gauges(world);
  expect(asked.sort()).toEqual(STANDING_SHARDS.map((pk) => `${pk} `));
});

test.each(['killed', 'answer lost', 'slow'] as const)(
  'a delivery is counted though the write that parks it ends so: %s',
  async (how) => {
    let isDone = false;
    const world = createWorld({
      reply: () => 'gone',
      bend: (runtime, process) => ({
        ...runtime,
        table: {
          ...runtime.table,
          replace: async (item) => {
            const isWritten = await runtime.table.replace(item);
            if (isDone || (item.body as Delivery).state !== 'parked') return isWritten;
            isDone = true;
            if (how === 'killed') process.die('killed');
            if (how === 'slow') await runtime.pause(40_000);
            if (how === 'answer lost') throw new Error('the answer was lost');
            return isWritten;
          },
        },
      }),
    });
    world.start();
    const id = await submitted(world, { endsAfter: 0, notify: ['https://cb.example.com/x'] });
    await pass(world, HOUR);
    expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['parked']);
    expect(await gauges(world)).toMatchObject({ parked: 1 });
  },
);

describe('an entry', () => {
  const OF = { pk: 'turn#ci', sk: 'turn' };
  const put = (world: World, disabled: boolean) => {
    const body = { ...(disabled && { disabled: { since: 0, reason: 'gone' } }) } as TargetLimiter;
    world.table.insert({ ...OF, version: 1, body });
  };

  test('that is ahead of its item is not counted, and stays until no function can be about to write that', async () => {
    const world = createWorld();
    await world.call('notifier', (runtime) => raise('disabled', OF, runtime));
    await pass(world, 31 * MINUTE);
    expect(await gauges(world)).toEqual(NONE);
    put(world, true);
    expect(await gauges(world)).toEqual({ ...NONE, disabled: 1 });
  });

  test('whose trouble has ended goes after an hour', async () => {
    const world = createWorld();
    put(world, false);
    await world.call('notifier', (runtime) => raise('disabled', OF, runtime));
    await pass(world, HOUR + MINUTE);
    await gauges(world);
    expect(entriesIn(world)).toEqual([]);
  });

  test('that is raised again while the sweep removes it stays', async () => {
    const world = createWorld();
    put(world, false);
    await world.call('notifier', (runtime) => raise('disabled', OF, runtime));
    await pass(world, HOUR + MINUTE);
    const [read] = entriesIn(world);
    await world.call('notifier', (runtime) => raise('disabled', OF, runtime));
    expect(read && world.table.remove(read)).toBe(false);
    expect(entriesIn(world)).toHaveLength(1);
  });

  test('costs one write however often its trouble is met within twenty minutes', async () => {
    const world = createWorld();
    for (let i = 0; i < 10; i += 1) await world.call('notifier', (runtime) => raise('disabled', OF, runtime));
    expect(entriesIn(world)).toMatchObject([{ version: 1 }]);
  });

  test('of an item that is gone goes too', async () => {
    const world = createWorld();
    await world.call('notifier', (runtime) => raise('parked', { pk: 'w_gone', sk: 'delivery#msg_x' }, runtime));
    await pass(world, HOUR + MINUTE);
    await gauges(world);
    expect(entriesIn(world)).toEqual([]);
  });
});

test('many are counted up to 10,000, and one of another kind is not lost among them', async () => {
  const world = createWorld();
  const now = world.timeline.now();
  const event = { event: 'failed', at: now } as const;
  const parked: Delivery = {
    id: 'msg_x',
    tenant: 'default',
    target: 'ci',
    event,
    state: 'parked',
    attempts: 1,
    nextAttemptAt: 0,
  };
  await world.call('notifier', async (runtime) => {
    const table = { ...runtime.table, insert: async (item: Item) => world.table.insert(item) };
    for (let i = 0; i < 12_000; i += 1) {
      const { leaseShard: _s, aliveUntil: _u, ...item } = newDeliveryItem(`w_${i}`, parked, now);
      world.table.insert(item);
      await raise('parked', item, { ...runtime, table });
    }
    const of = { pk: 'turn#ci', sk: 'turn' };
    world.table.insert({ ...of, version: 1, body: { disabled: { since: now, reason: 'gone' } } });
    await raise('disabled', of, { ...runtime, table });
  });
  const { parked: count, ...others } = await gauges(world);
  expect(count).toBeGreaterThan(9_900);
  expect(count).toBeLessThanOrEqual(10_000);
  expect(others).toMatchObject({ disabled: 1 });
});

describe('a parked delivery that is dismissed', () => {
  test('is parked, counted no more, and the log says by whom', async () => {
    const { world, ids } = await gone();
    const [id = ''] = ids;
    const [delivery] = deliveriesOf(world, id);
    const path = { id, delivery: delivery?.body.id ?? '' };
    const { status, body } = await ask(world, 'POST /watches/{id}/deliveries/{delivery}/dismiss', path);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { state: 'parked', dismissedAt: expect.stringMatching(/Z$/) },
    });
    expect(await gauges(world)).toMatchObject({ parked: 0 });
    expect(logged(world, 'delivery dismissed')).toMatchObject([{ watch: id, by: 'token abc', target: 'ci' }]);
    const shown = await ask(world, 'GET /watches/{id}', { id }, undefined, 'read');
    expect(shown.body.deliveries).toMatchObject([{ state: 'parked', dismissedAt: body.dismissedAt }]);
  });

  test('counts again when it was sent again and is parked again', async () => {
    const { world, ids } = await gone();
    const [id = ''] = ids;
    const path = { id, delivery: deliveriesOf(world, id)[0]?.body.id ?? '' };
    await ask(world, 'POST /watches/{id}/deliveries/{delivery}/dismiss', path);
    await ask(world, 'POST /watches/{id}/deliveries/{delivery}/resend', path);
    await pass(world, HOUR);
    expect(await gauges(world)).toMatchObject({ parked: 1 });
  });

  test('with all others of its target and time: as many as there were, and none of them twice', async () => {
    const { world, since } = await gone(3);
    const wanted = { target: 'ci', from: new Date(since).toISOString() };
    expect(await ask(world, 'POST /deliveries/dismiss', {}, wanted)).toEqual({ status: 200, body: { dismissed: 3 } });
    expect(await ask(world, 'POST /deliveries/dismiss', {}, wanted)).toEqual({ status: 200, body: { dismissed: 0 } });
    expect(await gauges(world)).toMatchObject({ parked: 0 });
    expect(logged(world, 'parked deliveries dismissed')).toMatchObject([
      { dismissed: 3, by: 'token abc' },
      { dismissed: 0, by: 'token abc' },
    ]);
  });

  test('is refused where it is not parked, and where it is not there', async () => {
    const world = createWorld();
    const [id = ''] = owed(world, { to: 'ci', count: 1 });
    const watch = [...world.table.items()].find(({ sk }) => sk === `delivery#${id}`)?.pk ?? '';
    const dismiss = (delivery: string) =>
      ask(world, 'POST /watches/{id}/deliveries/{delivery}/dismiss', { id: watch, delivery });
    expect(await dismiss(id)).toMatchObject({
      status: 409,
      body: { detail: 'the delivery is not parked, its state is waiting' },
    });
    expect((await dismiss(`msg_${'a'.repeat(26)}`)).status).toBe(404);
  });

  test('needs the scope operate', async () => {
    const world = createWorld();
    expect((await ask(world, 'POST /deliveries/dismiss', {}, {}, 'submit read')).status).toBe(403);
  });
});

test('a trouble that lasts for weeks is counted all the while', async () => {
  const { world } = await gone();
  await pass(world, 14 * DAY);
  expect(await gauges(world)).toEqual({ ...NONE, parked: 1, disabled: 1 });
});
