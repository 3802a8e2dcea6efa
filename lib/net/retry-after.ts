/** When a server asks to be left alone: `Retry-After`, RFC 9110 section 10.2.3. Pure. */

import { DAY } from '../core/schedule.ts';
import type { HttpAnswer } from './http.ts';

/** The three forms of an HTTP date, RFC 9110 section 5.6.7: today's, RFC 850's and that of C's asctime. */
const FORMS = [
  /^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/,
  /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/,
];

/** An HTTP date as epoch ms, or undefined. A year of two digits is the last such up to 50 years after `near`. */
export const parseHttpDate = (text: string, near: number): number | undefined => {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return undefined;
  const { day = '', month, year = '', time } = parts;
  const last = new Date(near).getUTCFullYear() + 50;
  const full = year.length === 4 ? year : last - ((last - Number(year)) % 100);
  const at = Date.parse(`${day.trim()} ${month} ${full} ${time} GMT`);
  return Number.isNaN(at) ? undefined : at;
};

/** A number this large is no span, which would be 31 years: it is an instant, in seconds or, if larger still, milliseconds. */
export const INSTANT_MIN = 1e9;
const INSTANT_MS_MIN = 1e11;

/** A number as receivers put it where a wait is due, in ms, at most a day: seconds, or by mistake the instant itself. */
export const spanMs = (seconds: number, now: number): number => {
  if (seconds < INSTANT_MIN) return Math.min(Math.ceil(seconds * 1_000), DAY);
  const at = seconds < INSTANT_MS_MIN ? seconds * 1_000 : seconds;
  return Math.min(Math.max(Math.ceil(at - now), 0), DAY);
};

/** The parts of a header that came more than once; the comma inside a date parts nothing. */
const PARTS = /,(?!\s*\d{2}[ -][A-Z][a-z]{2}[ -])/;

/** The values of a Retry-After, one for each time that it came. */
export const waitsIn = ({ headers }: Pick<HttpAnswer, 'headers'>): string[] =>
  (headers['retry-after'] ?? '').split(PARTS).map((part) => part.trim());

/**
 * How long to wait from now, ms, at most a day; undefined when the answer asks for nothing one can read. Of several wishes
 * the longest counts. A date counts from the answer's own `Date`, so that neither clock has to be right; without one it
 * counts from `now` (epoch ms), as does a number that can only be an instant.
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
