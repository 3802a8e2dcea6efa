/** Seeded chance: one seed, one sequence, on every machine. */

export type Rng = {
  /** In [0, 1). */
  readonly next: () => number;
  readonly is: (probability: number) => boolean;
  /** A whole number from 0 to `n` - 1. */
  readonly below: (n: number) => number;
  readonly between: (from: number, to: number) => number;
  /** Between `from` and `to` with every order of magnitude as likely as the next. */
  readonly spread: (from: number, to: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
};

/**
 * sfc32 (Chris Doty-Humphrey, PractRand): small, fast, and good enough that neighboring seeds share nothing. A seed is a
 * safe integer; each `stream` of it is another sequence.
 */
export const createRng = (seed: number, stream = 0): Rng => {
  // All 53 bits of a seed count, those beyond the lower 32 as well.
  let a = 0x9e3779b9 ^ Math.floor(seed / 2 ** 32);
  let b = 0x243f6a88;
  let c = seed ^ stream;
  let counter = 1;
  const step = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i += 1) step();

  const next = () => step() / 2 ** 32;
  const below = (n: number) => Math.floor(next() * n);
  return {
    next,
    below,
    is: (probability) => probability > 0 && next() < probability,
    between: (from, to) => from + next() * (to - from),
    spread: (from, to) => from * (to / from) ** next(),
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new Error('nothing to pick from');
      return list[below(list.length)] as T;
    },
  };
};
