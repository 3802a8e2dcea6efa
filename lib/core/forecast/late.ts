/** When an operation is late: when it takes longer than 95 % of its kind. Ages are in seconds. Pure. */
import { outlivedBy } from './hazard.ts';
import type { Ended } from './history.ts';
import { RUNS_LEAST, tailOf } from './tails.ts';

const LATE_TAIL = 0.05;

/** Fewer past runs have no 95th percentile of their own: the longest of them is passed too often. */
const OWN_PERCENTILE = 20;

/** The text of a history may say that a run took a little less than it did. */
const INEXACT = 1.004;

/** The least age that at most one of twenty runs passes, the operation itself reckoned among them. */
const percentileOf = (ended: readonly Ended[]): number => {
  const passing = LATE_TAIL * ended.reduce((sum, { weight }) => sum + weight, 1);
  let limit = Number.POSITIVE_INFINITY;
  let longer = 1;
  for (const { age, weight } of ended.toSorted((a, b) => b.age - a.age)) {
    if (longer > passing && limit < Number.POSITIVE_INFINITY) break;
    limit = age;
    longer += weight;
  }
  return limit * INEXACT;
};

/** The age beyond which an operation is late; none where few past runs are known. */
export const lateAfter = (ended: readonly Ended[], hazards: Float64Array): number | undefined => {
  if (ended.length < RUNS_LEAST) return undefined;
  if (ended.length >= OWN_PERCENTILE) return percentileOf(ended);
  return outlivedBy(tailOf(LATE_TAIL, ended.length, 0), hazards);
};
