import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronFault } from '../../lib/core/cron.ts';

describe('a cron expression that AWS takes', () => {
  // The examples of AWS's own pages, and one of each wildcard.
  test.each([
    '0 10 * * ? *',
    '15 12 * * ? *',
    '0 18 ? * MON-FRI *',
    '0 8 1 * ? *',
    '0/15 * * * ? *',
    '0/10 * ? * MON-FRI *',
    '0/5 8-17 ? * MON-FRI *',
    '0/30 20-2 * * ? *'.replace('20-2', '20-23'),
    '15 10 ? * 6L 2022-2023',
    '0 9 ? * 2#1 *',
    '0 9 ? * TUE#3 *',
    '5 2 L * ? *',
    '5 2 LW * ? *',
    '5 2 3W * ? *',
    '5 2 ? * L *',
    '5 2 1-15 JAN,feb,3 ? 1970-2199',
    '1/10 0,12 */2 1/3 ? 2026/2',
    '0 0 29 2 ? *',
    '  5  2 * * ?   * ',
  ])('%s', (text) => expect(cronFault(text)).toBeUndefined());
});

describe('one that it refuses is told with the field and what would do', () => {
  const FIELD = {
    minutes: 'minutes must be of 0-59 with , - * /',
    hours: 'hours must be of 0-23 with , - * /',
    day: 'day-of-month must be of 1-31 with , - * ? L W /',
    month: 'month must be of 1-12 or JAN-DEC with , - * /',
    weekday: 'day-of-week must be of 1-7 or SUN-SAT with , - * ? L #',
    year: 'year must be of 1970-2199 with , - * /',
  };
  test.each([
    ['60 2 * * ? *', FIELD.minutes],
    ['-1 2 * * ? *', FIELD.minutes],
    ['*/0 2 * * ? *', FIELD.minutes],
    ['5/60 2 * * ? *', FIELD.minutes],
    ['30-10 2 * * ? *', FIELD.minutes],
    ['*,5 2 * * ? *', FIELD.minutes],
    ['1.5 2 * * ? *', FIELD.minutes],
    ['? 2 * * ? *', FIELD.minutes],
    ['5 24 * * ? *', FIELD.hours],
    ['5 2 0 * ? *', FIELD.day],
    ['5 2 32 * ? *', FIELD.day],
    ['5 2 1,L * ? *', FIELD.day],
    ['5 2 2#1 * ? *', FIELD.day],
    ['5 2 * 13 ? *', FIELD.month],
    ['5 2 * JANUARY ? *', FIELD.month],
    ['5 2 ? * 0 *', FIELD.weekday],
    ['5 2 ? * 8 *', FIELD.weekday],
    ['5 2 ? * 2/2 *', FIELD.weekday],
    ['5 2 ? * 3W *', FIELD.weekday],
    ['5 2 ? * 3#1,6#3 *', FIELD.weekday],
    ['5 2 ? * 3#6 *', FIELD.weekday],
    ['5 2 * * ? 1969', FIELD.year],
    ['61 25 * * ? *', `${FIELD.minutes}; ${FIELD.hours}`],
    [
      '5 2 * * *',
      'must have six fields and not 5: minutes, hours, day-of-month, month, day-of-week, year (such as 5 2 * * ? *)',
    ],
    [
      '',
      'must have six fields and not 1: minutes, hours, day-of-month, month, day-of-week, year (such as 5 2 * * ? *)',
    ],
    ['cron(5 2 * * ? *)', 'must be the six fields alone, such as 5 2 * * ? *'],
    ['rate(1 day)', 'must be the six fields alone, such as 5 2 * * ? *'],
    ['5 2 * * * *', 'must have ? in one of day-of-month and day-of-week, and a value or * in the other'],
    ['5 2 1 * MON *', 'must have ? in one of day-of-month and day-of-week, and a value or * in the other'],
    ['5 2 ? * ? *', 'must have ? in one of day-of-month and day-of-week, and a value or * in the other'],
    ['5 2 31 FEB,4 ? *', 'must name a day that one of its months has'],
  ])('%s', (text, fault) => expect(cronFault(text)).toBe(fault));
});

describe('any expression', () => {
  const WORDS = [
    [],
    [],
    [],
    'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' '),
    'SUN MON TUE WED THU FRI SAT'.split(' '),
    [],
  ];
  const BOUNDS = [
    [0, 59],
    [0, 23],
    [1, 28],
    [1, 12],
    [1, 7],
    [1970, 2199],
  ] as const;
  const field = (i: number) => {
    const [from, to] = BOUNDS[i] ?? [0, 0];
    const value = fc.oneof(
      fc.integer({ min: from, max: to }).map(String),
      fc.constantFrom(...(WORDS[i]?.length ? WORDS[i] : [String(from)])),
    );
    const range = fc
      .tuple(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: to }))
      .map((ends) => ends.toSorted((a, b) => a - b).join('-'));
    const step = fc.tuple(fc.oneof(value, range, fc.constant('*')), fc.integer({ min: 1, max: to }));
    const parts = fc.oneof(value, range, ...(i === 4 ? [] : [step.map((both) => both.join('/'))]));
    return fc.oneof(
      fc.constant('*'),
      fc.array(parts, { minLength: 1, maxLength: 4 }).map((each) => each.join(',')),
    );
  };
  const expression = fc
    .tuple(field(0), field(1), field(2), field(3), field(4), field(5), fc.boolean())
    .map(([a, b, day, month, weekday, year, byDay]) => [a, b, byDay ? day : '?', month, byDay ? '?' : weekday, year]);

  test('of good fields is good', () => {
    fc.assert(fc.property(expression, (fields) => cronFault(fields.join(' ')) === undefined));
  });

  test('with a number beyond its field in it is not, and the field is named', () => {
    const NAMES = ['minutes', 'hours', 'day-of-month', 'month', 'day-of-week', 'year'];
    const beyond = fc.tuple(expression, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5_000 }));
    fc.assert(
      fc.property(beyond, ([fields, i, more]) => {
        const spoilt = fields.with(
          i,
          `${fields[i] === '*' || fields[i] === '?' ? '' : `${fields[i]},`}${2_200 + more}`,
        );
        expect(cronFault(spoilt.join(' '))).toContain(NAMES[i]);
      }),
    );
  });

  test('of any text is judged, and never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => ['string', 'undefined'].includes(typeof cronFault(text))));
  });
});
