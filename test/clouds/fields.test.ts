import { describe, expect, it } from 'vitest';
import { code, count, fields, given, list, millis, parseFields, percent, text } from '../../lib/clouds/fields.ts';

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
    ['count', count, '3', undefined],
    ['millis', millis, 1_767_323_045_000, 1_767_323_045_000],
    ['millis', millis, '1767323045000', 1_767_323_045_000],
    ['millis', millis, 0, undefined],
    ['millis', millis, 9e15, undefined],
    ['millis', millis, '2026-01-02', undefined],
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
