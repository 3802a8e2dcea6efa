/**
 * Reads and compares times that tell one run from another. A cloud writes them with a zone or, equally often, without.
 */
import { instant, trimmed } from './fields.ts';

export type Stamp = {
  /** The time in one fixed spelling, so that equal times have equal texts. */
  readonly text: string;
  /** The time as epoch ms. Missing when the cloud does not name the zone. */
  readonly at?: number;
  /**
   * Epoch ms as if the zone were UTC, when the cloud names no zone. It orders such times among themselves. It is no
   * real instant.
   */
  readonly wall?: number;
};

const HOUR_MS = 60 * 60_000;
/** The clocks of the world are between 12 h behind UTC and 14 h ahead of it. */
const BEHIND_UTC_MS = 12 * HOUR_MS;

const WALL = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?$/;

/** Reads `2025-05-19 09:06:18.0`, ISO 8601 with a zone, or epoch digits. Any other text equals only itself. */
export const stampOf = (value: unknown): Stamp | undefined => {
  const text = typeof value === 'string' ? trimmed(value) : value;
  const at = instant(typeof text === 'string' ? text.replace(/^(\d{4}-\d\d-\d\d) /, '$1T') : text);
  if (at !== undefined) return { text: new Date(at).toISOString(), at };
  if (typeof text !== 'string' || text === '') return undefined;
  const [, date, time, fraction = ''] = WALL.exec(text) ?? [];
  const wall = Date.parse(`${date}T${time}${fraction}Z`);
  return Number.isNaN(wall) ? { text } : { text: `${date} ${time}${String(Number(`0${fraction}`)).slice(1)}`, wall };
};

/** Answers whether `a` lies before or after `b`. Undefined when the two times cannot be compared. */
export const orderOf = (a: Stamp, b: Stamp): 'before' | 'same' | 'after' | undefined => {
  if (a.text === b.text) return 'same';
  const [first, second] = a.at !== undefined && b.at !== undefined ? [a.at, b.at] : [a.wall, b.wall];
  if (first === undefined || second === undefined || first === second) return undefined;
  return first < second ? 'before' : 'after';
};

/** Answers whether a stamp lies before `moment` (epoch ms) in every time zone. */
export const isSurelyBefore = ({ at, wall }: Stamp, moment: number): boolean => {
  const latest = at ?? (wall === undefined ? Number.POSITIVE_INFINITY : wall + BEHIND_UTC_MS);
  return latest < moment;
};

/** The zones that a cloud in China is likely to use: its own (UTC+8) and UTC. No page says which one it uses. */
const LIKELY_ZONES_MS = [8 * HOUR_MS, 0];
/** The tolerance for a time in whole seconds from another clock. */
const COARSE_MS = 60_000;

/**
 * Answers whether a stamp without a zone lies between `from` and `to` (epoch ms) in one of the likely zones. A positive
 * answer is a hint and no proof.
 */
export const fitsIn = ({ wall }: Stamp, from: number, to: number): boolean =>
  wall !== undefined && LIKELY_ZONES_MS.some((zone) => wall - zone >= from && wall - zone <= to + COARSE_MS);
