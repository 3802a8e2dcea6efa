import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accepted, type Lane, openLane, REFUSED_PAUSE_MS, refused, reserve, throttled } from '../lib/lane.ts';
import { HOUR, T0 } from './samples.ts';

const taken = (lane: Lane, count: number, now: number, rate = 10) => {
  const reservation = reserve(lane, count, now, rate);
  if (!('slots' in reservation)) throw new Error('the lane is paused');
  return reservation;
};

describe('slots', () => {
  test('of an idle lane begin now, 15 % further apart than the rate needs', () => {
    expect(taken(openLane, 3, T0).slots).toEqual([T0, T0 + 115, T0 + 230]);
  });

  test('go on behind those taken before', () => {
    const { lane } = taken(openLane, 10, T0);
    expect(taken(lane, 2, T0 + 500).slots).toEqual([T0 + 1_150, T0 + 1_265]);
    expect(taken(lane, 1, T0 + 5_000).slots).toEqual([T0 + 5_000]);
  });

  test('of a slow connection are far apart', () => {
    expect(taken(openLane, 2, T0, 0.1).slots).toEqual([T0, T0 + 11_500]);
  });

  test('are never handed out twice and never faster than the rate, however they are asked for [F18]', () => {
    const asks = fc.array(fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 3_000 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(asks, fc.double({ min: 0.1, max: 100, noNaN: true }), (all, rate) => {
        let lane = openLane;
        let now = T0;
        const slots: number[] = [];
        for (const [count, ms] of all) {
          now += ms;
          const reservation = taken(lane, count, now, rate);
          lane = reservation.lane;
          slots.push(...reservation.slots);
        }
        expect(slots).toEqual(slots.toSorted((a, b) => a - b));
        for (const [i, slot] of slots.entries()) {
          // In any stretch of time there are no more calls than the rate allows, and the one that begins it.
          const first = slots[0] ?? slot;
          expect(i).toBeLessThanOrEqual(((slot - first + 1) / 1_000) * rate + 1e-6);
        }
      }),
    );
  });
});

describe('throttling', () => {
  const busy = throttled({ ...openLane, nextSlotAt: T0 }, T0);

  test('halves the pace [F28]', () => {
    expect(busy).toMatchObject({ pace: 0.5, pacedAt: T0, pausedUntil: 0 });
    expect(taken(busy, 2, T0 + 1).slots).toEqual([T0 + 1, T0 + 231]);
  });

  test('counts at most once in ten seconds', () => {
    expect(throttled(busy, T0 + 9_999).pace).toBe(0.5);
    expect(throttled(busy, T0 + 10_000).pace).toBe(0.3125);
  });

  test('wears off, a quarter more every ten seconds', () => {
    const gapAt = (ms: number) => {
      const [first = 0, second = 0] = taken(busy, 2, T0 + ms).slots;
      return second - first;
    };
    expect([gapAt(10_000), gapAt(20_000), gapAt(30_000), gapAt(40_000)]).toEqual([184, 148, 118, 115]);
  });

  test('never stops a lane', () => {
    let lane = busy;
    for (let i = 1; i < 100; i += 1) lane = throttled(lane, T0 + i * 10_000);
    expect(lane.pace).toBe(1 / 64);
  });

  test('pauses it also where the pace was halved a moment ago, and is no news without a longer pause', () => {
    expect(throttled(busy, T0 + 1_000, 30_000)).toEqual({ ...busy, pausedUntil: T0 + 31_000 });
    // The same lane, so that nothing is written.
    expect(throttled(busy, T0 + 1_000)).toBe(busy);
    const paused = throttled(busy, T0 + 1_000, 30_000);
    expect(throttled(paused, T0 + 2_000, 5_000)).toBe(paused);
  });

  test('pauses it when the cloud says for how long, up to an hour [F28]', () => {
    expect(throttled(openLane, T0, 30_000).pausedUntil).toBe(T0 + 30_000);
    expect(throttled(openLane, T0, 24 * HOUR).pausedUntil).toBe(T0 + HOUR);
    expect(throttled({ ...openLane, pausedUntil: T0 + HOUR }, T0, 1_000).pausedUntil).toBe(T0 + HOUR);
    expect(reserve(throttled(openLane, T0, 30_000), 1, T0 + 29_999, 10)).toEqual({ pausedUntil: T0 + 30_000 });
  });
});

describe('refused credentials', () => {
  const shut = refused(openLane, T0, 'InvalidAccessKeyId', 'not found');

  test('pause the lane, and since when is kept', () => {
    expect(shut.pausedUntil).toBe(T0 + REFUSED_PAUSE_MS);
    expect(reserve(shut, 1, T0 + REFUSED_PAUSE_MS - 1, 10)).toEqual({ pausedUntil: T0 + REFUSED_PAUSE_MS });
    expect(refused(shut, T0 + REFUSED_PAUSE_MS, 'InvalidAccessKeyId', 'still').refused).toMatchObject({
      since: T0,
      message: 'still',
    });
  });

  test('let one call in when the pause is over, and pause for everybody else until it is answered', () => {
    const now = T0 + REFUSED_PAUSE_MS;
    const trial = taken(shut, 5, now);
    expect(trial.slots).toEqual([now]);
    expect(reserve(trial.lane, 1, now + 1, 10)).toEqual({ pausedUntil: now + 20_000 });
  });

  test('are over with the first answer', () => {
    const open = accepted(shut, T0 + 500);
    expect(open.refused).toBeUndefined();
    expect(taken(open, 1, T0 + 500).slots).toEqual([T0 + 500]);
    expect(accepted(openLane, T0)).toBe(openLane);
  });

  test('are tried at most 20 times an hour, whoever asks [F38]', () => {
    let lane = shut;
    let calls = 0;
    for (let now = T0; now < T0 + HOUR; now += 1_000) {
      const reservation = reserve(lane, 3, now, 10);
      if (!('slots' in reservation)) continue;
      calls += reservation.slots.length;
      lane = refused(reservation.lane, now, 'InvalidAccessKeyId', 'not found');
    }
    expect(calls).toBe(19);
  });
});
