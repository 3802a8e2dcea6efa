/**
 * Says when an operation is late: when it takes longer than 95 % of the operations of its kind. Ages are in seconds.
 * Pure.
 */
import { outlivedBy } from './hazard.ts';
import type { Ended } from './history.ts';
import { RUNS_LEAST, tailOf } from './tails.ts';

const LATE_TAIL = 0.05;

/**
 * The number of past runs from which the 95th percentile is reliable. With fewer past runs, too many runs take longer
 * than the longest past run.
 */
const OWN_PERCENTILE = 20;

/**
 * The factor by which a run may have taken longer than its entry in the history says, because the history rounds ages.
 */
const INEXACT = 1.004;

/** Returns the least age that at most one of twenty runs passes. The present operation counts as one of the runs. */
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

/** Returns the age after which an operation is late. Returns undefined where few past runs are known. */
export const lateAfter = (ended: readonly Ended[], hazards: Float64Array): number | undefined => {
  if (ended.length < RUNS_LEAST) return undefined;
  if (ended.length >= OWN_PERCENTILE) return percentileOf(ended);
  return outlivedBy(tailOf(LATE_TAIL, ended.length, 0), hazards);
};
