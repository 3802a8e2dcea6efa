import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Allotment, CallRequest } from '../../lib/core/call-request.ts';
import { allot, heldSlots, type Lane, openLane } from '../../lib/core/lane.ts';
import { throttled } from '../../lib/core/pacing.ts';
import { DAY, HOUR, MINUTE, SECOND, T0 } from '../samples.ts';

type Ask = Partial<CallRequest> & { readonly mayStand?: boolean };

const wishOf = ({ mayStand: _, ...wish }: Ask = {}): CallRequest => ({ watch: 'w', isSound: true, calls: 1, ...wish });

/** Asks at T0 + `ms`; answers the lane after it, and the times in ms after T0. */
const ask = (lane: Lane, asks: readonly Ask[], ms = 0, rate = 10) => {
  const mayStand = asks.every((each) => each.mayStand ?? true);
  const result = allot(lane, asks.map(wishOf), T0 + ms, { callsPerSecond: rate, mayStand });
  return { lane: result.lane, got: result.allotments.map(inMs) };
};

const inMs = (allotment: Allotment) => {
  const slots = allotment.slots?.map((slot) => slot - T0);
  return 'retryAt' in allotment ? { back: allotment.retryAt - T0, ...(slots && { slots }) } : slots;
};

const ten = Array.from({ length: 10 }, () => ({}));
/** A lane with so many calls at T0. */
const called = (calls: number, rate = 10) => ask(openLane, [{ calls }], 0, rate).lane;
/** A lane whose line ends at T0 + `ms`. */
const withLine = (ms: number): Lane => ({ ...openLane, nextSlotAt: T0 + ms });

describe('times', () => {
  test.each<[string, Lane, readonly Ask[], number, number, unknown]>([
    ['of an idle lane are now, a gust of as many as the rate', openLane, ten, 0, 10, Array(10).fill([0])],
    [
      'of more than the rate are a second later, and 150 ms',
      openLane,
      [{ calls: 12 }],
      0,
      10,
      [[...Array(10).fill(0), 1_150, 1_150]],
    ],
    ['fill up what others have left', called(7), [{ calls: 5 }], 400, 10, [[400, 400, 400, 1_150, 1_150]]],
    ['are free again after a second, and 150 ms', called(10), [{}], 1_150, 10, [[1_150]]],
    ['and not before', called(10), [{}], 1_149, 10, [[1_150]]],
    ['at 100 calls a second', openLane, [{ calls: 101 }], 0, 100, [[...Array(100).fill(0), 1_150]]],
    ['at 2.5 calls a second: no second holds a third', openLane, [{ calls: 3 }], 0, 2.5, [[0, 0, 1_150]]],
    ['at 0.4 calls a second', openLane, [{ calls: 2 }], 0, 0.4, [[0, 2_650]]],
    ['at 0.05 calls a second', openLane, [{}], 0, 0.05, [[0]]],
    [
      'at 0.29 x 100 calls a second, which is 28.999... to a machine',
      openLane,
      [{ calls: 29 }],
      0,
      0.29 * 100,
      [Array(29).fill(0)],
    ],
    ['are waited for a second', called(10), [{}], 150, 10, [[1_150]]],
    ['and no longer', called(10), [{}], 149, 10, [{ back: 150, slots: [1_150] }]],
    ['are waited for a quarter of one in a line', withLine(250), [{}], 0, 10, [[250]]],
    ['later ones are promised, to be back for', withLine(1_300), [{}], 0, 10, [{ back: 300, slots: [1_300] }]],
    ['also where that is too near for a message to be back', withLine(292), [{}], 0, 10, [{ back: 1, slots: [292] }]],
    ['are waited for a second by those who were promised one', called(10), [{ held: [T0] }], 150, 10, [[1_150]]],
    [
      'in a line are gusts too, a seventh further apart',
      withLine(9_000),
      [{ calls: 5 }, {}],
      0,
      10,
      [
        { back: 7_460, slots: Array(5).fill(8_460) },
        { back: 7_460, slots: [8_460] },
      ],
    ],
    [
      'of a batch as large as a gust are a gust of its own',
      withLine(9_000),
      [{ calls: 10 }, {}],
      0,
      10,
      [
        { back: 8_630, slots: Array(10).fill(9_630) },
        { back: 9_800, slots: [10_800] },
      ],
    ],
    [
      'in a line of a slow connection',
      called(1, 0.1),
      [{}, {}],
      1_000,
      0.1,
      [
        { back: 9_150, slots: [10_150] },
        { back: 19_950, slots: [20_950] },
      ],
    ],
    ['of those who were promised one are the first free ones', withLine(60_000), [{ held: [T0 + 900] }], 0, 10, [[0]]],
    ['also where they come late', withLine(60_000), [{ held: [T0 - 6_000] }], 0, 10, [[0]]],
    ['as many as they need', withLine(60_000), [{ held: [T0, T0], calls: 2 }], 0, 10, [[0, 0]]],
    [
      'of those who come too early stay theirs',
      withLine(60_000),
      [{ held: [T0 + 2_501] }],
      0,
      10,
      [{ back: 1_501, slots: [2_501] }],
    ],
    [
      'of one who goes first are the first free ones',
      withLine(60_000),
      [{}, { first: true }],
      0,
      10,
      [{ back: 58_940, slots: [59_940] }, [0]],
    ],
    ['are given first to those who go first', called(9), [{}, { first: true }], 1_000, 10, [[1_150], [1_000]]],
    ['are not needed by those who may do with earlier answers', withLine(60_000), [{ calls: 0 }], 0, 10, [[]]],
    [
      'are not promised where nobody new may stand in line',
      withLine(60_000),
      [{ mayStand: false }],
      0,
      10,
      [{ back: 57_500 }],
    ],
    ['but are given all the same where there is room', openLane, [{ mayStand: false }], 0, 10, [[0]]],
    ['are not promised further than an hour ahead', withLine(HOUR + 1), [{}], 0, 10, [{ back: HOUR - 2_499 }]],
    ['of one that was missed are given to the next', called(10), [{ missed: T0 }], 70, 10, [[70]]],
    ['missed that nobody kept are no more room', called(10), [{ missed: T0 - 5 }], 970, 10, [[1_150]]],
  ])('%s', (_, lane, asks, ms, rate, expected) => {
    expect(ask(lane, asks, ms, rate).got).toEqual(expected);
  });

  test('of those who come back and find no room are soon, one after another, and keep nothing from others', () => {
    const full = called(1, 0.1);
    const late = ask(full, [{ held: [T0] }, { held: [T0] }, { held: [T0] }], 1_000, 0.1);
    expect(late.got).toEqual([
      { back: 9_150, slots: [10_150] },
      // Later than twice the time between two calls: in line.
      { back: 19_950, slots: [20_950] },
      { back: 30_750, slots: [31_750] },
    ]);
    expect(ask(late.lane, [{ held: [T0 + 10_150] }], 10_150, 0.1).got).toEqual([[10_150]]);
  });

  test('that a whole gust has left free in a line go to the first batch that they are enough for', () => {
    const batches = [4, 10, 7, 10, 3, 3, 3, 2].map((calls) => Array.from({ length: calls }, () => ({})));
    let { lane } = ask(openLane, [{ calls: 10 }]);
    const instants = batches.map((batch) => {
      const asked = ask({ ...lane, lineUntil: lane.lineUntil || T0 + 9_630, nextSlotAt: 0, ownNextSlotAt: 0 }, batch);
      lane = asked.lane;
      return [...new Set(asked.got.flatMap((got) => (got && 'slots' in got ? got.slots : [])))];
    });
    expect(instants).toEqual([
      [9_630],
      // Six are free before them, and ...
      [10_800],
      [11_970],
      // ... three here.
      [13_140],
      [9_630],
      [9_630],
      [11_970],
      [14_310],
    ]);
  });

  test('change nothing where none is given', () => {
    const line = withLine(60_000);
    expect(ask(line, [{ calls: 0 }, { mayStand: false }, { held: [T0 + 9_000] }]).lane).toBe(line);
  });

  test.each([
    ['half the pace', 0, [...Array(5).fill(10), 1_160]],
    ['a quarter more after ten seconds', 10_000, Array(6).fill(10_000)],
  ])('of a throttled lane: %s [F28]', (_, ms, expected) => {
    expect(ask(throttled(openLane, T0), [{ calls: 6 }], Math.max(ms, 10)).got).toEqual([expected]);
  });

  test('of a paused lane: none', () => {
    const paused = throttled(openLane, T0, 30_000);
    const { allotments } = allot(paused, [wishOf()], T0 + 29_999, { callsPerSecond: 10, mayStand: true });
    expect(allotments).toEqual([{ retryAt: T0 + 30_000, why: 'paused' }]);
    expect(ask(paused, [{}], 30_000).got).toEqual([[30_000]]);
  });
});

describe('the times that a watch was promised', () => {
  test('count for a minute, in order, and are not believed further ahead than a line may be [F27]', () => {
    const slots = [T0 + 5, T0 - MINUTE, T0 - MINUTE + 1, T0 + 2 * DAY];
    expect(heldSlots(slots, T0)).toEqual([T0 - MINUTE + 1, T0 + 5]);
  });
});

describe('a function whose clock is two days ahead [F27]', () => {
  const wrong = ask(openLane, [{ calls: 30 }], 2 * DAY).lane;

  test.each([
    ['calls and line', wrong],
    ['a pause', { ...wrong, pausedUntil: T0 + 2 * DAY }],
    ['a throttling', throttled(wrong, T0 + 2 * DAY)],
    ['times taken by the previous release', { ...openLane, nextSlotAt: T0 + 2 * DAY }],
  ])('holds nobody up: %s', (_, lane) => {
    expect(ask(lane, ten).got).toEqual(Array(10).fill([0]));
  });
});

describe('functions of the previous release', () => {
  test('go on where this one has ended, and this one where they have', () => {
    const { lane } = ask(openLane, [{ calls: 10 }]);
    expect(lane.nextSlotAt).toBe(T0 + 1_170);
    // They take slots from there, and keep what they do not know.
    const theirs = { ...lane, nextSlotAt: T0 + 3_450 };
    expect(ask(theirs, [{}], 3_300).got).toEqual([[3_450]]);
    expect(ask({ nextSlotAt: T0 + 300, pace: 1, pacedAt: 0, pausedUntil: 0 }, [{}], 100).got).toEqual([[300]]);
  });

  test('find every call of a line taken', () => {
    expect(ask(withLine(9_000), [{ calls: 9 }]).lane.nextSlotAt).toBe(T0 + 10_053);
  });
});

/** One function asks again and again: how long after the last time, how many watches, by a clock so far off, its messages so late. */
const arrivals = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 0, max: 3_000 }),
    watches: fc.integer({ min: 1, max: 10 }),
    skewMs: fc.integer({ min: -25, max: 25 }),
    lateMs: fc.integer({ min: 0, max: 6_000 }),
    first: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);
const rates = fc.oneof(fc.constantFrom(0.05, 0.1, 1, 10, 100), fc.double({ min: 0.05, max: 100, noNaN: true }));

type Event = {
  readonly at: number;
  readonly wishes: readonly CallRequest[];
  readonly skewMs: number;
  readonly lateMs: number;
};

/** Lets all of them come, and come back as they are told. Answers when calls are really made, in order, and how often each came. */
const play = (
  all: readonly { gapMs: number; watches: number; skewMs: number; lateMs: number; first: boolean }[],
  rate: number,
) => {
  let at = T0;
  const events: Event[] = all.map(({ gapMs, watches, skewMs, lateMs, first }, i) => {
    at += gapMs;
    const wishes = Array.from({ length: watches }, (_, j) => wishOf({ watch: `w${i}-${j}`, first: first && j === 0 }));
    return { at, wishes, skewMs, lateMs };
  });
  let lane: Lane = openLane;
  const calls: number[] = [];
  let rounds = 0;
  while (events.length > 0) {
    events.sort((a, b) => a.at - b.at);
    const event = events.shift() as Event;
    rounds += 1;
    if (rounds > 20_000) throw new Error('somebody never gets a time');
    const now = event.at + event.skewMs;
    const result = allot(lane, event.wishes, now, { callsPerSecond: rate, mayStand: true });
    lane = result.lane;
    for (const [i, allotment] of result.allotments.entries()) {
      if (!('retryAt' in allotment)) {
        calls.push(...allotment.slots.map((slot) => slot - event.skewMs));
        continue;
      }
      const wish = event.wishes[i] as CallRequest;
      const { held: _, ...rest } = wish;
      const back = { ...rest, ...(allotment.slots && { held: allotment.slots }) };
      const hidden = Math.ceil((allotment.retryAt - now) / SECOND) * SECOND;
      events.push({ ...event, at: event.at + Math.max(hidden, 0) + event.lateMs, wishes: [back] });
    }
  }
  return { calls: calls.sort((a, b) => a - b), rounds };
};

describe('whoever asks, and however late messages come', () => {
  test('no second holds more calls than the rate, and everybody gets a time [F18]', () => {
    fc.assert(
      fc.property(arrivals, rates, (all, rate) => {
        const { calls } = play(all, rate);
        expect(calls).toHaveLength(all.reduce((sum, { watches }) => sum + watches, 0));
        const size = Math.max(1, Math.floor(rate + 1e-9));
        const spanMs = Math.max(SECOND, SECOND / rate);
        for (const [i, call] of calls.entries()) {
          const next = calls[i + size];
          // The clocks of two functions differ by 50 ms at most, and 60 more are for calls that leave late.
          if (next !== undefined) expect(next - call).toBeGreaterThanOrEqual(spanMs + 90);
        }
      }),
    );
  });

  const LATE_MAX_MS = 6 * SECOND;

  test('a line is served in time: late messages cost less than a tenth of the calls', () => {
    fc.assert(
      fc.property(
        fc.constantFrom({ rate: 0.1, lateAtTheEnd: 0 }, { rate: 1, lateAtTheEnd: 6 }, { rate: 10, lateAtTheEnd: 2 }),
        fc.integer({ min: 20, max: 60 }),
        fc.infiniteStream(fc.integer({ min: 0, max: LATE_MAX_MS })),
        ({ rate, lateAtTheEnd }, watches, late) => {
          const all = Array.from({ length: watches }, () => ({
            gapMs: 10,
            watches: 1,
            skewMs: 0,
            first: false,
            lateMs: late.next().value ?? 0,
          }));
          const { calls } = play(all, rate);
          const tookMs = (calls.at(-1) ?? T0) - T0;
          const neededMs = (Math.ceil(watches / Math.max(1, rate)) - 1) * Math.max(SECOND, SECOND / rate);
          // The last ones in a line have nobody behind them who would fill the gap: they may be late some times in a row.
          const lastMs = lateAtTheEnd * LATE_MAX_MS;
          expect(tookMs).toBeLessThanOrEqual(neededMs * 1.17 * 1.1 + lastMs);
        },
      ),
    );
  });

  /** Numbers that only look drawn: the same in each run. */
  const drawn = (from: number, to: number) => {
    let seed = 1;
    return () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return from + Math.floor((seed / 2_147_483_647) * (to - from));
    };
  };

  test.each<[number, string, number, number, number]>([
    [0.1, 'at once', 2, 80, 1.1],
    [0.1, 'up to six seconds late', 0, LATE_MAX_MS, 1.1],
    [0.1, 'three to six seconds late', 3 * SECOND, LATE_MAX_MS, 1.1],
    [0.5, 'at once', 2, 80, 1.12],
    [0.5, 'up to six seconds late', 0, LATE_MAX_MS, 1.2],
    [1, 'at once', 2, 80, 1.2],
    [1, 'up to six seconds late', 0, LATE_MAX_MS, 1.3],
  ])('a line of %d calls a second, its messages %s, takes little more than its time', (rate, _, from, to, most) => {
    const lateMs = drawn(from, to);
    const all = Array.from({ length: 300 }, () => ({
      gapMs: 10,
      watches: 1,
      skewMs: 0,
      first: false,
      lateMs: lateMs(),
    }));
    const { calls } = play(all, rate);
    // The last ones have nobody behind them who would fill a gap.
    const count = 270;
    expect(((calls[count] ?? 0) - (calls[0] ?? 0)) / ((count * SECOND) / rate)).toBeLessThanOrEqual(most);
  });
});
