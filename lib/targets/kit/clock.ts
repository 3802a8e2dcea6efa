/** Instants as people read them, in the time zone of those who do. Pure. */
import * as v from 'valibot';

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

/** `2026-11-22 10:05:42 Asia/Shanghai`; nothing for what is no instant. */
export const clockIn = (instant: string, timeZone: string): string => {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return '';
  // Swedes write dates as ISO 8601 does.
  const time = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }).format(at);
  return `${time} ${timeZone}`;
};
