import { expect, test } from 'vitest';
import { BINS, binOf, endOf, startOf } from '../../../lib/core/forecast/ages.ts';

const DAY = 86_400;

test.each([
  [0, 0],
  [2.5, 0],
  [2.52, 1],
  [60, 14],
  [3_600, 32],
  [DAY, 46],
  [12 * DAY, 56],
  [400 * DAY, 56],
  [Number.NaN, 0],
  [-5, 0],
])('an age of %d s belongs to bin %i', (age, bin) => {
  expect(binOf(age)).toBe(bin);
});

test('a bin begins where the one before it ends, and holds its beginning', () => {
  for (let bin = 1; bin < BINS; bin += 1) {
    expect(endOf(bin - 1)).toBe(startOf(bin));
    expect(binOf(startOf(bin))).toBe(bin);
    expect(binOf(startOf(bin) * (1 - Number.EPSILON))).toBe(bin - 1);
  }
  expect(endOf(BINS - 1)).toBe(Number.POSITIVE_INFINITY);
});
