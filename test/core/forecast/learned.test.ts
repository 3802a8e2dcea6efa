import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { etaOf } from '../../../lib/core/forecast/eta.ts';
import { type Observation, tallyOf } from '../../../lib/core/forecast/history.ts';
import { decodeLearned, encodeLearned, learn } from '../../../lib/core/forecast/learned.ts';
import { planOf } from '../../../lib/core/forecast/plan.ts';
import { impossible, learned, learnedOf, NOTHING, observation, planFor, times } from './observations.ts';

const runsOf = (history: string): number => tallyOf(history).ended.length;
const agesOf = (history: string): number[] => tallyOf(history).ended.map(({ age }) => age);

describe('the item of a kind', () => {
  test('says the same after it has been written and read', () => {
    fc.assert(
      fc.property(learned, fc.double({ min: -2, max: 1.4, noNaN: true }), (known, leeway) => {
        const item = { ...known, before: leeway, after: -leeway / 2 };
        const read = decodeLearned(encodeLearned(item));
        expect(read.history).toBe(item.history);
        expect(read.before).toBeCloseTo(item.before, 2);
        expect(read.after).toBeCloseTo(item.after, 2);
        expect(encodeLearned(read)).toBe(encodeLearned(item));
      }),
    );
  });

  test('is 173 bytes at most, however many runs there are', () => {
    fc.assert(
      fc.property(learned, (item) => {
        expect(Buffer.byteLength(encodeLearned(item))).toBeLessThanOrEqual(173);
      }),
    );
    expect(encodeLearned(learnedOf(...times(500, 60)))).toHaveLength(173);
  });

  test.each([undefined, '', '2AAAA', '1', '1A', '1$$$$AAAA', 'null'])('counts as none where it is %j', (text) => {
    expect(decodeLearned(text)).toEqual(NOTHING);
  });

  test('does no harm whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), observation, (text, seen) => {
        const item = learn(decodeLearned(`1AAAA${text}`), seen, undefined);
        expect(encodeLearned(item).length).toBeLessThanOrEqual(173);
        expect(agesOf(item.history).every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test.each([
    [0, 1],
    [1, 1],
    [59, 59],
    [3_600, 3_600],
    [86_400, 86_400],
    [1e9, 1.33e6],
  ])('keeps a run of %d s as one of %d s, within a quarter of a percent', (seconds, kept) => {
    const [age = 0] = agesOf(learnedOf(seconds).history);
    expect(Math.abs(age / kept - 1)).toBeLessThan(0.0025);
  });
});

describe('what is learned', () => {
  test('holds the 84 newest runs', () => {
    const { history } = learnedOf(...times(40, 100), ...times(80, 10));
    expect(runsOf(history)).toBe(84);
    expect(agesOf(history).filter((age) => age > 50)).toHaveLength(4);
  });

  test('does not change by what cannot be', () => {
    fc.assert(
      fc.property(learned, impossible, (so, seen) => {
        expect(learn(so, seen, undefined)).toBe(so);
      }),
    );
  });

  test('never counts a run as ended that was stopped or lost, and keeps eight of those', () => {
    const lost: Observation = { longerThan: 7_200 };
    const flooded = times(300, 0).reduce((so) => learn(so, lost, undefined), learnedOf(...times(20, 60)));
    expect(runsOf(flooded.history)).toBe(20);
    expect(flooded.history.length).toBe(2 * 20 + 3 * 8);
    const alone = learn(NOTHING, lost, undefined);
    expect(planOf(alone)).toBeUndefined();
  });

  test('takes the lost runs as a sign that some take longer', () => {
    const known = learnedOf(...times(12, 60));
    const lost = times(4, 0).reduce((so) => learn(so, { longerThan: 600 }, undefined), known);
    expect(etaOf(planFor(known))?.to).toBeLessThan(100);
    expect(etaOf(planFor(lost))?.to).toBeGreaterThan(600);
  });

  test('counts a run whose end nobody saw in all bins in which it may have ended', () => {
    const { ends } = tallyOf(learn(NOTHING, { endedBetween: [65, 160] }, undefined).history);
    const filled = [...ends].filter((weight) => weight > 0);
    expect(filled).toEqual([3, 3, 3, 3].map((weight) => weight / 4));
  });

  test('depends little on the order of two runs: which of them came first is all that differs', () => {
    fc.assert(
      fc.property(learned, observation, observation, (so, a, b) => {
        const [one, other] = [
          [a, b],
          [b, a],
        ].map((pair) => pair.reduce((to, each) => learn(to, each, undefined), so));
        if (!one || !other) throw new Error('two orders have two results');
        expect([...agesOf(one.history)].sort()).toEqual([...agesOf(other.history)].sort());
        expect(one.history.length).toBe(other.history.length);
      }),
    );
  });

  test('follows a kind that has changed: ten runs of the new length outweigh fifty of the old', () => {
    const eta = etaOf(planFor(learnedOf(...times(50, 60), ...times(10, 900))));
    expect(eta?.to).toBeGreaterThan(800);
    const back = etaOf(planFor(learnedOf(...times(50, 900), ...times(40, 60))));
    expect(back?.from).toBeLessThan(80);
  });

  test.each([
    ['too early', 1, 'before'],
    ['too late', 1e5, 'after'],
  ] as const)('leaves out less on that side after a run that ended %s', (_, endedAfter, side) => {
    const known = learnedOf(...times(10, 600));
    const next = learn(known, { endedAfter }, planFor(known));
    expect(next[side]).toBeCloseTo(-0.09);
    expect(next[side === 'before' ? 'after' : 'before']).toBeCloseTo(0.01);
  });

  test('has a leeway with bounds', () => {
    const known = learnedOf(...times(10, 600));
    const plan = planFor(known);
    const early = times(200, 1).reduce((so, endedAfter) => learn(so, { endedAfter }, plan), known);
    expect([early.before, early.after]).toEqual([-2, 1.4]);
  });
});
