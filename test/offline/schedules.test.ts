/** The local stack runs schedules when AWS would: the days on which the clocks change are named here with their instants. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronFault } from '../../lib/core/cron.ts';
import { nextRun, startSchedules } from '../../offline/schedules.ts';

const runs = (cron: string, timeZone: string, from: string, count: number): string[] => {
  const found: string[] = [];
  let at: Date | null = new Date(from);
  for (let i = 0; i < count && at; i += 1) {
    at = nextRun({ cron, timeZone }, at);
    if (at) found.push(at.toISOString().slice(0, 16));
  }
  return found;
};

describe('a schedule runs', () => {
  test.each<[cron: string, timeZone: string, from: string, at: string[]]>([
    ['5 2 * * ? *', 'Asia/Shanghai', '2026-11-28T00:00:00Z', ['2026-11-28T18:05', '2026-11-29T18:05']],
    ['0/15 8-9 ? * MON-FRI *', 'UTC', '2026-11-27T09:31:00Z', ['2026-11-27T09:45', '2026-11-30T08:00']],
    ['10/20 * * * ? *', 'UTC', '2026-11-27T09:31:00Z', ['2026-11-27T09:50', '2026-11-27T10:10']],
    ['0 0 L * ? *', 'UTC', '2026-02-01T00:00:00Z', ['2026-02-28T00:00', '2026-03-31T00:00']],
    ['0 0 LW * ? *', 'UTC', '2026-02-01T00:00:00Z', ['2026-02-27T00:00', '2026-03-31T00:00']],
    ['0 0 3W * ? *', 'UTC', '2026-01-01T00:00:00Z', ['2026-01-02T00:00', '2026-02-03T00:00']],
    ['0 0 ? * 1 *', 'UTC', '2026-11-27T00:00:00Z', ['2026-11-29T00:00', '2026-12-06T00:00']],
    ['0 0 ? * L *', 'UTC', '2026-11-27T00:00:00Z', ['2026-11-28T00:00', '2026-12-05T00:00']],
    ['0 0 ? * 6L *', 'UTC', '2026-11-01T00:00:00Z', ['2026-11-27T00:00', '2026-12-25T00:00']],
    ['0 0 ? * 3#2 *', 'UTC', '2026-11-01T00:00:00Z', ['2026-11-10T00:00', '2026-12-08T00:00']],
    ['0 0 1 JAN ? 2027', 'UTC', '2026-11-01T00:00:00Z', ['2027-01-01T00:00']],
  ])('%s in %s after %s', (cron, timeZone, from, at) => {
    expect(cronFault(cron)).toBeUndefined();
    expect(runs(cron, timeZone, from, 2)).toEqual(at);
  });
});

describe('where the clocks change', () => {
  // Berlin: on 2026-03-29 02:00 is followed by 03:00, on 2026-10-25 02:00 to 03:00 comes twice.
  test('a local time that does not exist is skipped', () => {
    expect(runs('30 2 * * ? *', 'Europe/Berlin', '2026-03-27T12:00:00Z', 2)).toEqual([
      '2026-03-28T01:30',
      '2026-03-30T00:30',
    ]);
    expect(runs('0/30 1-3 * * ? *', 'Europe/Berlin', '2026-03-28T23:00:00Z', 5)).toEqual([
      '2026-03-29T00:00',
      '2026-03-29T00:30',
      '2026-03-29T01:00',
      '2026-03-29T01:30',
      '2026-03-29T23:00',
    ]);
    expect(runs('30 2 * * ? *', 'America/New_York', '2026-03-08T00:00:00Z', 1)).toEqual(['2026-03-09T06:30']);
  });

  test('a local time that comes twice runs once', () => {
    expect(runs('30 2 * * ? *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(runs('0/30 1-3 * * ? *', 'Europe/Berlin', '2026-10-24T22:59:00Z', 7)).toEqual([
      '2026-10-24T23:00',
      '2026-10-24T23:30',
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
      '2026-10-26T00:00',
    ]);
    expect(runs('45 1 * * ? *', 'Australia/Lord_Howe', '2026-04-04T00:00:00Z', 2)).toEqual([
      '2026-04-04T14:45',
      '2026-04-05T15:15',
    ]);
  });
});

test('whatever the validator takes, the local stack can run', () => {
  const field = (from: number, to: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.array(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: 3 }).map((each) => each.join(',')),
      fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: 1, max: to })).map((both) => both.join('/')),
    );
  const days = fc.constantFrom('*', 'L', 'LW', '1', '15W', '1-7', '1/3');
  const weekdays = fc.constantFrom('*', 'L', '2#1', '6L', 'MON-FRI', '1,7', 'sun');
  const expressions = fc
    .tuple(field(0, 59), field(0, 23), days, field(1, 12), weekdays, fc.boolean())
    .map(([a, b, day, month, weekday, byDay]) =>
      [a, b, byDay ? day : '?', month, byDay ? '?' : weekday, '*'].join(' '),
    );
  fc.assert(
    fc.property(expressions, fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Shanghai'), (cron, timeZone) => {
      const from = new Date('2026-01-01T00:00:00Z');
      const at = nextRun({ cron, timeZone }, from);
      return cronFault(cron) === undefined && at !== null && at > from && at.getUTCSeconds() === 0;
    }),
    { numRuns: 100 },
  );
});

test('nothing is submitted after the end', () => {
  const submitted: string[] = [];
  const schedule = { name: 'a', cron: '* * * * ? *', timeZone: 'UTC', submission: {} };
  const end = startSchedules([schedule], async ({ name }) => void submitted.push(name));
  end();
  expect(submitted).toEqual([]);
});
