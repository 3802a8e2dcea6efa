/** Each time that functions read from an item which others write: how far ahead it may lie, and that one further ahead holds nobody up. */
import { describe, expect, test } from 'vitest';
import { type Delivery, mayAttemptAt, newDelivery, usualEnd } from '../lib/core/delivery.ts';
import { allot, heldSlots, type Lane, openLane } from '../lib/core/lane.ts';
import { isLookDue } from '../lib/core/next-look.ts';
import { isFailing, type Tally, tallied } from '../lib/core/origin.ts';
import { isOvertaken } from '../lib/core/overtaken.ts';
import { pauseEnd, rateFactor } from '../lib/core/pacing.ts';
import { refused } from '../lib/core/refusals.ts';
import { type Resting, restEnd, rested } from '../lib/core/resting.ts';
import { DEFAULT_GAP, LEASE_FURTHEST_MS } from '../lib/core/schedule.ts';
import { acquire, openLimiter, type TargetLimiter } from '../lib/core/target-limiter.ts';
import type { Status } from '../lib/core/watch.ts';
import { doubtOf, type HeldState, heldState, wasToldLater } from '../lib/deliver/held-state.ts';
import { asleep, newDeliveryItem, newWatchItem, reissued, type WatchItem, withBody } from '../lib/store/items.ts';
import type { Table } from '../lib/store/store.ts';
import { sweep } from '../lib/sweep/sweep.ts';
import { DAY, HOUR, MINUTE, SECOND, T0, watchWith } from './samples.ts';
import { createMemoryTable } from './world/memory-table.ts';
import { pass, submitted, watchOf } from './world/scenes.ts';
import { createWorld, QUEUES } from './world/world.ts';

const laneIsFull = (lane: Partial<Lane>): boolean => {
  const wish = { watch: 'w', isSound: true, calls: 1 };
  const options = { callsPerSecond: 10, mayStand: true };
  return 'retryAt' in (allot({ ...openLane, ...lane }, [wish], T0, options).allotments[0] ?? {});
};

const isOfKey = (lane: Partial<Lane>): boolean => {
  const refusal = { watches: ['w'], wasSound: true, isTrial: false, key: 'k', code: 'c', message: 'm' };
  return !refused({ ...openLane, ...lane }, refusal, T0).isOwn;
};

const turnIsFull = (turn: Partial<TargetLimiter>, rate = {}): boolean => {
  const wish = { by: 'me', count: 1, rate, permits: 1, patienceMs: 0 };
  return 'retryAt' in acquire({ ...openLimiter, ...turn }, wish, T0).entry;
};

const rests = (at: number): boolean => {
  const [[key = ''] = []] = Object.entries(rested({}, 'https://a.example.com/', MINUTE, T0));
  const resting: Resting = { [key]: at };
  return restEnd(resting, 'https://a.example.com/', T0) > T0;
};

const failing = (tally: Tally): boolean => isFailing(tallied(tally, { succeeded: false, failed: 1 }, T0));
const failedAt = (at: number): number[] => [at, at, at, at];

const event = { event: 'failed', at: T0 } as Delivery['event'];
const delivery: Delivery = {
  ...newDelivery({ id: 'msg_a', tenant: 'default', target: 'ci', event }, T0),
  attempts: 2,
};

const isHeld = async (held: HeldState): Promise<boolean> => {
  const memory = createMemoryTable({ now: () => T0 });
  const key = { pk: 'held#x', sk: 'held' };
  memory.insert({ ...key, version: 1, body: held });
  const table = {
    get: async (keys) => memory.get(keys),
    insert: async (item) => memory.insert(item),
    replace: async (item) => memory.replace(item),
  } as Pick<Table, 'get' | 'insert' | 'replace'> as Table;
  const tools = { table, chance: () => 0, pause: async () => {}, now: () => T0 };
  return 'retryAt' in (await heldState(key, tools).take('me'));
};

const habits = { graceMs: 0, missesUntilLost: 1, gap: DEFAULT_GAP };
const trouble = { since: T0, code: 'c', message: 'm' };

const other = { watch: 'a', key: 'k', at: T0 };

describe('a time that another function wrote is believed as far ahead as its purpose allows, and no further [F27]:', () => {
  test.each<[string, number, (at: number) => boolean | Promise<boolean>]>([
    ['the pause of a lane', HOUR, (at) => pauseEnd({ ...openLane, pausedUntil: at }, T0) > T0],
    ['when a lane was slowed down', 0, (at) => rateFactor({ ...openLane, pace: 0.5, pacedAt: at }, T0) < 1],
    ['the line of a lane', HOUR, (at) => laneIsFull({ lineUntil: at, nextSlotAt: at, ownNextSlotAt: at })],
    ['the line of the previous release', HOUR, (at) => laneIsFull({ nextSlotAt: at })],
    ['the times that a watch was promised', HOUR, (at) => heldSlots([at], T0).length > 0],
    ['a good answer to another watch', 0, (at) => !isOfKey({ good: [{ ...other, at }] })],
    ['the refusal of another watch', 0, (at) => isOfKey({ good: [other], doubt: { watch: 'b', at } })],
    ['the pause of a target', HOUR, (at) => turnIsFull({ pausedUntil: at })],
    ['the next slot of a target', MINUTE, (at) => turnIsFull({ nextSlotAt: at })],
    ["a minute's messages to a target", MINUTE, (at) => turnIsFull({ recent: [at] }, { perMinute: 1 })],
    ['a seat at a target', 20 * SECOND, (at) => turnIsFull({ seats: [{ by: 'other', until: at }] })],
    ['the rest of a callback', HOUR, rests],
    ['the failures of an origin', 0, (at) => failing({ failedAt: failedAt(at) })],
    ['the success of an origin', 0, (at) => !failing({ failedAt: failedAt(T0), succeededAt: at })],
    // Clocks that are an hour apart try nothing twice.
    ['the next attempt', 6 * MINUTE + HOUR, (at) => mayAttemptAt({ ...delivery, nextAttemptAt: at }, T0) > T0],
    [
      'the claim of a delivery',
      30 * SECOND + HOUR,
      (at) => mayAttemptAt({ ...delivery, claim: { by: 'other', until: at } }, T0) > T0,
    ],
    [
      'the end of its attempts',
      6 * MINUTE + HOUR,
      (at) => usualEnd({ ...delivery, nextAttemptAt: at }, T0) > usualEnd(delivery, T0),
    ],
    ['the next look', 5 * MINUTE, (at) => !isLookDue({ nextLookAt: at }, T0, habits)],
    ['the next look after a trouble', 2 * HOUR, (at) => !isLookDue({ nextLookAt: at, trouble }, T0, habits)],
    ['the claim of what a target holds', 30 * SECOND, (at) => isHeld({ claim: { by: 'other', until: at } })],
    // There is a doubt: only for how long is not believed.
    ['the doubt about what a target holds', 2 * MINUTE, (at) => doubtOf({ doubtUntil: at }, T0) === at],
  ])('%s', async (_, ahead, isObeyed) => {
    const obeyed = [ahead, ahead + 5 * SECOND + 1, ahead + HOUR, 400 * DAY].map((ms) => isObeyed(T0 + ms));
    expect(await Promise.all(obeyed)).toEqual([true, false, false, false]);
  });

  test('a doubt lasts two minutes from now, whatever it says', () => {
    expect(doubtOf({ doubtUntil: T0 + 400 * DAY }, T0)).toBe(T0 + 2 * MINUTE);
    expect(doubtOf({ doubtUntil: T0 }, T0)).toBeUndefined();
  });
});

describe('by a clock that is hours behind', () => {
  const behind = T0 - 5 * HOUR;
  const told = (status: Status, at: number) => ({ operation: 'o', generation: 1, status, at });

  test('an end is told all the same, and nothing after it [F27]', () => {
    expect(wasToldLater({ told: [told('running', T0)] }, told('succeeded', behind))).toBe(false);
    expect(wasToldLater({ told: [told('succeeded', behind)] }, told('running', T0))).toBe(true);
    expect(wasToldLater({ told: [told('succeeded', T0)] }, told('succeeded', T0))).toBe(false);
    expect(wasToldLater({ told: [told('attention', T0)] }, told('running', behind))).toBe(true);
  });

  test('it is told that a watch waits for nobody any more, until it waits again [F27]', () => {
    const event = { event: 'resumed', status: 'running', at: behind } as const;
    const history = [
      { at: T0, status: 'attention' },
      { at: behind, status: 'running' },
    ] as const;
    expect(isOvertaken(event, watchWith({ status: 'running', history }))).toBe(false);
    const again = [...history, { at: T0 - HOUR, status: 'attention' }, { at: T0, status: 'running' }] as const;
    expect(isOvertaken(event, watchWith({ status: 'running', history: again }))).toBe(true);
  });
});

const start = async (change: (item: WatchItem) => WatchItem) => {
  const world = createWorld();
  const id = await submitted(world);
  const item = watchOf(world, id);
  world.table.replace(change({ ...item, version: item.version + 1 }));
  for (const url of QUEUES) world.sqs.purge(url);
  return { world, id };
};

describe('a lease', () => {
  test('further ahead than any function sets one is found within an hour [F27]', async () => {
    const { world, id } = await start((item) => ({ ...item, aliveUntil: item.body.submittedAt + 400 * DAY }));
    world.start();
    await pass(world, HOUR);
    await world.call('sweep', (runtime) => sweep(runtime, () => true));
    expect(watchOf(world, id)).toMatchObject({ ticket: 2, lapses: 1 });
  });

  test('as far ahead as the longest sleep is not', async () => {
    const { world, id } = await start((item) => ({
      ...item,
      aliveUntil: item.body.submittedAt + LEASE_FURTHEST_MS,
    }));
    await pass(world, HOUR);
    await world.call('sweep', (runtime) => sweep(runtime, () => true));
    expect(watchOf(world, id).ticket).toBe(1);
  });

  const behind = T0 - 3 * HOUR;
  const sent = reissued(newWatchItem(watchWith(), T0), T0, 1);

  test('by a clock that is behind is set by that of the sweep, which reads it', () => {
    expect(withBody(sent, watchWith(), behind + MINUTE, behind).aliveUntil).toBe(T0 + 11 * MINUTE);
    expect(withBody(sent, watchWith(), behind - HOUR, behind).aliveUntil).toBe(T0 + 10 * MINUTE);
    expect(asleep(newDeliveryItem('w_a', delivery, T0), behind + HOUR, behind).aliveUntil).toBe(behind + HOUR);
    const woken = reissued(newDeliveryItem('w_a', delivery, T0), T0, 0);
    expect(asleep(woken, behind + HOUR, behind).aliveUntil).toBe(T0 + HOUR);
  });

  test('by a clock that is right, or that lies far beyond belief, is set by that clock', () => {
    expect(withBody(sent, watchWith(), T0 + HOUR, T0 + MINUTE).aliveUntil).toBe(T0 + HOUR + 10 * MINUTE);
    const past = T0 - 2 * DAY;
    expect(withBody(sent, watchWith(), past + MINUTE, past).aliveUntil).toBe(past + 11 * MINUTE);
  });
});
