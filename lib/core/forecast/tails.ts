/**
 * Calculates how much an interval leaves out on each side. The past runs alone leave out too much or too little,
 * because the duration of a kind changes slowly. So each kind has a leeway. It grows or shrinks with each run that ends
 * outside or inside its interval. Pure.
 */

/** The least number of past runs for a forecast. */
export const RUNS_LEAST = 3;
/** The share of runs that an interval leaves out on each side: a tenth. So the interval covers 80 %. */
export const ETA_TAIL = 0.1;
/**
 * The maximum share of runs that an interval leaves out on one side. With a larger share, its end could come before its
 * beginning.
 */
const TAIL_MOST = 0.45;

/**
 * The correction of the two shares that an interval leaves out, as logarithms. `before` is for runs that end before the
 * interval, and `after` for runs that end after it.
 */
export type Leeway = { readonly before: number; readonly after: number };

export const [LEEWAY_LEAST, LEEWAY_MOST] = [-2, 1.4];
/** The step by which one run changes a leeway. */
const PACE = 0.1;

export const bounded = (leeway: number): number => Math.min(Math.max(leeway, LEEWAY_LEAST), LEEWAY_MOST);

/**
 * Returns the leeway after one more run. In the long run it stays the same if a tenth of the runs end outside the
 * interval on that side.
 */
export const moved = (leeway: number, hasLeft: boolean): number =>
  bounded(leeway + PACE * (ETA_TAIL - (hasLeft ? 1 : 0)));

/**
 * Returns the share of runs that an interval leaves out on one side. It is less than `tail` where few runs are known.
 */
export const tailOf = (tail: number, runs: number, leeway: number): number =>
  Math.min((tail * Math.exp(leeway) * runs) / (runs + 1), TAIL_MOST);
