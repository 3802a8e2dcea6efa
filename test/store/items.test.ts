import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newDelivery } from '../../lib/core/delivery.ts';
import { stop } from '../../lib/core/watch.ts';
import {
  asleep,
  headExpiresAt,
  leaseIsDue,
  letGo,
  newDeliveryItem,
  newWatchItem,
  reissued,
  wakeUpOf,
  withBody,
} from '../../lib/store/items.ts';
import { attemptKey, headKey, LEASE_SHARDS, watchId, webhookId } from '../../lib/store/keys.ts';
import { DAY, HOUR, MINUTE, T0, watchWith } from '../samples.ts';

const identity = {
  tenant: 'default',
  connection: 'aliyun',
  provider: 'aliyun-emr',
  operation: { ClusterId: 'c', OperationId: 'o' },
};

describe('the id of a watch', () => {
  test('is short, and made of letters and digits that nobody mistakes', () => {
    expect(watchId(identity, 1)).toMatch(/^w_[a-z2-7]{26}$/);
  });

  test('never changes from one version of opwatch to the next', () => {
    expect(watchId(identity, 1)).toBe('w_k6p3mbeuwjxih2t3mdixff36z5');
    expect(headKey(identity)).toEqual({ pk: 'head#hjij2shu2x2guthwvjj4hxroch', sk: 'head' });
    expect(newWatchItem(watchWith(), T0).leaseShard).toBe('s3');
  });

  test('is the same whatever the order of the fields', () => {
    const turned = { ...identity, operation: { OperationId: 'o', ClusterId: 'c' } };
    expect(watchId(turned, 1)).toBe(watchId(identity, 1));
    expect(headKey(turned)).toEqual(headKey(identity));
  });

  test.each([
    ['tenant', { ...identity, tenant: 'other' }],
    ['connection', { ...identity, connection: 'aliyun-2' }],
    ['provider', { ...identity, provider: 'aliyun-ros' }],
    ['value', { ...identity, operation: { ClusterId: 'c', OperationId: 'O' } }],
    ['place of a value', { ...identity, operation: { ClusterId: 'o', OperationId: 'c' } }],
    ['border between two values', { ...identity, operation: { ClusterId: 'cOperationId', OperationId: 'o' } }],
  ])('is another for another %s', (_, other) => {
    expect(watchId(other, 1)).not.toBe(watchId(identity, 1));
    expect(headKey(other)).not.toEqual(headKey(identity));
  });

  test('is another for another generation', () => {
    expect(watchId(identity, 2)).not.toBe(watchId(identity, 1));
  });
});

describe('the webhook-id', () => {
  const of = (id = 'w_1', submittedAt = T0, event = 'failed', at = T0, target = 'chat') =>
    webhookId({ id, submittedAt }, event, at, target);

  test('is the same whenever it is made, and never changes from one version of opwatch to the next', () => {
    expect(of()).toBe('msg_sf6c7n5qzoyxfkcd4xiczlrnvr');
  });

  test('is another for another watch, creation, event, time or target', () => {
    const all = [
      of(),
      of('w_2'),
      of('w_1', T0 + 1),
      of('w_1', T0, 'lost'),
      of('w_1', T0, 'failed', T0 + 1),
      of('w_1', T0, 'failed', T0, 'ci'),
    ];
    expect(new Set(all).size).toBe(6);
  });
});

test('attempts sort by their number', () => {
  expect([1, 2, 10].map((number) => attemptKey('w_1', 'msg_1', number).sk)).toEqual([
    'attempt#msg_1#001',
    'attempt#msg_1#002',
    'attempt#msg_1#010',
  ]);
});

describe('a new watch', () => {
  const item = newWatchItem(watchWith(), T0);

  test('is leased for two minutes: nobody has had its message in hand yet', () => {
    expect(item).toMatchObject({
      pk: 'w_sample',
      sk: 'watch',
      version: 1,
      ticket: 1,
      lapses: 0,
      aliveUntil: T0 + 2 * MINUTE,
    });
    expect(LEASE_SHARDS).toContain(item.leaseShard);
    expect(item.expiresAt).toBeUndefined();
  });

  test('is listed by tenant and day, newest last', () => {
    expect(item).toMatchObject({ tenantDay: 'default#2026-01-05', listedAt: '2026-01-05T08:00:00.000Z#w_sample' });
  });

  test('wakes with its key and ticket, and nothing else', () => {
    expect(wakeUpOf(item)).toEqual({ pk: 'w_sample', sk: 'watch', ticket: 1 });
  });
});

test('a signpost outlives all it could lead past', () => {
  expect(headExpiresAt(T0)).toBe((T0 + 74 * DAY) / 1000);
});

test('leases are spread over all shards', () => {
  const shards = new Set(
    Array.from({ length: 200 }, (_, i) => newWatchItem(watchWith({ id: `w_${i}` }), T0).leaseShard),
  );
  expect([...shards].sort()).toEqual([...LEASE_SHARDS]);
});

describe('a lease', () => {
  const item = newWatchItem(watchWith(), T0);

  test.each([
    [T0 - 1, false],
    [T0, false],
    [T0 + 1, true],
    [T0 + HOUR, true],
  ])('of two minutes is too short for a wake-up at %i: %s', (wakeAt, isShort) => {
    expect(leaseIsDue(item, wakeAt)).toBe(isShort);
  });

  test('is renewed to ten minutes past the wake-up, only when it is short', () => {
    expect(withBody(item, watchWith(), T0 + HOUR, T0)).toMatchObject({
      version: 2,
      aliveUntil: T0 + HOUR + 10 * MINUTE,
    });
    expect(withBody(item, watchWith(), T0, T0).aliveUntil).toBe(T0 + 2 * MINUTE);
  });

  test('ends at a whole millisecond, never before the wake-up needs it', () => {
    const leased = withBody(newWatchItem(watchWith(), T0), watchWith(), T0 + 1_234.567, T0);
    const { aliveUntil = 0 } = withBody({ ...leased, lapses: 1 }, watchWith(), T0 + 3 * MINUTE + 0.25, T0);
    expect(aliveUntil).toBe(T0 + 13 * MINUTE + 1);
  });

  test('always outlasts the wake-up by two minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 * DAY }), fc.integer({ min: 0, max: 7 * DAY }), (alive, wake) => {
        const next = withBody({ ...item, aliveUntil: T0 + alive }, watchWith(), T0 + wake, T0);
        expect(leaseIsDue(next, T0 + wake)).toBe(false);
      }),
    );
  });

  test('that grew with lapses is short again with the next write', () => {
    const lapsed = reissued(item, T0, 9);
    expect(lapsed.aliveUntil).toBe(T0 + 12 * HOUR);
    expect(withBody(lapsed, watchWith(), T0 + MINUTE, T0)).toMatchObject({ lapses: 0, aliveUntil: T0 + 11 * MINUTE });
  });

  test('that was to end a sleep of days is short again once somebody else has it in hand', () => {
    const sleeper = asleep(item, T0 + 3 * DAY, T0);
    expect(leaseIsDue(sleeper, T0 + MINUTE)).toBe(true);
    const awake = withBody(sleeper, watchWith(), T0 + MINUTE, T0);
    expect(awake).toMatchObject({ version: 3, aliveUntil: T0 + 11 * MINUTE });
    expect(awake.isAsleep).toBeUndefined();
  });

  test('never lies in the past, however old the time of the next look', () => {
    expect(withBody(item, watchWith(), T0 - HOUR, T0 + DAY).aliveUntil).toBe(T0 + 2 * MINUTE);
    expect(withBody({ ...item, lapses: 1 }, watchWith(), T0 - HOUR, T0 + DAY).aliveUntil).toBe(T0 + DAY + 10 * MINUTE);
  });

  test('begins anew under a new ticket', () => {
    const next = reissued({ ...item, receives: 7, message: 'm1' }, T0 + HOUR, 3);
    expect(next.message).toBeUndefined();
    expect(next).toMatchObject({ version: 2, ticket: 2, receives: 0, lapses: 3, aliveUntil: T0 + HOUR + 16 * MINUTE });
  });

  test('that is let go is over at once', () => {
    expect(letGo(item, T0 + 5)).toMatchObject({ version: 2, ticket: 1, aliveUntil: T0 + 5 });
  });
});

describe('what owes work', () => {
  const over = stop(watchWith(), T0);

  test('is leased, also when it is over and has not been announced', () => {
    const item = withBody(newWatchItem(watchWith(), T0), over, T0, T0);
    expect(item.aliveUntil).toBe(T0 + 2 * MINUTE);
    expect(item.expiresAt).toBeUndefined();
  });

  test('no more leaves the lease index, stays listed, and expires after 30 days [F25]', () => {
    const item = withBody(newWatchItem(watchWith(), T0), { ...over, owed: [] }, T0, T0);
    expect([item.aliveUntil, item.leaseShard]).toEqual([undefined, undefined]);
    expect(item).toMatchObject({ tenantDay: 'default#2026-01-05', expiresAt: (T0 + 30 * DAY) / 1000 });
  });

  test('again, for a target that joined late, is leased again and does not expire [F25]', () => {
    const settled = withBody(newWatchItem(watchWith(), T0), { ...over, owed: [] }, T0, T0);
    const again = withBody(settled, over, T0 + HOUR, T0 + HOUR);
    expect(again.aliveUntil).toBe(T0 + HOUR + 10 * MINUTE);
    expect(again.expiresAt).toBeUndefined();
  });

  test.each(['delivered', 'parked', 'overtaken'] as const)('a delivery that is %s owes nothing', (state) => {
    const delivery = newDelivery(
      { id: 'msg_1', tenant: 'default', target: 'chat', event: { event: 'failed', at: T0 } },
      T0,
    );
    const item = newDeliveryItem('w_1', delivery, T0);
    expect(item).toMatchObject({ pk: 'w_1', sk: 'delivery#msg_1', aliveUntil: T0 + 2 * MINUTE });
    expect(item).toMatchObject({ version: 1, ticket: 1, lapses: 0, receives: 0 });
    expect(withBody(item, { ...delivery, state }, T0, T0)).toMatchObject({ expiresAt: (T0 + 30 * DAY) / 1000 });
    expect(withBody(item, delivery, T0, T0).expiresAt).toBeUndefined();
  });

  test('a slot in the lane is given up with the next write', () => {
    expect(withBody({ ...newWatchItem(watchWith(), T0), slots: [T0] }, watchWith(), T0, T0).slots).toBeUndefined();
  });
});
