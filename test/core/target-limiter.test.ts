import { describe, expect, test } from 'vitest';
import { throttled } from '../../lib/core/pacing.ts';
import {
  acquire,
  answered,
  disable,
  type Entry,
  enable,
  openLimiter,
  release,
  type TargetLimiter,
  trip,
} from '../../lib/core/target-limiter.ts';

const NOW = 1_795_312_800_000;
const ask = (limiter: TargetLimiter, count: number, rate: object, now = NOW, by = 'a') =>
  acquire(limiter, { by, count, rate, permits: 3, patienceMs: 2_000 }, now);
const slotsOf = (entry: Entry): readonly number[] => ('slots' in entry ? entry.slots.map((at) => at - NOW) : []);

describe('slots', () => {
  test.each([
    ['no rate: a hundred a second', {}, 3, [0, 11, 22]],
    ['one a second: what is later than the patience is not taken', { perSecond: 1 }, 5, [0, 1_050]],
    ['five a second', { perSecond: 5 }, 4, [0, 210, 420, 630]],
    ['twenty a minute: at once, up to the minute', { perMinute: 20 }, 4, [0, 0, 0, 0]],
    ['both hold', { perSecond: 5, perMinute: 2 }, 4, [0, 210]],
  ])('%s', (_, rate, count, slots) => {
    expect(slotsOf(ask(openLimiter, count, rate).entry)).toEqual(slots);
  });

  test('no minute holds more than its allowance, however they come', () => {
    let limiter = openLimiter;
    const sent: number[] = [];
    for (let now = NOW; now < NOW + 300_000; now += 700) {
      const entered = ask(limiter, 3, { perMinute: 20 }, now);
      limiter = release(entered.limiter, 'a');
      if ('slots' in entered.entry) sent.push(...entered.entry.slots);
    }
    const busiest = Math.max(...sent.map((at) => sent.filter((other) => other >= at && other < at + 60_000).length));
    expect(busiest).toBe(20);
    // Four minutes and a bit of room in five: nothing is held back for longer than it must be.
    expect(sent.length).toBeGreaterThanOrEqual(80);
  });

  test('without a slot in time nothing is taken, and the time of the next is told', () => {
    const full = ask(openLimiter, 2, { perMinute: 2 }).limiter;
    const { limiter, entry } = ask(full, 1, { perMinute: 2 }, NOW + 1_000, 'b');
    expect(entry).toEqual({ retryAt: NOW + 63_000 });
    expect(limiter).toBe(full);
  });

  test('a slot at the end of the patience is taken, a later one is not', () => {
    expect(slotsOf(ask({ ...openLimiter, nextSlotAt: NOW + 2_000 }, 1, {}).entry)).toEqual([2_000]);
    expect(ask({ ...openLimiter, nextSlotAt: NOW + 2_001 }, 1, {}).entry).toEqual({ retryAt: NOW + 2_001 });
  });

  test('of what was sent no more is kept than a minute allows', () => {
    const first = release(ask(openLimiter, 3, { perMinute: 4 }).limiter, 'a');
    expect(ask(first, 3, { perMinute: 4 }, NOW + 70_000).limiter.recent).toEqual([
      NOW,
      NOW + 70_000,
      NOW + 70_000,
      NOW + 70_000,
    ]);
    expect(ask(openLimiter, 3, {}).limiter.recent).toEqual([]);
  });

  test('a rate for the minute that is taken off the config holds nobody up any more', () => {
    const full = ask(openLimiter, 2, { perMinute: 2 }).limiter;
    expect(slotsOf(ask(full, 1, {}, NOW + 1_000, 'b').entry)).toEqual([1_000]);
  });

  test('throttled, it goes at half the pace, by the second and by the minute [F44]', () => {
    expect(slotsOf(ask(throttled(openLimiter, NOW), 2, { perSecond: 5 }).entry)).toEqual([0, 420]);
    expect(slotsOf(ask(throttled(openLimiter, NOW), 20, { perMinute: 20 }).entry)).toHaveLength(10);
  });

  test('a pause that was asked for holds for all, and no longer [F44]', () => {
    const paused = throttled(openLimiter, NOW, 30_000);
    expect(ask(paused, 1, {}, NOW + 29_999).entry).toEqual({ retryAt: NOW + 30_000 });
    expect(slotsOf(ask(paused, 1, {}, NOW + 30_000).entry)).toEqual([30_000]);
  });
});

describe('seats', () => {
  const seated = (...names: string[]): TargetLimiter =>
    names.reduce((limiter, by) => ask(limiter, 1, {}, NOW, by).limiter, openLimiter);

  test('three batches at a time; the fourth comes back [F44]', () => {
    expect(ask(seated('a', 'b', 'c'), 1, {}, NOW, 'd').entry).toEqual({ retryAt: NOW + 1_000 });
  });
  test('a seat given back is free', () => {
    expect(slotsOf(ask(release(seated('a', 'b', 'c'), 'b'), 1, {}, NOW + 100, 'd').entry)).toEqual([100]);
  });
  test('a seat that nobody gives back is free after twenty seconds', () => {
    expect('slots' in ask(seated('a', 'b', 'c'), 1, {}, NOW + 19_999, 'd').entry).toBe(false);
    expect('slots' in ask(seated('a', 'b', 'c'), 1, {}, NOW + 20_000, 'd').entry).toBe(true);
  });
  test('who has none changes nothing by leaving', () => {
    const limiter = seated('a');
    expect(release(limiter, 'x')).toBe(limiter);
  });
});

describe('a target that hangs', () => {
  const MINUTE = 60_000;
  const hungTimes = (times: number): { limiter: TargetLimiter; pauses: number[] } => {
    let [limiter, now] = [openLimiter, NOW];
    const pauses: number[] = [];
    for (let i = 0; i < times; i += 1) {
      limiter = trip(limiter, now);
      pauses.push(limiter.pausedUntil - now);
      now = limiter.pausedUntil;
    }
    return { limiter, pauses };
  };

  test('is left alone, longer each time, five minutes at most', () => {
    expect(hungTimes(7).pauses.map((ms) => ms / MINUTE)).toEqual([1, 2, 3, 4, 5, 5, 5]);
    expect(ask(hungTimes(1).limiter, 1, {}, NOW + MINUTE - 1).entry).toEqual({ retryAt: NOW + MINUTE });
  });
  test('is then tried by one batch', () => {
    const tried = ask(hungTimes(1).limiter, 1, {}, NOW + MINUTE, 'a').limiter;
    expect(ask(tried, 1, {}, NOW + MINUTE, 'b').entry).toEqual({ retryAt: NOW + MINUTE + 1_000 });
  });
  test('counts once for batches that hang together', () => {
    const once = trip(openLimiter, NOW);
    expect(trip(once, NOW + 200)).toBe(once);
  });
  test('has all its seats again once it answers, and begins at a minute when it hangs again', () => {
    const well = answered(hungTimes(3).limiter);
    const now = well.pausedUntil;
    expect(slotsOf(ask(ask(well, 1, {}, now, 'a').limiter, 1, {}, now, 'b').entry)).toHaveLength(1);
    expect(trip(well, now).pausedUntil).toBe(now + MINUTE);
    expect(answered(well)).toBe(well);
  });
});

describe('a target that wants no more', () => {
  const disabled = disable(openLimiter, NOW, 'HTTP 410');
  test('is told nothing', () => {
    expect(ask(disabled, 1, {}, NOW + 1).entry).toEqual({ disabled: { since: NOW, reason: 'HTTP 410' } });
  });
  test('keeps the first reason', () => {
    expect(disable(disabled, NOW + 5, 'again')).toBe(disabled);
  });
  test('is told again once it is enabled', () => {
    expect(slotsOf(ask(enable(disabled, NOW), 1, {}, NOW + 1).entry)).toEqual([1]);
  });
});

describe('what can share a message', () => {
  const key = (n: number) => ({ pk: `w_${n}`, sk: `delivery#msg_${n}` });
  const keys = (count: number, from = 0) => Array.from({ length: count }, (_, i) => key(from + i));
  const chat = { perSecond: 1 };
  const askFor = (limiter: TargetLimiter, count: number, mergeable: readonly ReturnType<typeof key>[], now = NOW) =>
    acquire(limiter, { by: 'a', count, rate: chat, permits: 3, patienceMs: 0, mergeable }, now);
  const told = askFor(openLimiter, 1, keys(1));

  test('gets a slot each while there are enough', () => {
    expect(told.entry).toEqual({ slots: [NOW], waiting: [] });
  });

  const many = { by: 'a', rate: { perMinute: 20 }, permits: 3, patienceMs: 0 };

  test('gets a slot each, so that nobody reads of three things in one message without need', () => {
    expect(acquire(openLimiter, { ...many, count: 3, mergeable: keys(3) }, NOW).entry).toEqual({
      slots: [NOW, NOW, NOW],
      waiting: [],
    });
  });

  test('gets one slot for all where others wait, and takes them along', () => {
    const limiter = { ...openLimiter, waiting: [key(9)] };
    expect(acquire(limiter, { ...many, count: 2, mergeable: keys(2) }, NOW).entry).toEqual({
      slots: [NOW],
      waiting: [key(9)],
    });
    // What cannot share a message needs no more slots for that.
    expect(acquire(limiter, { ...many, count: 2, mergeable: [] }, NOW).entry).toEqual({
      slots: [NOW, NOW],
      waiting: [key(9)],
    });
  });

  test('gets one slot for all when there are not, beside one for each that cannot', () => {
    const rate = { perMinute: 5 };
    const wish = { by: 'a', count: 7, rate, permits: 3, patienceMs: 0, mergeable: keys(5) };
    const { limiter, entry } = acquire(openLimiter, wish, NOW);
    expect(slotsOf(entry)).toEqual([0, 0, 0]);
    expect(limiter.recent).toHaveLength(3);
  });

  test('is left waiting when there is no slot, once each, and goes with the next that gets one', () => {
    const first = askFor(told.limiter, 2, keys(2, 10), NOW + 100);
    const second = askFor(first.limiter, 2, [key(11), key(12)], NOW + 200);
    expect(first.entry).toEqual({ retryAt: NOW + 1_050 });
    expect(second.limiter.waiting).toEqual(keys(3, 10));
    const third = askFor(second.limiter, 2, [key(12), key(20)], NOW + 1_100);
    expect(third.entry).toEqual({ slots: [NOW + 1_100], waiting: [key(10), key(11)] });
    expect(third.limiter.waiting).toBeUndefined();
  });

  test('is told apart by both parts of its key', () => {
    const alike = [
      { pk: 'w_1', sk: 'delivery#msg_1' },
      { pk: 'w_1', sk: 'delivery#msg_2' },
      { pk: 'w_2', sk: 'delivery#msg_2' },
    ];
    const [one, two, three] = alike.map((each) => [each]);
    const left = [one, two, three].reduce(
      (limiter, each = []) => askFor(limiter, 1, each, NOW + 100).limiter,
      told.limiter,
    );
    expect(left.waiting).toEqual(alike);
  });

  test.each([
    ['while it is paused', { ...openLimiter, pausedUntil: NOW + 5_000 }, NOW + 5_000],
    [
      'while all seats are taken',
      { ...openLimiter, seats: Array(3).fill({ by: 'x', until: NOW + 9_000 }) },
      NOW + 1_000,
    ],
  ])('is left waiting %s', (_, limiter, retryAt) => {
    const entered = askFor(limiter, 1, keys(1));
    expect(entered).toMatchObject({ entry: { retryAt }, limiter: { waiting: keys(1) } });
  });

  test('is left waiting up to what one message tells of, and no write is made for more', () => {
    const full = askFor(told.limiter, 40, keys(40), NOW + 100).limiter;
    expect(full.waiting).toEqual(keys(25));
    expect(askFor(full, 3, keys(3, 50), NOW + 200).limiter).toBe(full);
  });
});
