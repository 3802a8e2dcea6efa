/** Writes instants for people, in their time zone. Pure. */
import * as v from 'valibot';
import { remembering } from '../../core/remembering.ts';

const isZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
};

/** A name of the IANA time zone database. */
export const TimeZone = v.pipe(
  v.string(),
  v.check(isZone, 'must be a time zone such as Asia/Shanghai, Europe/Berlin or UTC'),
);

/** The Swedish format is ISO 8601. The memory has room for all time zones. */
const formatIn = remembering(
  1_000,
  (timeZone) => new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }),
);

/** `2026-11-22 10:05:42 Asia/Shanghai`. Empty for a text that is no instant. */
export const clockIn = (instant: string, timeZone: string): string => {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return '';
  return `${formatIn(timeZone).format(at)} ${timeZone}`;
};
