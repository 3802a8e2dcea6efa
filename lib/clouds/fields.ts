/** Reads JSON of unknown quality. A value of an unexpected kind counts as missing. */

import { saysNothing } from '../core/text.ts';

export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the members of a JSON object. Any other value has none. */
export const fields = (value: unknown): Fields => (isFields(value) ? value : {});

/** Returns the object in a JSON text. Undefined for every other text. */
export const parseFields = (json: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

export const list = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

/** Returns a text that has a meaning. Undefined for blanks and for empty JSON (`[]`, `{}`, `null`). */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && !saysNothing(value) ? value : undefined;

const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/**
 * Returns `word` without the ASCII blanks around it. It uses a loop, because a regular expression for the end would
 * test every blank inside.
 */
export const trimmed = (word: string): string => {
  let start = 0;
  let end = word.length;
  while (start < end && isBlank(word.charCodeAt(start))) start += 1;
  while (end > start && isBlank(word.charCodeAt(end - 1))) end -= 1;
  return word.slice(start, end);
};

/** Turns ASCII letters into capitals. Unicode's rules would turn `ſuccess` into SUCCESS. */
export const capitals = (word: string): string => word.replace(/[a-z]/g, (letter) => letter.toUpperCase());

/** Returns an error code as text. The clouds write codes as text or as numbers. */
export const code = (value: unknown): string | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? String(value) : text(value);

/** Reads a number, or a text that holds one in decimal digits. */
const number = (value: unknown): number | undefined => {
  const read = typeof value === 'string' && /^\d{1,20}(\.\d{1,9})?$/.test(trimmed(value)) ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
};

/** Reads a whole number from 0 on, written as a number or as digits. */
export const count = (value: unknown): number | undefined => {
  const read = number(value);
  return read !== undefined && Number.isSafeInteger(read) && read >= 0 ? read : undefined;
};

const EARLIEST_AT = Date.UTC(2009, 0, 1);
const LATEST_AT = Date.UTC(2100, 0, 1);

/**
 * The milliseconds in a second, a millisecond, a microsecond and a nanosecond. For times from 2009 to 2100 the size of
 * a number shows its unit.
 */
const UNITS_MS = [1_000, 1, 1e-3, 1e-6];

const ISO_WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/**
 * Reads an instant between 2009 and 2100, as epoch ms. It accepts ISO 8601 with a zone, and a number or digits in s,
 * ms, µs or ns. The size of the number shows its unit. Every other value gives undefined. Clouds write 0 for "not yet",
 * and a time without a zone does not name one certain instant.
 */
export const instant = (value: unknown): number | undefined => {
  const read = number(value);
  const iso = typeof value === 'string' && ISO_WITH_ZONE.test(value) ? [Date.parse(value)] : [];
  const readings = read === undefined ? iso : UNITS_MS.map((ms) => read * ms);
  const at = readings.find((ms) => ms >= EARLIEST_AT && ms < LATEST_AT);
  return at === undefined ? undefined : Math.round(at);
};

/** Reads `20%` or `100.00%` as a number from 0 to 100. */
export const percent = (value: unknown): number | undefined => {
  const digits = typeof value === 'string' ? /^(\d{1,3}(?:\.\d+)?)%$/.exec(value.trim())?.[1] : undefined;
  const number = Number(digits);
  return digits !== undefined && number <= 100 ? number : undefined;
};

type WithoutUndefined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Returns the members that have a value. */
export const given = <T extends object>(members: T): WithoutUndefined<T> => {
  const some: Partial<T> = {};
  for (const name in members) if (members[name] !== undefined) some[name] = members[name];
  return some as WithoutUndefined<T>;
};
