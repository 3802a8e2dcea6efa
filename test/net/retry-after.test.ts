import { describe, expect, test } from 'vitest';
import { parseHttpDate, retryAfterMs } from '../../lib/net/retry-after.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 28);
const DATE = 'Sun, 06 Nov 1994 08:49:00 GMT';

describe('Retry-After', () => {
  test.for([
    ['120', 120_000],
    ['0', 0],
    [' 7 ', 7_000],
    ['1.5', 1_500],
    ['0.0004', 1],
    ['86400', DAY],
    ['86401', DAY],
    ['999999999999', DAY],
    // The three forms of RFC 9110 section 5.6.7, each 37 s after the answer's own date.
    ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
    ['Sun Nov  6 08:49:37 1994', 37_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000, 'Sun Nov  6 08:49:00 1994'],
    ['Monday, 03-Jan-28 00:00:05 GMT', 5_000, 'Monday, 03-Jan-28 00:00:00 GMT'],
    ['Mon Nov 14 08:49:37 1994', DAY],
    ['Sun, 06 Nov 1994 08:48:00 GMT', 0],
    ['Tue, 08 Nov 1994 08:49:37 GMT', DAY],
    // Of two wishes the longer one counts, in whatever form each comes.
    ['5, 60', 60_000],
    ['60, 5', 60_000],
    ['5, Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT, 50', 50_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT, Sunday, 06-Nov-94 08:49:38 GMT', 38_000],
    ['soon, 5', 5_000],
    // The instant itself, where a span is due.
    ['784111777', DAY],
    ['1000000000', DAY],
    ['784111777000', 37_000],
    ['', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['Sun, 06 Foo 1994 08:49:37 GMT', undefined],
    ['1994-11-06T08:49:37Z', undefined],
  ] as const)('%j', ([value, ms, date = DATE]) => {
    expect(retryAfterMs({ headers: { date, 'retry-after': value } }, NOW)).toBe(ms);
  });

  test.for([
    ['a date', 'Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['a date that is past', 'Sun, 06 Nov 1994 08:48:37 GMT', 0],
    ['an instant in seconds, where a span is due', '1000000060', 60_000, Date.UTC(2001, 8, 9, 1, 46, 40)],
    ['an instant in milliseconds, where a span is due', '1795307690000', 90_000, 1_795_307_600_000],
    ['an instant that is past', '1795307690', 0, 1_795_307_700_000],
  ] as const)('%s counts from our clock where the answer has no date', ([, value, ms, now = Date.parse(DATE)]) => {
    expect(retryAfterMs({ headers: { 'retry-after': value } }, now)).toBe(ms);
    expect(retryAfterMs({ headers: { date: 'now', 'retry-after': value } }, now)).toBe(ms);
  });

  test('that is missing asks for nothing', () => {
    expect(retryAfterMs({ headers: {} }, NOW)).toBeUndefined();
  });
});

describe('a year of two digits', () => {
  test.for([
    ['26', '2020-06-01', 2026],
    ['70', '2020-06-01', 2070],
    ['71', '2020-06-01', 1971],
    ['99', '2020-06-01', 1999],
    ['00', '1999-06-01', 2000],
    ['49', '1999-06-01', 2049],
    ['50', '1999-06-01', 1950],
  ] as const)('%s, read in %s', ([digits, near, year]) => {
    const at = parseHttpDate(`Monday, 01-Jan-${digits} 00:00:00 GMT`, Date.parse(near));
    expect(new Date(at ?? Number.NaN).getUTCFullYear()).toBe(year);
  });
});
