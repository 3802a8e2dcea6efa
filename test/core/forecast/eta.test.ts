import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { etaOf } from '../../../lib/core/forecast/eta.ts';
import { planOf, readPlan } from '../../../lib/core/forecast/plan.ts';
import { learned, learnedOf, planFor, times } from './observations.ts';

describe('the usual time', () => {
  test.each([1, 2])('is not told from %i runs', (count) => {
    const plan = planFor(learnedOf(...times(count, 60)));
    expect(etaOf(plan)).toBeUndefined();
    expect(plan.lateAfter).toBeUndefined();
  });

  test('is told from three runs on, with their number', () => {
    expect(etaOf(planFor(learnedOf(60, 70, 80)))).toMatchObject({ runs: 3 });
    expect(etaOf(planFor(learnedOf(...times(500, 60))))).toMatchObject({ runs: 84 });
  });

  test.each([
    [times(30, 600), 340, 600, 600, 800],
    [[...times(20, 60), ...times(20, 3_600)], 40, 60, 3_600, 4_600],
    [Array.from({ length: 40 }, (_, i) => 10 + i * 10), 25, 80, 330, 480],
  ])('of past runs of %j s holds eight of ten', (seconds, fromLeast, fromMost, toLeast, toMost) => {
    const eta = etaOf(planFor(learnedOf(...seconds)));
    expect(eta?.from).toBeGreaterThan(fromLeast);
    expect(eta?.from).toBeLessThanOrEqual(fromMost);
    expect(eta?.to).toBeGreaterThanOrEqual(toLeast);
    expect(eta?.to).toBeLessThan(toMost);
  });

  test('lies ahead of the age, whatever was learned and however old the operation is', () => {
    const age = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(learned, age, age, (known, at, later) => {
        const plan = readPlan(planOf(known));
        const eta = plan && etaOf(plan, at);
        if (!plan || !eta) return;
        expect(eta.from).toBeGreaterThanOrEqual(at);
        expect(eta.to).toBeGreaterThanOrEqual(eta.from);
        expect(Number.isFinite(eta.to)).toBe(true);
        const then = etaOf(plan, at + later);
        expect(then?.to).toBeGreaterThanOrEqual(eta.to - eta.to * 1e-9);
      }),
    );
  });
});

describe('an operation is late', () => {
  test.each([
    ['20 runs and more: when it takes longer than all of them', times(19, 60).concat(600), 600],
    ['many runs: when it takes longer than 95 % of them', times(80, 60).concat(600, 60, 600, 60), 600],
    ['many runs, of which one alone was long', times(80, 60).concat(600, 60, 60, 60), 60],
    ['many runs, of which the few long ones are old', [9_000, 9_000, ...times(80, 60)], 60],
  ])('after %s', (_, seconds, least) => {
    const { lateAfter = 0 } = planFor(learnedOf(...seconds));
    expect(lateAfter).toBeGreaterThan(least);
    expect(lateAfter).toBeLessThan(least * 1.01);
  });

  test('after a few runs only well beyond the longest', () => {
    expect(planFor(learnedOf(60, 70, 80)).lateAfter).toBeGreaterThan(110);
    expect(planFor(learnedOf(...times(10, 60))).lateAfter).toBeLessThan(300);
  });

  test('never because it took as long as all past runs did', () => {
    fc.assert(
      fc.property(fc.double({ min: 2, max: 1e6, noNaN: true }), fc.integer({ min: 3, max: 84 }), (seconds, count) => {
        expect(planFor(learnedOf(...times(count, seconds))).lateAfter).toBeGreaterThanOrEqual(seconds);
      }),
    );
  });
});
