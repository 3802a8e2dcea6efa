import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDurationMs, parseInstant } from '../../lib/core/time.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../samples.ts';

describe('durations', () => {
  test.each([
    ['PT30S', 30 * SECOND],
    ['PT5M', 5 * MINUTE],
    ['PT24H', DAY],
    ['P1D', DAY],
    ['P1W', 7 * DAY],
    ['P1DT2H3M4.5S', DAY + 2 * HOUR + 3 * MINUTE + 4_500],
    ['PT0.5H', 30 * MINUTE],
    ['PT0S', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  test.each([
    '',
    'P',
    'PT',
    'P1',
    '1D',
    'PT1',
    'P1Y',
    'P1M',
    'PT-5M',
    '-PT5M',
    'pt5m',
    'PT5M ',
    'PT1H2',
    'P1DT',
    `PT${'9'.repeat(80)}S`,
  ])('%j is none', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });
});

describe('instants', () => {
  test.each([
    ['2026-11-22T02:05:00Z', Date.UTC(2026, 10, 22, 2, 5)],
    ['2026-11-22T02:05Z', Date.UTC(2026, 10, 22, 2, 5)],
    ['2026-11-22T02:05:00.25Z', Date.UTC(2026, 10, 22, 2, 5, 0, 250)],
    ['2026-11-22T10:05:00+08:00', Date.UTC(2026, 10, 22, 2, 5)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2026-02-28T23:30:00-01:00', Date.UTC(2026, 2, 1, 0, 30)],
  ])('%s', (text, at) => {
    expect(parseInstant(text)).toBe(at);
  });

  test.each([
    '',
    'tomorrow',
    '2026-11-22',
    '2026-11-22T02:05:00',
    '2026-11-22 02:05:00Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-22T25:00:00Z',
    '2026-11-22T02:60:00Z',
    '1763777100000',
    'Sun, 22 Nov 2026 02:05:00 GMT',
  ])('%j is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test('read what Date writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          expect(parseInstant(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });
});
