import { describe, expect, test } from 'vitest';
import { openPacing, pauseEnd, rateFactor, throttled } from '../../lib/core/pacing.ts';
import { believed } from '../../lib/core/schedule.ts';
import { DAY, HOUR, MINUTE, SECOND, T0 } from '../samples.ts';

describe('throttling', () => {
  const busy = throttled(openPacing, T0);

  test('halves the pace [F28]', () => {
    expect(busy).toMatchObject({ pace: 0.5, pacedAt: T0, pausedUntil: 0 });
  });

  test('counts at most once in ten seconds', () => {
    expect(throttled(busy, T0 + 9_999).pace).toBe(0.5);
    expect(throttled(busy, T0 + 10_000).pace).toBe(0.3125);
  });

  test('wears off, a quarter more every ten seconds', () => {
    const at = [9_999, 10_000, 20_000, 30_000, 40_000].map((ms) => rateFactor(busy, T0 + ms));
    expect(at).toEqual([0.5, 0.625, 0.78125, 0.9765625, 1]);
  });

  test('never stops it', () => {
    let pacing = busy;
    for (let i = 1; i < 100; i += 1) pacing = throttled(pacing, T0 + i * 10_000);
    expect(pacing.pace).toBe(1 / 64);
  });

  test('pauses it also where the pace was halved a moment ago, and is no news without a longer pause', () => {
    expect(throttled(busy, T0 + 1_000, 30_000)).toEqual({ ...busy, pausedUntil: T0 + 31_000 });
    // The same one, so that nothing is written.
    expect(throttled(busy, T0 + 1_000)).toBe(busy);
    const paused = throttled(busy, T0 + 1_000, 30_000);
    expect(throttled(paused, T0 + 2_000, 5_000)).toBe(paused);
  });

  test('pauses it when the other side says for how long, up to an hour [F28]', () => {
    expect(throttled(openPacing, T0, 30_000).pausedUntil).toBe(T0 + 30_000);
    expect(throttled(openPacing, T0, 24 * HOUR).pausedUntil).toBe(T0 + HOUR);
    expect(throttled({ ...openPacing, pausedUntil: T0 + HOUR }, T0, 1_000).pausedUntil).toBe(T0 + HOUR);
  });

  test("keeps the other side's words", () => {
    const words = { code: 'Throttling.User', message: 'too many' };
    expect(throttled(openPacing, T0, 0, words).slowed).toEqual({ at: T0, ...words });
  });
});

describe('a time that a wrong clock wrote', () => {
  test.each([
    ['as far ahead as its purpose allows', MINUTE, T0 + MINUTE],
    ['a little further, as clocks differ', MINUTE + 5 * SECOND, T0 + MINUTE + 5 * SECOND],
    ['further than that', MINUTE + 5 * SECOND + 1, 0],
    ['two days ahead', 2 * DAY, 0],
    ['long past', -2 * DAY, T0 - 2 * DAY],
  ])('is believed or counts as long past: %s [F27]', (_, ahead, expected) => {
    expect(believed(T0 + ahead, T0, MINUTE)).toBe(expected);
  });

  test('pauses nothing, and a pause that is begun then is a pause [F27]', () => {
    const wrong = { ...openPacing, pausedUntil: T0 + 2 * DAY };
    expect(pauseEnd(wrong, T0)).toBe(0);
    expect(throttled(wrong, T0, 30_000).pausedUntil).toBe(T0 + 30_000);
  });

  test('neither slows it for days nor keeps the next throttling from counting [F27]', () => {
    const wrong = { ...openPacing, pace: 1 / 64, pacedAt: T0 + 2 * DAY };
    expect(rateFactor(wrong, T0)).toBe(1);
    expect(throttled(wrong, T0)).toMatchObject({ pace: 0.5, pacedAt: T0 });
  });
});
