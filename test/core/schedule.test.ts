import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  againAfter,
  BLOCKED_AFTER_MS,
  CLAIM_MS,
  DEADLINE_DEFAULT_MS,
  DEADLINE_MAX_MS,
  DEFAULT_GAP,
  EARLY_MS,
  FIRST_LEASE_MS,
  gapAt,
  hideSeconds,
  isWornOut,
  KEEP_MS,
  LAST_LOOK_OWN_DELAY_MS,
  LAST_LOOK_SILENCE_MS,
  LAST_LOOK_WAIT_MS,
  LEASE_MS,
  leaseAfterLapses,
  nextAttempt,
  nextLook,
  PROGRESS_EVERY_MS,
  RETRY_AFTER_LOOK_MAX_MS,
  troubleGap,
} from '../../lib/core/schedule.ts';
import { DAY, HOUR, MINUTE, SECOND, T0 } from '../samples.ts';

const FOREVER = T0 + 365 * DAY;

describe('the gap between looks', () => {
  test.each([
    [0, 5_000],
    [5 * SECOND, 5_000],
    [9 * SECOND, 6_000],
    [100 * SECOND, 20_000],
    [HOUR, 120_000],
    [22_500 * SECOND, 300_000],
    [7 * DAY, 300_000],
  ])('after %i ms is %i ms: twice the root of the age, from 5 s to 5 min', (age, gap) => {
    expect(gapAt(age, DEFAULT_GAP)).toBeCloseTo(gap, 6);
  });

  test('of an operation that begins in the future is the least', () => {
    expect(gapAt(-HOUR, DEFAULT_GAP)).toBe(5_000);
  });

  test('can be set', () => {
    expect(gapAt(100 * SECOND, { factor: 0, minMs: 30_000, maxMs: 30_000 })).toBe(30_000);
    expect(gapAt(100 * SECOND, { factor: 10, minMs: 5_000, maxMs: 60_000 })).toBe(60_000);
  });

  /** Looks made at an operation that takes `ms`, from its start on. */
  const looksUntil = (ms: number): number => {
    let looks = 0;
    for (let at = T0; at < T0 + ms; at = nextLook(at, T0, FOREVER, DEFAULT_GAP)) looks += 1;
    return looks;
  };

  test.each([
    [20 * SECOND, 4],
    [6 * MINUTE, 19],
    [HOUR, 63],
    [3 * HOUR, 109],
  ])('an operation of %i ms costs %i looks', (ms, looks) => {
    expect(looksUntil(ms)).toBe(looks);
  });

  test('an operation of T seconds costs about the root of T looks, up to where the gap is 5 min', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 22_500 }), (seconds) => {
        const looks = looksUntil(seconds * SECOND);
        expect(looks).toBeGreaterThan(0.7 * Math.sqrt(seconds));
        expect(looks).toBeLessThan(1.2 * Math.sqrt(seconds) + 2);
      }),
    );
  });
});

describe('the next look', () => {
  test('comes on a tick of the clock that others share', () => {
    // At 100 s the gap is 20 s and the tick 2 s; at an hour 2 min and 8 s.
    expect(nextLook(T0 + 100_700, T0, FOREVER, DEFAULT_GAP)).toBe(T0 + 120_000);
    expect(nextLook(T0 + 101_500, T0, FOREVER, DEFAULT_GAP)).toBe(T0 + 120_000);
    expect(nextLook(T0 + HOUR + 3_000, T0, FOREVER, DEFAULT_GAP)).toBe(T0 + HOUR + 120_000);
  });

  test('never later than the gap, and earlier by no more than an eighth of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 * DAY }), fc.integer({ min: 0, max: 1_000_000 }), (age, offset) => {
        const now = T0 + offset;
        const gap = gapAt(age, DEFAULT_GAP);
        const wait = nextLook(now, now - age, FOREVER, DEFAULT_GAP) - now;
        // An instant holds less of a fraction of a millisecond than a gap does.
        expect(wait).toBeLessThanOrEqual(gap + 0.001);
        expect(wait).toBeGreaterThanOrEqual(Math.max((gap * 7) / 8 - 1, 5_000 - 1));
      }),
    );
  });

  test('is moved back by no more than an eighth of the gap, and not at all where that is less than 2 s', () => {
    // At 64.7 s the gap is 16.1 s and the tick 2 s; at 60 s it is 15.5 s, and there is none.
    expect(nextLook(T0 + 64_700, T0, FOREVER, DEFAULT_GAP)).toBe(T0 + 80_000);
    expect(nextLook(T0 + 60_100, T0, FOREVER, DEFAULT_GAP)).toBeCloseTo(T0 + 75_605, -1);
  });

  test('never comes sooner than the least gap', () => {
    expect(nextLook(T0 + 1_234, T0, FOREVER, { factor: 0, minMs: 60_000, maxMs: 60_000 })).toBe(T0 + 61_234);
  });

  test('never comes after the deadline, and is not held up by one that has passed', () => {
    expect(nextLook(T0, T0 - HOUR, T0 + 30_000, DEFAULT_GAP)).toBe(T0 + 30_000);
    expect(nextLook(T0, T0, T0, DEFAULT_GAP)).toBe(T0 + 5_000);
    expect(nextLook(T0, T0, T0 - 1, DEFAULT_GAP)).toBe(T0 + 5_000);
  });
});

describe('the wait after a look without an answer', () => {
  test.each([
    [0, 5_000, 5_000],
    [0, 20_000, 20_000],
    [60_000, 20_000, 60_000],
    [HOUR, 20_000, 300_000],
    [0, 1_000, 5_000],
  ])('troubled for %i ms, usually %i ms: %i ms', (troubled, usual, wait) => {
    expect(troubleGap(troubled, usual)).toBe(wait);
  });
});

describe('delivery attempts', () => {
  test.each([
    [0, 0],
    [1, 5 * SECOND],
    [2, 5 * MINUTE],
    [3, 30 * MINUTE],
    [4, 2 * HOUR],
    [5, 5 * HOUR],
    [6, 10 * HOUR],
    [7, 14 * HOUR],
    [8, 20 * HOUR],
    [9, 24 * HOUR],
  ])('after %i of them the next comes in %i ms', (attempts, wait) => {
    expect(nextAttempt(attempts, T0, 0.5)).toBe(T0 + wait);
  });

  test('ten are made', () => {
    expect(nextAttempt(10, T0, 0.5)).toBeUndefined();
    expect(nextAttempt(11, T0, 0.5, HOUR)).toBeUndefined();
  });

  test('are spread by a fifth either way', () => {
    expect(nextAttempt(2, T0, 0)).toBe(T0 + 4 * MINUTE);
    expect(nextAttempt(2, T0, 1)).toBe(T0 + 6 * MINUTE);
  });

  test.each([
    ['longer than the wait', HOUR, HOUR],
    ['shorter: the wait stands', MINUTE, 5 * MINUTE],
    ['longer than a day: a day', 30 * DAY, DAY],
  ])('Retry-After, %s', (_, retryAfter, wait) => {
    expect(nextAttempt(2, T0, 0.5, retryAfter)).toBe(T0 + wait);
  });
});

describe('hiding', () => {
  test.each([
    ['up to whole seconds', 1_001, 2],
    ['not at all for what is due', -5_000, 0],
    ['an hour', HOUR, 3_600],
    ['at most twelve hours, less the time a function takes', DAY, 42_900],
  ])('%s', (_, ms, seconds) => {
    expect(hideSeconds(T0 + ms, T0)).toBe(seconds);
  });

  test('always within what SQS takes, and never back before its time', () => {
    fc.assert(
      fc.property(fc.integer({ min: -DAY, max: 30 * DAY }), (ms) => {
        const seconds = hideSeconds(T0 + ms, T0);
        expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= 43_200 - 30).toBe(true);
        if (ms < 11 * HOUR) expect(seconds * SECOND).toBeGreaterThanOrEqual(ms);
      }),
    );
  });
});

describe('a message is worn out', () => {
  test.each([
    [899, 13 * DAY - 1, false],
    [900, 0, true],
    [1, 13 * DAY, true],
  ])('received %i times, sent %i ms ago: %s', (receives, age, is) => {
    expect(isWornOut(receives, T0, T0 + age)).toBe(is);
  });
});

describe('a lease after lapses in a row', () => {
  test.each([
    [0, 2 * MINUTE],
    [1, 4 * MINUTE],
    [5, 64 * MINUTE],
    [9, 12 * HOUR],
    [500, 12 * HOUR],
  ])('%i: %i ms', (lapses, ms) => {
    expect(leaseAfterLapses(lapses)).toBe(ms);
  });
});

test.each([
  ['a watch lasts a day, if nothing is said', DEADLINE_DEFAULT_MS, DAY],
  ['and a week at most', DEADLINE_MAX_MS, 7 * DAY],
  ['it waits fifteen minutes for a cloud that gives no last answer', LAST_LOOK_SILENCE_MS, 15 * MINUTE],
  ['it waits a day for its last look where opwatch cannot look', LAST_LOOK_WAIT_MS, DAY],
  ['a watch back five minutes late was delayed by opwatch', LAST_LOOK_OWN_DELAY_MS, 5 * MINUTE],
  ['refusals that last two minutes block a watch', BLOCKED_AFTER_MS, 2 * MINUTE],
  ['what has ended is kept for 30 days', KEEP_MS, 30 * DAY],
  ['a lease lasts ten minutes beyond the next wake-up', LEASE_MS, 10 * MINUTE],
  ['the first one two minutes', FIRST_LEASE_MS, 2 * MINUTE],
  ['a wake-up may be a second early', EARLY_MS, SECOND],
  ['a cloud may put off a look for an hour', RETRY_AFTER_LOOK_MAX_MS, HOUR],
  ['progress is written every five seconds', PROGRESS_EVERY_MS, 5 * SECOND],
  ['an attempt holds a delivery for half a minute', CLAIM_MS, 30 * SECOND],
])('%s', (_, ms, expected) => {
  expect(ms).toBe(expected);
});

test.each([
  [1, 60],
  [30, 60],
  [100, 200],
  [899, 1_798],
  [1_000, 1_800],
])('a message that could not be handled, at receipt %i, comes back after %i s', (receives, seconds) => {
  expect(againAfter(receives)).toBe(seconds * 1_000);
});

test('an outage of a week does not use up the receipts of a message', () => {
  const waits = Array.from({ length: 1_000 }, (_, i) => againAfter(i + 1));
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(7 * 24 * 3_600_000);
});
