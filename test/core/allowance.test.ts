import { describe, expect, test } from 'vitest';
import {
  type Allowance,
  counted,
  takeDeliveries,
  takeRequests,
  takeWatches,
  untouched,
} from '../../lib/core/allowance.ts';
import { MINUTE, SECOND, T0 } from '../samples.ts';

const limits = { requestsPerMinute: 60, activeWatches: 500, waitingDeliveries: 200 };

describe('requests', () => {
  test.each<[string, Partial<Allowance>, number, number, number, number]>([
    ['a full bucket gives what is wanted', {}, 10, 1, 10, 50],
    ['a minute of it at most', {}, 100, 1, 60, 0],
    ['full for long, no more than full', { left: 0, at: T0 - 99 * MINUTE }, 100, 1, 60, 0],
    ['half empty, what is left', { left: 30, at: T0 }, 100, 1, 30, 0],
    ['and what has come back since', { left: 30, at: T0 - 10 * SECOND }, 100, 1, 40, 0],
    ['what is left, when it is what is needed', { left: 30, at: T0 }, 100, 30, 30, 0],
    ['nothing, when more is needed', { left: 30, at: T0 }, 100, 31, 0, 30],
    ['empty, nothing', { left: 0, at: T0 }, 5, 1, 0, 0],
    ['nor before a whole one is back', { left: 0, at: T0 - 999 }, 5, 1, 0, 0],
    ['but then', { left: 0, at: T0 - SECOND }, 5, 1, 1, 0],
    ['more than a lower limit allows, that limit', { left: 3_000, at: T0 }, 100, 1, 60, 0],
  ])('%s', (_, state, wanted, needed, given, left) => {
    const before = { ...untouched, ...state };
    const { given: really, allowance } = takeRequests(before, { wanted, needed }, T0, limits);
    expect(really).toBe(given);
    expect(allowance).toEqual(given === 0 ? before : { ...before, left, at: T0 });
  });

  test('there are when it was said', () => {
    const empty = { ...untouched, left: 9.877, at: T0 };
    const { given, retryAt } = takeRequests(empty, { wanted: 25, needed: 25 }, T0, limits);
    expect([given, retryAt]).toEqual([0, T0 + 15_123]);
    expect(takeRequests(empty, { wanted: 25, needed: 25 }, retryAt - 1, limits).given).toBe(0);
    expect(takeRequests(empty, { wanted: 25, needed: 25 }, retryAt, limits).given).toBe(25);
  });

  test.each([
    ['a little behind takes what is left, and brings nothing back', T0 - SECOND, T0],
    ['far behind takes what is left, and goes by its own time', T0 - 10 * MINUTE, T0 - 10 * MINUTE],
  ])('a clock %s [F27]', (_, now, at) => {
    const taken = takeRequests({ ...untouched, left: 20, at: T0 }, { wanted: 5, needed: 5 }, now, limits);
    expect(taken).toMatchObject({ given: 5, allowance: { left: 15, at } });
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
    const answer = takeWatches({ ...untouched, ...state }, { wanted, needed }, T0, limits);
    expect(answer).toEqual({ given, allowance: { ...untouched, ...state, begun }, retryAt: T0 + MINUTE });
  });
});

describe('deliveries that wait', () => {
  test.each<[string, Partial<Allowance>, number, number, number, number | undefined]>([
    ['are all counted', {}, 5, 1, 5, 5],
    ['with those promised meanwhile', { waiting: 100, promised: 20 }, 5, 1, 5, 25],
    ['near the limit, those that are left', { waiting: 190, promised: 7 }, 5, 3, 3, 10],
    ['or none, when more are needed', { waiting: 190, promised: 7 }, 5, 4, 0, 7],
    ['at it, none', { waiting: 200 }, 1, 1, 0, undefined],
    ['beyond it, none', { waiting: 900 }, 1, 1, 0, undefined],
  ])('%s', (_, state, wanted, needed, given, promised) => {
    const answer = takeDeliveries({ ...untouched, ...state }, { wanted, needed }, T0, limits);
    const allowance = { ...untouched, ...state, ...(promised !== undefined && { promised }) };
    expect(answer).toEqual({ given, allowance, retryAt: T0 + MINUTE });
  });
});

describe('a count', () => {
  const allowance = { left: 7, at: T0, active: 10, begun: 5 };
  test.each<[string, number, number, Partial<Allowance>]>([
    ['takes the place of what was known, and of what was begun before it', 14, 5, { active: 14, begun: 0 }],
    ['leaves what was begun while it was made', 14, 3, { active: 14, begun: 2 }],
    ['made twice takes nothing twice', 14, 9, { active: 14, begun: 0 }],
  ])('%s', (_, active, seen, after) => {
    const begun = counted(allowance, { active, waiting: 0 }, { ...allowance, begun: seen });
    expect(begun).toEqual({ ...allowance, waiting: 0, promised: 0, ...after });
    const { active: waiting, begun: promised } = after;
    const owing = { left: 7, at: T0, active: 0, begun: 0, waiting: 10, promised: 5 };
    const counts = counted(owing, { active: 0, waiting: active }, { ...owing, promised: seen });
    expect(counts).toEqual({ ...owing, waiting, promised });
  });

  test('that brings nothing new changes nothing', () => {
    expect(counted(allowance, { active: 10, waiting: 0 }, { ...allowance, begun: 0 })).toBe(allowance);
  });
});
