import { describe, expect, it } from 'vitest';
import {
  code,
  count,
  fields,
  given,
  instant,
  list,
  parseFields,
  percent,
  text,
  trimmed,
} from '../../lib/clouds/fields.ts';

describe('reading JSON that nobody vouches for', () => {
  it.each<[string, (value: unknown) => unknown, unknown, unknown]>([
    ['fields', fields, { a: 1 }, { a: 1 }],
    ['fields', fields, [1], {}],
    ['fields', fields, null, {}],
    ['list', list, [1], [1]],
    ['list', list, { length: 1 }, undefined],
    ['text', text, 'a', 'a'],
    ['text', text, '', undefined],
    ['text', text, 1, undefined],
    ['code', code, 8004, '8004'],
    ['code', code, 'A', 'A'],
    ['code', code, true, undefined],
    ['count', count, 0, 0],
    ['count', count, -1, undefined],
    ['count', count, 1.5, undefined],
    ['count', count, '3', 3],
    ['count', count, ' 16 ', 16],
    ['count', count, '1e3', undefined],
    ['count', count, '99999999999999999999', undefined],
    ['instant', instant, 1_767_323_045_000, 1_767_323_045_000],
    ['instant', instant, '1767323045000', 1_767_323_045_000],
    ['instant', instant, 1_767_323_045, 1_767_323_045_000],
    ['instant', instant, '1767323045.5', 1_767_323_045_500],
    ['instant', instant, 1_767_323_045_000_999, 1_767_323_045_001],
    ['instant', instant, '1767323045000000000', 1_767_323_045_000],
    ['instant', instant, '2026-01-02T03:04:05Z', 1_767_323_045_000],
    ['instant', instant, '2026-01-02T11:04:05+08:00', 1_767_323_045_000],
    ['instant', instant, '2026-01-02T11:04:05', undefined],
    ['instant', instant, '2026-01-02', undefined],
    ['instant', instant, '2026-13-45T25:61:61Z', undefined],
    ['instant', instant, 0, undefined],
    ['instant', instant, -1_767_323_045, undefined],
    ['instant', instant, 86_400, undefined],
    ['instant', instant, 9e15, undefined],
    ['instant', instant, Number.NaN, undefined],
    ['trimmed', (value) => trimmed(`${value}`), '\t SUCCESS\r\n', 'SUCCESS'],
    ['trimmed', (value) => trimmed(`${value}`), '\u00a0SUCCESS', '\u00a0SUCCESS'],
    ['trimmed', (value) => trimmed(`${value}`), ' \n ', ''],
    ['percent', percent, '20%', 20],
    ['percent', percent, '100.00%', 100],
    ['percent', percent, '101%', undefined],
    ['percent', percent, '20', undefined],
    ['percent', percent, 20, undefined],
  ])('%s', (_, read, value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  it.each([
    ['{"a":1}', { a: 1 }],
    ['[]', undefined],
    ['null', undefined],
    ['{"a":', undefined],
    ['', undefined],
  ])('parses %s', (json, expected) => {
    expect(parseFields(json)).toEqual(expected);
  });

  it('keeps what is given', () => {
    expect(given({ a: undefined, b: 0, c: null })).toStrictEqual({ b: 0, c: null });
  });
});
