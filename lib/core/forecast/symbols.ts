/**
 * Writes numbers as text in base 64. Each digit is one character. JSON and every store keep such a character as one
 * byte. Pure.
 */

const SYMBOLS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BASE = SYMBOLS.length;
const VALUES: ReadonlyMap<string, number> = new Map([...SYMBOLS].map((symbol, value) => [symbol, value]));

/**
 * Writes `value` as a whole number with `length` digits. A value outside the range becomes the nearest value in the
 * range.
 */
export const toSymbols = (value: number, length = 1): string => {
  let rest = Math.min(Math.max(Math.round(value) || 0, 0), BASE ** length - 1);
  let text = '';
  for (let i = 0; i < length; i += 1) {
    text = SYMBOLS.charAt(rest % BASE) + text;
    rest = Math.floor(rest / BASE);
  }
  return text;
};

/** Reads the number with `length` digits at the position `at`. Returns NaN where other characters stand there. */
export const fromSymbols = (text: string, at: number, length = 1): number => {
  let value = 0;
  for (let i = at; i < at + length; i += 1) value = value * BASE + (VALUES.get(text.charAt(i)) ?? Number.NaN);
  return value;
};

/**
 * The number of characters of an age. The scale is logarithmic and covers 1 s to 15 days, with an error of at most a
 * fifth of a percent.
 */
export const AGE_LENGTH = 2;
const STEPS_PER_OCTAVE = 195;
/** The first character of an age is never one of the last two digits. So these digits can mark something else. */
const AGE_STEPS = 62 * BASE;
export const [FIRST_MARK, SECOND_MARK] = [SYMBOLS.charAt(62), SYMBOLS.charAt(63)];

export const ageToSymbols = (age: number): string =>
  toSymbols(Math.min(STEPS_PER_OCTAVE * Math.log2(Math.max(age, 1)), AGE_STEPS - 1), AGE_LENGTH);

/** Reads an age. Returns NaN where the text has no age. */
export const ageFromSymbols = (text: string, at: number): number => {
  const steps = fromSymbols(text, at, AGE_LENGTH);
  return steps < AGE_STEPS ? 2 ** (steps / STEPS_PER_OCTAVE) : Number.NaN;
};
