/** What callers change by the API, as far as it takes effect later. */
import { describe, expect, test } from 'vitest';
import type { Runtime } from '../lib/runtime.ts';
import { ask as askApi } from './api/ask.ts';
import { DAY, HOUR, MINUTE, SECOND } from './samples.ts';
import type { Reply } from './world/receivers.ts';
import { deliveriesOf, messagesIn, owed, pass, submitted, watchOf } from './world/scenes.ts';
import { createWorld, type World } from './world/world.ts';

const ask = (world: World, routeKey: string, path: Record<string, string>, body?: unknown) =>
  askApi(world, routeKey, { path, body });

const iso = (at: number) => new Date(at).toISOString();

describe('a nearer deadline', () => {
  test.each([
    ['between two looks, hours into an operation', 3 * HOUR, 40 * SECOND],
    ['at once', HOUR, SECOND],
    ['further away than the next look', HOUR, 20 * MINUTE],
  ])('%s, holds to the second', async (_, age, ahead) => {
    const world = createWorld();
    const id = await submitted(world, { deadline: 'PT9H' });
    world.start();
    await pass(world, age);
    const { looks } = (await ask(world, 'GET /watches/{id}', { id })).body;
    const deadline = world.timeline.now() + ahead;
    const { body } = await ask(world, 'PATCH /watches/{id}', { id }, { deadline: iso(deadline) });
    expect(body.looks).toBe(looks);
    await pass(world, HOUR);
    const watch = watchOf(world, id).body;
    expect(watch.status).toBe('timed_out');
    expect((watch.endedAt ?? 0) - deadline).toBeGreaterThanOrEqual(0);
    expect((watch.endedAt ?? 0) - deadline).toBeLessThan(3 * SECOND);
    expect(deliveriesOf(world, id).map(({ body: { state } }) => state)).toEqual(['delivered']);
    expect(messagesIn(world)).toBe(0);
  });

  test('is no reason to look more often', async () => {
    let calls = 0;
    const world = createWorld({
      onLook: () => {
        calls += 1;
      },
    });
    const id = await submitted(world, { deadline: 'PT9H' });
    world.start();
    await pass(world, 3 * HOUR);
    const before = calls;
    for (let hours = 8; hours > 4; hours -= 1) {
      await ask(world, 'PATCH /watches/{id}', { id }, { deadline: `PT${hours}H` });
    }
    await pass(world, SECOND);
    expect(calls - before).toBe(0);
  });
});

describe('what was parked for a target that said 410', () => {
  const slow = (runtime: Runtime): Runtime => ({
    ...runtime,
    table: {
      ...runtime.table,
      listed: async (...asked) => {
        await runtime.pause(1_500);
        return runtime.table.listed(...asked);
      },
    },
  });

  /** A world in which 120 watches were not told to `ci`, and the target well again. */
  const parked = async (bend?: (runtime: Runtime) => Runtime) => {
    let reply: Reply | undefined = 'gone';
    const world = createWorld({ reply: () => reply, ...(bend && { bend }) });
    const ids = owed(world, { to: 'ci', count: 120 });
    world.start();
    await pass(world, HOUR);
    expect(world.receivers.received.length).toBeLessThan(120);
    reply = undefined;
    const range = { target: 'ci', from: iso(world.timeline.now() - 3 * DAY) };
    return { world, ids, range };
  };
  const told = ({ receivers }: World) => receivers.received.filter(({ isTaken }) => isTaken).map(({ id }) => id);

  test('is sent again once the target is enabled, and not before [F44]', async () => {
    const { world, ids, range } = await parked();
    await ask(world, 'POST /deliveries/resend', {}, range);
    await pass(world, HOUR);
    expect(told(world)).toEqual([]);

    expect(await ask(world, 'POST /targets/{name}/enable', { name: 'ci' })).toMatchObject({
      status: 200,
      body: { target: 'ci', disabled: false },
    });
    expect(await ask(world, 'POST /deliveries/resend', {}, range)).toMatchObject({
      status: 202,
      body: { resent: 120 },
    });
    await pass(world, HOUR);
    expect(told(world).toSorted()).toEqual(ids.toSorted());
  });

  test('is all sent again by going on from where a request ran out of time [F44]', async () => {
    const { world, ids, range } = await parked((runtime) => slow(runtime));
    await ask(world, 'POST /targets/{name}/enable', { name: 'ci' });
    const answers: Record<string, unknown>[] = [];
    do {
      const cursor = answers.at(-1)?.cursor;
      const { body } = await ask(world, 'POST /deliveries/resend', {}, { ...range, ...(cursor ? { cursor } : {}) });
      answers.push(body);
    } while (answers.at(-1)?.cursor !== undefined && answers.length < 20);
    // 24 days, for a watch may be listed a day before it was extended, and three more pages: six of them a request.
    expect(answers.map(({ resent }) => resent)).toEqual([0, 0, 0, 50, 70]);
    await pass(world, HOUR);
    expect(told(world).toSorted()).toEqual(ids.toSorted());
  });

  test.each([
    ['is no cursor', 'abc'],
    [
      'is of another tenant',
      Buffer.from('{"at":0,"after":{"pk":"","sk":"","tenantDay":"other#1970-01-01","listedAt":""}}').toString(
        'base64url',
      ),
    ],
    ['has more in it', Buffer.from('{"at":1,"tenant":"other"}').toString('base64url')],
  ])('is not looked for from what %s', async (_, cursor) => {
    const { world, range } = await parked();
    expect(await ask(world, 'POST /deliveries/resend', {}, { ...range, cursor })).toMatchObject({
      status: 400,
      body: { detail: 'the API did not issue this cursor' },
    });
  });
});
