import { expect, test } from 'vitest';
import { type CoreTimes, createSilence } from '../../offline/silence.ts';

/** A machine of two cores, on which `idle` of them have nothing to do. */
const machine = () => {
  let at = 0;
  let times: CoreTimes = { busy: 0, idle: 0 };
  return {
    pass: (ms: number, idle: number) => {
      at += ms;
      times = { busy: times.busy + (2 - idle) * ms, idle: times.idle + idle * ms };
    },
    sources: { now: () => at, coreTimes: () => times },
  };
};

/** Seconds until a limit of ten is reached, asked every `everyMs`. */
const secondsUntilTooLong = (idle: number, everyMs = 200): number => {
  const { pass, sources } = machine();
  const silence = createSilence(10_000, sources);
  for (let steps = 1; ; steps += 1) {
    pass(everyMs, idle);
    if (silence.isTooLong()) return (steps * everyMs) / 1_000;
  }
};

test.each([
  ['idle', 2, 10],
  ['with one idle core', 1, 10],
  ['with half an idle core', 0.5, 20],
  ['without any', 0, 80],
])('on a machine %s, ten seconds of silence take a while', (_, idle, seconds) => {
  expect(secondsUntilTooLong(idle)).toBeCloseTo(seconds, 0);
});

test('whoever moves begins anew', () => {
  const { pass, sources } = machine();
  const silence = createSilence(10_000, sources);
  for (let i = 0; i < 100; i += 1) {
    pass(9_000, 2);
    expect(silence.isTooLong()).toBe(false);
    silence.end();
  }
});

test('a laptop that was asleep has not waited that long', () => {
  const { pass, sources } = machine();
  const silence = createSilence(10_000, sources);
  pass(8 * 3_600_000, 2);
  expect(silence.isTooLong()).toBe(false);
});
