import { describe, expect, test } from 'vitest';
import { type Resting, restEnd, rested } from '../../lib/core/resting.ts';

const NOW = 1_795_312_800_000;
const HOUR = 3_600_000;

describe('an address that asks for a pause', () => {
  test.each([
    ['gets it', 30_000, 30_000],
    ['gets an hour at most', 99 * HOUR, HOUR],
  ])('%s', (_, afterMs, pause) => {
    const resting = rested({}, 'https://a.example.com/1', afterMs, NOW);
    expect(restEnd(resting, 'https://a.example.com/1', NOW)).toBe(NOW + pause);
    expect(restEnd(resting, 'https://a.example.com/2', NOW)).toBe(0);
    expect(JSON.stringify(resting)).not.toContain('example');
  });

  test('twice gets the longer one', () => {
    const once = rested({}, 'a', 60_000, NOW);
    expect(restEnd(rested(once, 'a', 5_000, NOW + 1), 'a', NOW)).toBe(NOW + 60_000);
  });

  test('is forgotten when that is over, and fifty are kept', () => {
    let resting: Resting = rested({}, 'old', 1, NOW);
    for (let i = 0; i < 80; i += 1) resting = rested(resting, `a${i}`, 60_000 + i, NOW + 10);
    expect(Object.keys(resting)).toHaveLength(50);
    expect(restEnd(resting, 'a79', NOW + 10)).toBe(NOW + 60_089);
    expect(restEnd(resting, 'old', NOW + 10)).toBe(0);
  });

  test('of a clock that is a day ahead is not believed', () => {
    const wrong = rested({}, 'a', 60_000, NOW + 24 * HOUR);
    expect(restEnd(wrong, 'a', NOW)).toBe(0);
  });
});
