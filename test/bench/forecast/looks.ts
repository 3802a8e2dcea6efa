/** Schedules, played against the duration of one job. Times are in seconds; looks come at whole seconds, as messages do. */
import { binOf, endOf } from '../../../lib/core/forecast/ages.ts';
import { type Plan, plannedGap } from '../../../lib/core/forecast/plan.ts';
import { DEFAULT_GAP, type Gap, SECOND } from '../../../lib/core/schedule.ts';

/** Today's schedule, stretched as a whole: at factor 2 it is what opwatch does by default. */
export const stretched = (factor: number): Gap => {
  const by = factor / DEFAULT_GAP.factor;
  return { factor, minMs: DEFAULT_GAP.minMs * by, maxMs: DEFAULT_GAP.maxMs * by };
};

const gapAfter = (plan: Plan | undefined, age: number, gap: Gap): number =>
  Math.ceil(plannedGap(plan, age * SECOND, gap) / SECOND - 1e-9);

/** How many looks a job takes after the one on submission, and when the last of them sees its end. */
export type Looks = readonly [looks: number, seenAt: number];

export const plannedLooks = (duration: number, plan: Plan, gap: Gap): Looks => {
  let [age, looks] = [0, 0];
  while (age < duration) {
    const step = gapAfter(plan, age, gap);
    // Within a bin the gap stays the same. Long jobs have many such looks, which need not be made one by one.
    const steps = Math.max(Math.floor((Math.min(endOf(binOf(age)), duration) - age) / step), 1);
    age += steps * step;
    looks += steps;
  }
  return [looks, age];
};

/** The looks without a plan come at the same ages for every job: they are reckoned once, until the gap grows no more. */
export const createUsualLooks = (gap: Gap): ((duration: number) => Looks) => {
  const ages = [0];
  const last = (): number => ages.at(-1) ?? 0;
  const greatest = Math.ceil(gap.maxMs / SECOND);
  while (gapAfter(undefined, last(), gap) < greatest) ages.push(last() + gapAfter(undefined, last(), gap));
  return (duration) => {
    if (duration > last()) {
      const more = Math.ceil((duration - last()) / greatest);
      return [ages.length - 1 + more, last() + more * greatest];
    }
    let [low, high] = [0, ages.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ages[middle] ?? 0) < duration) low = middle + 1;
      else high = middle;
    }
    return [low, ages[low] ?? 0];
  };
};
