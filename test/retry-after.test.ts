import { describe, expect, test } from 'vitest';
import { parseHttpDate, retryAfterMs } from '../lib/retry-after.ts';

const DAY = 86_400_000;
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
    ['', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['Sun, 06 Foo 1994 08:49:37 GMT', undefined],
    ['1994-11-06T08:49:37Z', undefined],
  ] as const)('%j', ([value, ms, date = DATE]) => {
    expect(retryAfterMs({ headers: { date, 'retry-after': value } })).toBe(ms);
  });

  test('as a date counts by the clock it was written by, so it says nothing without one', () => {
    const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
    expect(retryAfterMs({ headers: { 'retry-after': date } })).toBeUndefined();
    expect(retryAfterMs({ headers: { date: 'now', 'retry-after': date } })).toBeUndefined();
    expect(retryAfterMs({ headers: {} })).toBeUndefined();
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
