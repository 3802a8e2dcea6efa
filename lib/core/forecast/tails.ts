/**
 * Calculates how much an interval leaves out on each side. The past runs alone leave out too much or too little,
 * because the duration of a kind changes slowly. So each kind has a leeway. It grows or shrinks with each run that ends
 * outside or inside its interval. Pure.
 */

/** With fewer past runs than this, there is no forecast. */
export const RUNS_LEAST = 3;
/** An interval of 80 % leaves out a tenth on each side. */
export const ETA_TAIL = 0.1;
/** The maximum that an interval leaves out on one side. With more, its end could come before its beginning. */
const TAIL_MOST = 0.45;

/** The factors by which the two tails are too large, as logarithms: `before` the interval, and `after` it. */
export type Leeway = { readonly before: number; readonly after: number };

export const [LEEWAY_LEAST, LEEWAY_MOST] = [-2, 1.4];
/** The speed at which a leeway changes. */
const PACE = 0.1;

export const bounded = (leeway: number): number => Math.min(Math.max(leeway, LEEWAY_LEAST), LEEWAY_MOST);

/**
 * Returns the leeway after one more run. In the long run it stays the same if a tenth of the runs end outside the
 * interval on that side.
 */
export const moved = (leeway: number, hasLeft: boolean): number =>
  bounded(leeway + PACE * (ETA_TAIL - (hasLeft ? 1 : 0)));

/** Returns the share to leave out on one side. It is less than `tail` where few runs are known. */
export const tailOf = (tail: number, runs: number, leeway: number): number =>
  Math.min((tail * Math.exp(leeway) * runs) / (runs + 1), TAIL_MOST);
