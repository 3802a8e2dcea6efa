/** A client that waits for a watch by asking again when it is told to, and not before. */
import { describe, expect, test } from 'vitest';
import { isKnown, retryAfterOf, tagOf } from '../../lib/api/waiting.ts';
import { newDelivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import { openLane } from '../../lib/core/lane.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { newDeliveryItem } from '../../lib/store/items.ts';
import { DAY, HOUR, MINUTE, SECOND, T0, watchWith } from '../samples.ts';
import { deliveriesOf, pass, submitted, watchOf } from '../world/scenes.ts';
import { createWorld, type World } from '../world/world.ts';
import { ask } from './ask.ts';

const read = (world: World, id: string, tag?: string) =>
  ask(world, 'GET /watches/{id}', { path: { id }, ...(tag !== undefined && { headers: { 'if-none-match': tag } }) });

describe('what a client has seen', () => {
  test('is known again until it changes: times that are worked out at reading do not count', async () => {
    const world = createWorld();
    const id = await submitted(world, { endsAfter: 20 * MINUTE });
    world.start();
    await pass(world, 10 * MINUTE);
    const first = await read(world, id);
    const tag = first.headers.etag ?? '';
    expect([first.status, tag]).toEqual([200, expect.stringMatching(/^W\/"[\w-]{22}"$/)]);

    // Looks that find nothing new write nothing; the next look that an answer tells is another one by then.
    await pass(world, 2 * MINUTE);
    const second = await read(world, id);
    expect(second.body.nextLookAt).not.toBe(first.body.nextLookAt);
    expect([second.headers.etag, watchOf(world, id).version]).toEqual([tag, watchOf(world, id).version]);
    const same = await read(world, id, tag);
    expect(same).toMatchObject({
      status: 304,
      body: undefined,
      headers: { etag: tag, 'retry-after': expect.any(String) },
    });

    await pass(world, 15 * MINUTE);
    const after = await read(world, id, tag);
    expect([after.status, after.body.status, after.headers.etag === tag]).toEqual([200, 'succeeded', false]);
  });

  test.each([
    ['a delivery that is attempted', { sk: 'delivery#msg_a', version: 2 }, true],
    ['an attempt that is written down', { sk: 'attempt#msg_a#001', version: 1 }, true],
    ['what a target holds', { sk: 'message#chat', version: 7 }, false],
  ])('%s: changed %j', (_, item, isChanged) => {
    const watch = watchWith();
    const items = [
      { pk: watch.id, sk: 'watch', version: 3, body: watch },
      { pk: watch.id, sk: 'delivery#msg_a', version: 1, body: {} },
    ];
    const others = items.filter(({ sk }) => sk !== item.sk);
    const tag = tagOf(watch, items);
    expect(tagOf(watch, [...others, { pk: watch.id, body: {}, ...item }]) !== tag).toBe(isChanged);
    expect(tagOf({ ...watch, submittedAt: T0 + 1 }, items)).not.toBe(tag);
  });

  test.each([
    [undefined, false],
    ['', false],
    ['W/"a"', true],
    ['"a"', true],
    ['"b", W/"a"', true],
    ['*', true],
    ['W/"b"', false],
    ['a', false],
  ])('If-None-Match: %s', (header, known) => {
    expect(isKnown(header, 'W/"a"')).toBe(known);
  });
});

describe('Retry-After', () => {
  const policy = { graceMs: MINUTE, missesUntilLost: 3, gap: { factor: 2, minMs: 5 * SECOND, maxMs: 5 * MINUTE } };
  const over: Partial<Watch> = { status: 'failed', endedAt: T0 };
  const delivery = (nextAttemptAt: number, state: 'waiting' | 'parked' | 'delivered' = 'waiting'): Item => ({
    ...newDeliveryItem(
      'w_sample',
      {
        ...newDelivery({ id: 'msg_a', tenant: 'default', target: 'chat', event: { event: 'failed', at: T0 } }, T0),
        state,
        nextAttemptAt,
      },
      T0,
    ),
  });

  test.each<[string, Partial<Watch>, Item[], number, string | undefined]>([
    ['the next look, and the time that it takes', { nextLookAt: T0 + 7_500 }, [], 0, '10'],
    ['a look that is due', { nextLookAt: T0 }, [], 0, '7'],
    ['a look past the deadline', { nextLookAt: T0 - 1, deadline: T0 - 1 }, [], 0, '2'],
    ['a look in an hour', { nextLookAt: T0 + HOUR }, [], 0, '60'],
    ['a connection that rests', { nextLookAt: T0 + 5_000 }, [], T0 + 30_000, '32'],
    ['an outcome that is owed', { ...over, owed: [{ event: 'failed', at: T0 }] }, [], 0, '2'],
    ['an attempt that is due', over, [delivery(T0)], 0, '2'],
    ['an attempt in half a minute', over, [delivery(T0 + 30_000)], 0, '32'],
    ['an attempt in hours', over, [delivery(T0 + DAY)], 0, '60'],
    ['nothing: all are told', over, [delivery(T0, 'delivered')], 0, undefined],
    ['nothing: a delivery is parked', over, [delivery(T0, 'parked')], 0, undefined],
    ['nothing: nobody is to be told', over, [], 0, undefined],
  ])('waits for %s', (_, watch, items, pausedUntil, seconds) => {
    const given = retryAfterOf(watchWith(watch), items, { ...openLane, pausedUntil }, policy, T0);
    expect(given === undefined ? undefined : String(given)).toBe(seconds);
  });

  test('brings a client to the end in about as many requests as there are looks, and then lets it go', async () => {
    const world = createWorld();
    const lasts = 14 * MINUTE;
    const id = await submitted(world, { endsAfter: lasts });
    world.start();
    let requests = 0;
    let sawEndAt: number | undefined;
    let tag: string | undefined;
    for (let seconds = 0; !Number.isNaN(seconds); ) {
      await pass(world, seconds * SECOND);
      const { status, headers } = await read(world, id, tag);
      requests += 1;
      tag = headers.etag;
      if (status === 200 && isOver(watchOf(world, id).body.status)) sawEndAt ??= world.timeline.now();
      seconds = Number(headers['retry-after'] ?? Number.NaN);
    }
    const { body: watch } = watchOf(world, id);
    // Looks that find nothing are not written down, so the next one is known to a few seconds: at worst a client misses it by one gap.
    expect((sawEndAt ?? 0) - (watch.endedAt ?? 0)).toBeLessThan(62 * SECOND);
    expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['delivered']);
    expect(requests).toBeLessThanOrEqual(watch.looks * 1.1 + 2);
  });
});
