/** Reads `Retry-After`, RFC 9110 section 10.2.3. Pure. */

import { DAY } from '../core/schedule.ts';
import type { HttpAnswer } from './http.ts';

/**
 * The three forms of an HTTP date, RFC 9110 section 5.6.7: the present one, that of RFC 850, and that of C's asctime.
 */
const FORMS = [
  /^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/,
];

/**
 * Returns an HTTP date as epoch ms, or undefined. A year of two digits means the last such year up to 50 years after
 * `near`.
 */
export const parseHttpDate = (text: string, near: number): number | undefined => {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return undefined;
  const { day = '', month, year = '', time } = parts;
  const last = new Date(near).getUTCFullYear() + 50;
  const full = year.length === 4 ? year : last - ((last - Number(year)) % 100);
  const at = Date.parse(`${day.trim()} ${month} ${full} ${time} GMT`);
  return Number.isNaN(at) ? undefined : at;
};

/**
 * A number this large is no duration, because it would be 31 years. It is an instant in seconds, or, if larger still,
 * in milliseconds.
 */
export const INSTANT_MIN = 1e9;
const INSTANT_MS_MIN = 1e11;

/**
 * Returns the wait that a number means, in ms, a day at most. Some receivers put the instant there instead of the
 * seconds.
 */
export const spanMs = (seconds: number, now: number): number => {
  if (seconds < INSTANT_MIN) return Math.min(Math.ceil(seconds * 1_000), DAY);
  const at = seconds < INSTANT_MS_MIN ? seconds * 1_000 : seconds;
  return Math.min(Math.max(Math.ceil(at - now), 0), DAY);
};

/** Splits a header that came several times. The comma inside a date splits nothing. */
const PARTS = /,(?!\s*\d{2}[ -][A-Z][a-z]{2}[ -])/;

/** Returns the values of Retry-After, one for each time that it came. */
export const waitsIn = ({ headers }: Pick<HttpAnswer, 'headers'>): string[] =>
  (headers['retry-after'] ?? '').split(PARTS).map((part) => part.trim());

/**
 * Returns the wait from now in ms, a day at most, or undefined when the answer asks for none. The longest of several
 * waits counts. A date counts from the answer's own `Date`, so that neither clock has to be right. Without `Date` it
 * counts from `now` (epoch ms). So does a number that can only be an instant.
 */
export const retryAfterMs = ({ headers }: Pick<HttpAnswer, 'headers'>, now: number): number | undefined => {
  const clock = parseHttpDate(headers.date?.trim() ?? '', now) ?? now;
  const waits = waitsIn({ headers }).flatMap((value) => {
    if (/^\d{1,15}(\.\d{1,9})?$/.test(value)) return [spanMs(Number(value), clock)];
    const at = parseHttpDate(value, clock);
    return at === undefined ? [] : [Math.min(Math.max(at - clock, 0), DAY)];
  });
  return waits.length > 0 ? Math.max(...waits) : undefined;
};
