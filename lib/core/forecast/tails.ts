/**
 * How much an interval leaves out on each side. Past runs alone leave out too much or too little, because kinds of
 * operations drift. So each kind has a leeway, which follows what became of its intervals. Pure.
 */

/** Fewer past runs tell nothing. */
export const RUNS_LEAST = 3;
/** An interval of 80 % leaves out a tenth on each side. */
export const ETA_TAIL = 0.1;
/** No side leaves out so much that the interval targetLimiters round. */
const TAIL_MOST = 0.45;

/** By which factor the tails are larger than they should be, as logarithms: `before` the interval, and `after` it. */
export type Leeway = { readonly before: number; readonly after: number };

export const [LEEWAY_LEAST, LEEWAY_MOST] = [-2, 1.4];
/** How fast a leeway moves. */
const PACE = 0.1;

export const bounded = (leeway: number): number => Math.min(Math.max(leeway, LEEWAY_LEAST), LEEWAY_MOST);

/** The leeway after one more run. It stands still in the long run if a tenth of the runs leave the interval there. */
export const moved = (leeway: number, hasLeft: boolean): number =>
  bounded(leeway + PACE * (ETA_TAIL - (hasLeft ? 1 : 0)));

/** The share to leave out: less than `tail` where few runs are known. */
export const tailOf = (tail: number, runs: number, leeway: number): number =>
  Math.min((tail * Math.exp(leeway) * runs) / (runs + 1), TAIL_MOST);
