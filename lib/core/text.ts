/** Text from outside, made safe to keep and to show: bounded in bytes, cut on UTF-8 edges, without control characters. */

const encoder = new TextEncoder();

/** Control characters (newline and tab excepted), lone surrogates, and marks that turn the reading direction around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNFIT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

export const byteLength = (text: string): number => Buffer.byteLength(text);

/** The longest beginning of `text` that fits `maxBytes` of UTF-8, marked with an ellipsis where anything was cut. */
export const cutBytes = (text: string, maxBytes: number): string => {
  if (byteLength(text) <= maxBytes) return text;
  const room = maxBytes - 3;
  const target = new Uint8Array(Math.max(room, 0));
  const { read } = encoder.encodeInto(text, target);
  return `${text.slice(0, read)}…`;
};

/** `text` as one may keep and show it: well-formed, without control and direction marks, at most `maxBytes` of UTF-8. */
export const plain = (text: string, maxBytes: number): string =>
  cutBytes(text.toWellFormed().replace(UNFIT, ' '), maxBytes);

/** No text that means nothing is longer, and parsing a longer one is not worth it. */
const NOTHING_MAX = 1_024;

const isNothing = (value: unknown): boolean =>
  value === null ||
  (typeof value === 'string' && saysNothing(value)) ||
  (typeof value === 'object' && Object.values(value).every(isNothing));

/** Whether a text says nothing: blanks, or the JSON of nothing (`[]`, `{}`, `null`, `" "`, `[null]`). */
export const saysNothing = (text: string): boolean => {
  if (text.trim() === '') return true;
  if (text.length > NOTHING_MAX || !/^[[{"n]/.test(text.trim())) return false;
  try {
    return isNothing(JSON.parse(text));
  } catch {
    return false;
  }
};
