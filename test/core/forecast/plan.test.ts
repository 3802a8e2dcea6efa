import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BINS, endOf, startOf } from '../../../lib/core/forecast/ages.ts';
import { PLAN_LENGTH, plannedGap, planOf, readPlan } from '../../../lib/core/forecast/plan.ts';
import { DAY, DEFAULT_GAP, type Gap, gapAt, HOUR, SECOND } from '../../../lib/core/schedule.ts';
import { learned, learnedOf, NOTHING, planFor, times } from './observations.ts';

const ageMs = fc.double({ min: -HOUR, max: 30 * DAY, noNaN: true });
const gap: fc.Arbitrary<Gap> = fc.record({
  factor: fc.double({ min: 0.1, max: 20, noNaN: true }),
  minMs: fc.integer({ min: 1_000, max: 60_000 }),
  maxMs: fc.integer({ min: 60_000, max: 3_600_000 }),
});

describe('without a history', () => {
  test('there is no plan, and each gap is that of the usual schedule', () => {
    expect(planOf(NOTHING)).toBeUndefined();
    fc.assert(
      fc.property(ageMs, gap, (age, so) => {
        expect(plannedGap(undefined, age, so)).toBe(gapAt(age, so));
      }),
    );
  });
});

describe('the plan of a watch', () => {
  test('is 64 bytes, and says the same whenever it is made', () => {
    fc.assert(
      fc.property(learned, (known) => {
        const text = planOf(known);
        if (text === undefined) return;
        expect(Buffer.byteLength(text)).toBe(64);
        expect(planOf(known)).toBe(text);
        expect(readPlan(text)?.runs).toBeGreaterThan(0);
      }),
    );
    expect(PLAN_LENGTH).toBe(64);
  });

  const good = planOf(learnedOf(60)) ?? '';
  test.each([
    undefined,
    '',
    good.slice(1),
    `${good}A`,
    `2${good.slice(1)}`,
    `${good.slice(0, -1)}$`,
    `1$${good.slice(2)}`,
  ])('is none where the text is %j', (text) => {
    expect(readPlan(text)).toBeUndefined();
  });

  test('does no harm whatever it holds', () => {
    const symbol = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
    const any = fc.string({ unit: symbol, minLength: 63, maxLength: 63 });
    fc.assert(
      fc.property(any, ageMs, gap, (text, age, so) => {
        const gapMs = plannedGap(readPlan(`1${text}`), age, so);
        expect(gapMs).toBeGreaterThanOrEqual(so.minMs);
        expect(gapMs).toBeLessThanOrEqual(so.maxMs);
      }),
    );
  });

  test('never makes a gap outside the bounds', () => {
    fc.assert(
      fc.property(learned, ageMs, gap, (known, age, so) => {
        const gapMs = plannedGap(readPlan(planOf(known)), age, so);
        expect(gapMs).toBeGreaterThanOrEqual(so.minMs);
        expect(gapMs).toBeLessThanOrEqual(so.maxMs);
      }),
    );
  });

  test('leads a later look to a later next look, and a greater factor to a greater gap', () => {
    fc.assert(
      fc.property(learned, ageMs, fc.double({ min: 0, max: HOUR, noNaN: true }), gap, (known, age, later, so) => {
        const plan = readPlan(planOf(known));
        const next = age + plannedGap(plan, age, so);
        const after = age + later + plannedGap(plan, age + later, so);
        if (age >= 0) expect(after).toBeGreaterThanOrEqual(next - 0.01);
        const slower = { ...so, factor: so.factor * 1.5 };
        expect(plannedGap(plan, age, slower)).toBeGreaterThanOrEqual(plannedGap(plan, age, so) - 0.01);
      }),
    );
  });

  test('spends one look in each gap, however many bins it spans', () => {
    fc.assert(
      fc.property(learned, fc.double({ min: 0, max: 1e6, noNaN: true }), (known, age) => {
        const plan = readPlan(planOf(known));
        if (!plan) return;
        const free = { factor: 2, minMs: 0, maxMs: 1e12 };
        const until = age + plannedGap(plan, age * SECOND, free) / SECOND;
        let looks = 0;
        for (let bin = 0; bin < BINS; bin += 1) {
          const seconds = Math.min(endOf(bin), until) - Math.max(startOf(bin), age);
          if (seconds > 0) looks += seconds / (free.factor * (plan.gaps[bin] ?? 0));
        }
        expect(looks).toBeCloseTo(1, 6);
      }),
    );
  });

  /** Looks from the submission until an operation of so many seconds is seen to have ended, and how late that was. */
  const played = (seconds: number, plan: ReturnType<typeof readPlan>): { looks: number; delay: number } => {
    let [age, looks] = [0, 0];
    for (; age < seconds * SECOND; looks += 1) age += plannedGap(plan, age, DEFAULT_GAP);
    return { looks, delay: age / SECOND - seconds };
  };

  test('spends its looks where an operation may end: fewer looks, and no longer delay', () => {
    const plan = planFor(learnedOf(...times(30, 1_200)));
    const [with_, without] = [played(1_200, plan), played(1_200, undefined)];
    expect(without).toMatchObject({ looks: 35 });
    expect(with_.looks).toBeLessThan(20);
    expect(with_.delay).toBeLessThan(30);
    // Before and long after that time it looks less often than usual.
    expect(plannedGap(plan, 300 * SECOND, DEFAULT_GAP)).toBeGreaterThan(2 * gapAt(300 * SECOND, DEFAULT_GAP));
    expect(plannedGap(plan, 1_150 * SECOND, DEFAULT_GAP)).toBeLessThan(gapAt(1_150 * SECOND, DEFAULT_GAP));
  });
});
