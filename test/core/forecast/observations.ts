/** Runs for the tests of the forecast: sensible ones, and ones that cannot be. */
import fc from 'fast-check';
import type { Learned, Observation } from '../../../lib/core/forecast/history.ts';
import { encodeLearned, learn } from '../../../lib/core/forecast/learned.ts';
import { type Plan, planOf, readPlan } from '../../../lib/core/forecast/plan.ts';

export const NOTHING: Learned = { history: '', before: 0, after: 0 };

/** Returns the knowledge from runs that took so many seconds. */
export const learnedOf = (...seconds: readonly number[]): Learned =>
  seconds.reduce((learned, endedAfter) => learn(learned, { endedAfter }, undefined), NOTHING);

export const times = (count: number, seconds: number): number[] => Array(count).fill(seconds);

export const planFor = (learned: Learned): Plan => {
  const plan = readPlan(planOf(learned));
  if (!plan) throw new Error(`no plan comes of ${encodeLearned(learned)}`);
  return plan;
};

const age = fc.double({ min: 0, max: 2e6, noNaN: true });

export const observation: fc.Arbitrary<Observation> = fc.oneof(
  { weight: 3, arbitrary: age.map((endedAfter) => ({ endedAfter })) },
  fc.tuple(age, age).map(([a, b]) => ({ endedBetween: [Math.min(a, b), Math.max(a, b)] as const })),
  age.map((longerThan) => ({ longerThan })),
);

const noAge = fc.constantFrom(Number.NaN, -1, -0.001, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);

export const impossible: fc.Arbitrary<Observation> = fc.oneof(
  noAge.map((endedAfter) => ({ endedAfter })),
  noAge.map((longerThan) => ({ longerThan })),
  fc.tuple(noAge, age).map(([a, b]) => ({ endedBetween: [a, b] as const })),
  fc.tuple(age, noAge).map(([a, b]) => ({ endedBetween: [a, b] as const })),
  age.map((a) => ({ endedBetween: [a + 1, a] as const })),
);

/** Returns the knowledge from any runs, without plans. */
export const learned: fc.Arbitrary<Learned> = fc
  .array(observation, { maxLength: 120 })
  .map((all) => all.reduce((so, each) => learn(so, each, undefined), NOTHING));
