/** With how many cases a property is tried: test/run.ts says so; vitest by itself tries few. */
export const CASES = Number(process.env.FC_RUNS ?? 200);

const ENOUGH_OF_EACH = 2_000;

/**
 * With how many cases one of several adapters is tried that share a property. Beyond 2,000 of each it is the property that
 * has as many as any other, shared among its adapters.
 */
export const casesAmong = (adapters: number): number =>
  Math.max(Math.min(CASES, ENOUGH_OF_EACH), Math.ceil(CASES / adapters));

const CASES_SLOW = 100_000;

/** With how many runs of the simulator: as many where every property has 100,000 cases, else the same share of them. */
export const runsAmongCases = (runs: number): number => Math.ceil(runs * Math.min(CASES / CASES_SLOW, 1));
