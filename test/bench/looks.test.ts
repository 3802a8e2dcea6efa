/** Replays skip over looks of the same gap: they must say what looks made one by one say. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Plan, plannedGap, planOf, readPlan } from '../../lib/core/forecast/plan.ts';
import { type Gap, SECOND } from '../../lib/core/schedule.ts';
import { learned } from '../core/forecast/observations.ts';
import { createUsualLooks, plannedLooks, stretched } from './forecast/looks.ts';

const oneByOne = (duration: number, plan: Plan | undefined, gap: Gap): readonly [looks: number, seenAt: number] => {
  let [age, looks] = [0, 0];
  for (; age < duration; looks += 1) age += Math.ceil(plannedGap(plan, age * SECOND, gap) / SECOND - 1e-9);
  return [looks, age];
};

const duration = fc.oneof(
  fc.double({ min: 0, max: 500, noNaN: true }),
  fc.integer({ min: 0, max: 100_000 }),
  fc.integer({ min: 1_000_000, max: 1_100_000 }),
);

test.each([0.25, 2, 8])('at factor %d a job is looked at as often, and its end is seen as late', (factor) => {
  const gap = stretched(factor);
  const usualLooks = createUsualLooks(gap);
  fc.assert(
    fc.property(duration, learned, (seconds, known) => {
      const plan = readPlan(planOf(known));
      expect(usualLooks(seconds)).toEqual(oneByOne(seconds, undefined, gap));
      if (plan) expect(plannedLooks(seconds, plan, gap)).toEqual(oneByOne(seconds, plan, gap));
    }),
  );
});
