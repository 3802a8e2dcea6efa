/** When a server asks to be left alone: `Retry-After`, RFC 9110 section 10.2.3. Pure. */
import type { HttpAnswer } from './http.ts';
import { DAY } from './schedule.ts';

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

const MID_CENTURY = Date.UTC(2050, 0);

/**
 * How long to wait from now, ms, at most a day; undefined when the answer asks for nothing one can read.
 * A date counts from the answer's own `Date`, so that neither clock has to be right; without one it says nothing.
 */
export const retryAfterMs = ({ headers }: Pick<HttpAnswer, 'headers'>): number | undefined => {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,12}(\.\d{1,9})?$/.test(value)) return Math.min(Math.ceil(Number(value) * 1_000), DAY);
  const now = parseHttpDate(headers.date?.trim() ?? '', MID_CENTURY);
  const at = now === undefined ? undefined : parseHttpDate(value, now);
  return now === undefined || at === undefined ? undefined : Math.min(Math.max(at - now, 0), DAY);
};
