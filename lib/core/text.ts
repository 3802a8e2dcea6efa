/**
 * Makes text from outside safe to save and to show: bounded in bytes, cut between characters, without control
 * characters.
 */

const encoder = new TextEncoder();

/** Control characters (newline and tab excepted), lone surrogates, and marks that turn the reading direction around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNFIT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

export const byteLength = (text: string): number => Buffer.byteLength(text);

/** Returns the longest beginning of `text` that fits into `maxBytes` of UTF-8. An ellipsis marks a cut. */
export const cutBytes = (text: string, maxBytes: number): string => {
  if (byteLength(text) <= maxBytes) return text;
  const room = maxBytes - 3;
  const target = new Uint8Array(Math.max(room, 0));
  const { read } = encoder.encodeInto(text, target);
  return `${text.slice(0, read)}…`;
};

/**
 * Returns `text` in a form that is safe to save and show: well-formed, without control and direction marks, at most
 * `maxBytes` of UTF-8.
 */
export const plain = (text: string, maxBytes: number): string =>
  cutBytes(text.toWellFormed().replace(UNFIT, ' '), maxBytes);

/** An empty text is never longer than this, and parsing a longer text is not worth the time. */
const NOTHING_MAX = 1_024;

const isNothing = (value: unknown): boolean =>
  value === null ||
  (typeof value === 'string' && saysNothing(value)) ||
  (typeof value === 'object' && Object.values(value).every(isNothing));

/** Answers whether a text says nothing: only blanks, or empty JSON (`[]`, `{}`, `null`, `" "`, `[null]`). */
export const saysNothing = (text: string): boolean => {
  if (text.trim() === '') return true;
  if (text.length > NOTHING_MAX || !/^[[{"n]/.test(text.trim())) return false;
  try {
    return isNothing(JSON.parse(text));
  } catch {
    return false;
  }
};
