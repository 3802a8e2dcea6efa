/** A watch is listed, found and told for as long as it is kept, however often it is extended. */
import { describe, expect, test } from 'vitest';
import { resend } from '../lib/api/resend.ts';
import { headKey, watchKey } from '../lib/store/keys.ts';
import { ask as askApi } from './api/ask.ts';
import { DAY, HOUR, MINUTE } from './samples.ts';
import { deliveriesOf, logged, pass, stage, submitted, watchOf } from './world/scenes.ts';
import { createWorld, type World, type WorldOptions } from './world/world.ts';

type More = {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
};

const ask = (world: World, routeKey: string, { path, query, body }: More = {}) =>
  askApi(world, routeKey, { ...(path && { path }), ...(query && { query: `${new URLSearchParams(query)}` }), body });

const expire = (world: World) => world.table.deleteExpired();

/** A world whose pollers can be away: thousands of looks that find nothing new would show nothing of a lifetime. */
const withPollers = (options: WorldOptions = {}) => {
  const pollers = { areAway: false };
  const downUntil = (name: string) => (pollers.areAway && name.startsWith('poller') ? Number.POSITIVE_INFINITY : 0);
  const world = createWorld({ ...options, downUntil });
  world.start();
  return { world, pollers };
};

/** Lets a watch live on, extended every six days, and what has expired be deleted. */
const liveOn = async (world: World, id: string, days: number) => {
  for (let day = 0; day < days; day += 6) {
    await ask(world, 'PATCH /watches/{id}', { path: { id }, body: { deadline: 'P7D' } });
    await pass(world, 6 * DAY);
    expire(world);
  }
};

describe('a watch that is extended for months', () => {
  test('is listed all the while', async () => {
    const { world, pollers } = withPollers();
    pollers.areAway = true;
    const id = await submitted(world, { deadline: 'P7D' });
    for (let month = 0; month < 3; month += 1) {
      await liveOn(world, id, 30);
      const { body } = await ask(world, 'GET /watches');
      expect(body.watches.map((watch: { id: string }) => watch.id)).toEqual([id]);
    }
  });

  test('is joined by the same submission, in its later generation too', async () => {
    const { world, pollers } = withPollers();
    const scene = { deadline: 'P7D', notify: ['chat'] };
    const first = await submitted(world, scene);
    await ask(world, 'DELETE /watches/{id}', { path: { id: first } });
    const second = await submitted(world, scene);
    expect(second).not.toBe(first);
    await pass(world, MINUTE);
    pollers.areAway = true;
    await liveOn(world, second, 120);
    expect(world.table.get([watchKey(first)])).toEqual([]);
    expect(world.table.get([headKey(watchOf(world, second).body)])).toHaveLength(1);
    expect(await submitted(world, scene)).toBe(second);
  });

  test('has what was parked in the end sent again by target and time', async () => {
    let isBroken = true;
    const { world, pollers } = withPollers({ reply: () => (isBroken ? 'broken' : undefined) });
    const id = await submitted(world, { deadline: 'P7D', notify: ['ci'] });
    pollers.areAway = true;
    await liveOn(world, id, 60);
    pollers.areAway = false;
    await ask(world, 'DELETE /watches/{id}', { path: { id } });
    const from = new Date(world.timeline.now()).toISOString();
    await pass(world, 5 * DAY);
    expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['parked']);
    isBroken = false;
    const { body } = await ask(world, 'POST /deliveries/resend', { body: { target: 'ci', from } });
    expect(body).toEqual({ resent: 1 });
  });

  test('and a day of its listing is moved only where a day has passed', async () => {
    const world = createWorld();
    const id = await submitted(world, { deadline: 'P1D' });
    const { listedAt } = watchOf(world, id);
    await pass(world, HOUR);
    await ask(world, 'PATCH /watches/{id}', { path: { id }, body: { deadline: 'P5D' } });
    expect(watchOf(world, id).listedAt).toBe(listedAt);
  });
});

describe('a watch that is deleted while it is changed', () => {
  /** A world whose watch vanishes just before a write to it. */
  const vanishing = async () => {
    let isArmed = false;
    const world = createWorld({
      bend: (runtime) => ({
        ...runtime,
        table: {
          ...runtime.table,
          replace: async (item) => {
            const [standing] = world.table.get([item]);
            if (isArmed && item.sk === 'watch' && standing) world.table.remove(standing);
            return runtime.table.replace(item);
          },
        },
      }),
    });
    const scene = stage(world, { notify: ['chat'] });
    const id = await submitted(world, { notify: ['chat'] });
    isArmed = true;
    return { world, id, scene };
  };

  test('is not joined: the submission is to be made again', async () => {
    const { world, scene } = await vanishing();
    expect(await ask(world, 'POST /watches', { body: { ...scene, notify: ['ci'] } })).toMatchObject({ status: 503 });
    expect(await ask(world, 'POST /watches', { body: { ...scene, notify: ['ci'] } })).toMatchObject({ status: 202 });
  });

  test.each<[string, unknown]>([
    ['DELETE /watches/{id}', undefined],
    ['PATCH /watches/{id}', { deadline: 'P5D' }],
  ])('%s answers that it is not there', async (route, body) => {
    const { world, id } = await vanishing();
    expect(await ask(world, route, { path: { id }, ...(body !== undefined && { body }) })).toMatchObject({
      status: 404,
    });
  });
});

test('a resend that is killed at any write leaves nothing that waits beside a watch that expires', async () => {
  for (let nth = 1; nth <= 4; nth += 1) {
    let writes = 0;
    let isArmed = false;
    const world = createWorld({
      reply: () => 'gone',
      faults: ({ what, process }) => {
        if (!isArmed || process?.name !== 'api' || !what.startsWith('replace')) return undefined;
        writes += 1;
        return writes === nth ? 'crash before' : undefined;
      },
    });
    world.start();
    const id = await submitted(world, { notify: ['https://cb.example.com/x'], endsAfter: 0, end: 'failed' });
    await pass(world, 29 * DAY);
    isArmed = true;
    const [delivery] = deliveriesOf(world, id);
    if (!delivery) throw new Error('no delivery');
    await world.call('api', (runtime) => resend(delivery, runtime)).catch(() => undefined);
    isArmed = false;
    const [after] = deliveriesOf(world, id);
    if (after?.body.state === 'waiting')
      expect(watchOf(world, id).expiresAt ?? 0).toBeGreaterThan(world.timeline.now() / 1000 + 29 * 86_400);
    await pass(world, 2 * DAY);
    expire(world);
    await pass(world, HOUR);
    expect([...world.table.items()].filter(({ aliveUntil }) => aliveUntil !== undefined)).toEqual([]);
  }
});

test('a resend from 1970 walks no further back than a watch can lie', async () => {
  let queries = 0;
  const world = createWorld({
    bend: (runtime) => ({
      ...runtime,
      table: {
        ...runtime.table,
        listed: (...asked) => {
          queries += 1;
          return runtime.table.listed(...asked);
        },
      },
    }),
  });
  const { body } = await ask(world, 'POST /deliveries/resend', {
    body: { target: 'ci', from: '1970-01-01T00:00:00Z' },
  });
  expect(body).toEqual({ resent: 0 });
  expect(queries).toBeLessThan(45);
});

test.each([
  { at: 1e14, after: { pk: '', sk: '', tenantDay: 'default#5138-11-16', listedAt: '' } },
  { at: 0, after: { pk: 'w_x', sk: 'watch', tenantDay: 'default#1970-01-01', listedAt: '1970-01-01T00:00:00Z#w_y' } },
  { at: 0, after: { pk: `w_${'a'.repeat(26)}`, sk: 'watch', tenantDay: 'default#1970-01-01', listedAt: 'x' } },
  {
    at: 0,
    after: {
      pk: `w_${'a'.repeat(26)}`,
      sk: 'x',
      tenantDay: 'default#1970-01-01',
      listedAt: `1970-01-01T00:00:00Z#w_${'a'.repeat(26)}`,
    },
  },
])('a forged cursor is refused with 400: %j', async (cursor) => {
  const world = createWorld();
  const text = Buffer.from(JSON.stringify(cursor)).toString('base64url');
  expect(await ask(world, 'GET /watches', { query: { cursor: text } })).toMatchObject({ status: 400 });
});

test('the log says who submitted a watch', async () => {
  const world = createWorld();
  const { body } = await ask(world, 'POST /watches', { body: stage(world) });
  expect(logged(world, 'watch submitted')).toMatchObject([{ watch: body.id, tenant: 'default', by: 'token abc' }]);
  await pass(world, MINUTE);
});
