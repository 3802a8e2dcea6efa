/**
 * The bins into which a forecast sorts ages: three bins for each doubling of the age, from 2 s to 12 days. Ages are in
 * seconds. Pure.
 */

const PER_OCTAVE = 3;
const FIRST_END = 2 * 2 ** (1 / PER_OCTAVE);
export const BINS = 57;

/** The width of a bin on a log scale. Only the first bin is wider, because it begins at 0. */
export const LOG_WIDTH = Math.LN2 / PER_OCTAVE;

/** The beginning of each bin. The last entry is the point where the last bin would end. */
const EDGES: readonly number[] = Array.from({ length: BINS + 1 }, (_, i) => (i === 0 ? 0 : 2 * 2 ** (i / PER_OCTAVE)));

export const startOf = (bin: number): number => EDGES[bin] ?? 0;

/** Returns the end of a bin. The last bin has no end: all greater ages belong to it. */
export const endOf = (bin: number): number => (bin < BINS - 1 ? (EDGES[bin + 1] ?? 0) : Number.POSITIVE_INFINITY);

/**
 * Returns the seconds that an operation spends in a bin when it passes through the whole bin. The last bin has no end,
 * so its width comes from its place in the series.
 */
export const widthOf = (bin: number): number => (EDGES[bin + 1] ?? 0) - startOf(bin);

/** Returns the geometric middle of a bin. */
export const middleOf = (bin: number): number => 2 * 2 ** ((bin + 0.5) / PER_OCTAVE);

export const binOf = (age: number): number => {
  if (!(age >= FIRST_END)) return 0;
  const bin = Math.min(Math.floor(PER_OCTAVE * Math.log2(age / 2)), BINS - 1);
  // The logarithm is rounded. So an age near an edge may get the wrong bin.
  if (age >= endOf(bin)) return bin + 1;
  return age < startOf(bin) ? bin - 1 : bin;
};
