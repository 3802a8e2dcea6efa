import { describe, expect, test } from 'vitest';
import { type Allowance, counted, takePlaces, takeRequests, untouched } from '../lib/allowance.ts';
import { MINUTE, SECOND, T0 } from './samples.ts';

const limits = { requestsPerMinute: 60, activeWatches: 500 };

describe('requests', () => {
  test.each<[string, Partial<Allowance>, number, number, number, number]>([
    ['a full bucket gives what is wanted', {}, 10, 1, 10, 10],
    ['a minute of it at most', {}, 100, 1, 60, 60],
    ['full for long, no more than full', { fullAt: T0 - 99 * MINUTE }, 100, 1, 60, 60],
    ['half empty, what is left', { fullAt: T0 + 30 * SECOND }, 100, 1, 30, 60],
    ['what is left, when it is what is needed', { fullAt: T0 + 30 * SECOND }, 100, 30, 30, 60],
    ['nothing, when more is needed', { fullAt: T0 + 30 * SECOND }, 100, 31, 0, 30],
    ['empty, nothing', { fullAt: T0 + MINUTE }, 5, 1, 0, 60],
    ['nor before a whole one is back', { fullAt: T0 + 59_001 }, 5, 1, 0, 59.001],
    ['but then', { fullAt: T0 + 59_000 }, 5, 1, 1, 60],
  ])('%s', (_, state, wanted, needed, given, secondsToFull) => {
    const answer = takeRequests({ ...untouched, ...state }, { wanted, needed }, T0, limits);
    expect(answer).toEqual({
      given,
      allowance: { ...untouched, fullAt: T0 + secondsToFull * SECOND },
      backAt: Math.max(state.fullAt ?? 0, T0) + needed * SECOND - MINUTE,
    });
  });

  test('there are when it was said', () => {
    const allowance = { ...untouched, fullAt: T0 + 50_123 };
    const { given, backAt } = takeRequests(allowance, { wanted: 25, needed: 25 }, T0, limits);
    expect([given, backAt]).toEqual([0, T0 + 15_123]);
    expect(takeRequests(allowance, { wanted: 25, needed: 25 }, backAt - 1, limits).given).toBe(0);
    expect(takeRequests(allowance, { wanted: 25, needed: 25 }, backAt, limits).given).toBe(25);
  });
});

describe('places', () => {
  test.each<[string, Partial<Allowance>, number, number, number, number]>([
    ['far from the limit need no writing down', { active: 320 }, 5, 1, 5, 0],
    ['within three minutes of it are counted', { active: 321 }, 5, 1, 5, 5],
    ['with those begun meanwhile', { active: 200, begun: 121 }, 5, 1, 5, 126],
    ['near it, those that are left', { active: 490, begun: 7 }, 5, 3, 3, 10],
    ['or none, when more are needed', { active: 490, begun: 7 }, 5, 4, 0, 7],
    ['at it, none', { active: 490, begun: 10 }, 5, 1, 0, 10],
    ['beyond it, none', { active: 900 }, 5, 1, 0, 0],
  ])('%s', (_, state, wanted, needed, given, begun) => {
    const answer = takePlaces({ ...untouched, ...state }, { wanted, needed }, T0, limits);
    expect(answer).toEqual({ given, allowance: { ...untouched, ...state, begun }, backAt: T0 + MINUTE });
  });
});

describe('a count', () => {
  const allowance = { fullAt: T0, active: 10, begun: 5 };
  test.each<[string, number, number, Partial<Allowance>]>([
    ['takes the place of what was known, and of what was begun before it', 14, 5, { active: 14, begun: 0 }],
    ['leaves what was begun while it was made', 14, 3, { active: 14, begun: 2 }],
    ['made twice takes nothing twice', 14, 9, { active: 14, begun: 0 }],
  ])('%s', (_, active, seen, after) => {
    expect(counted(allowance, active, seen)).toEqual({ ...allowance, ...after });
  });

  test('that brings nothing new changes nothing', () => {
    expect(counted(allowance, 10, 0)).toBe(allowance);
  });
});
