import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonPlace } from '../../lib/core/json-place.ts';

describe('the place of what is no JSON', () => {
  test.each([
    ['', 'line 1, column 1'],
    ['provider=aliyun', 'line 1, column 1'],
    ['{"provider":', 'line 1, column 13'],
    ['{"a": 1,\n "b": 2,\n}', 'line 3, column 1'],
    ['{"a": 1\n "b": 2}', 'line 2, column 2'],
    ["{\n  'a': 1\n}", 'line 2, column 3'],
    ['{"a": tru}', 'line 1, column 7'],
    ['[1, 2,, 3]', 'line 1, column 7'],
    ['[1] x', 'line 1, column 5'],
    ['{"a": "b\nc"}', 'line 1, column 9'],
    ['{"a": "\\x"}', 'line 1, column 7'],
    ['[01]', 'line 1, column 3'],
    ['['.repeat(100_000), 'line 1, column 100001'],
  ])('%.30j', (text, place) => expect(jsonPlace(text)).toBe(place));

  test('is not behind the character that was changed, and never takes what is JSON for a fault before its end', () => {
    const spoilt = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('}', ']', ',', ':', "'", 'x', ''))
      .map(([text, n, sign]) => {
        const at = n % text.length;
        return text.slice(0, at) + sign + text.slice(at + 1);
      });
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(spoilt, (text) => {
        const [, column = ''] = /^line 1, column (\d+)$/.exec(jsonPlace(text)) ?? [];
        // JSON is at fault nowhere; anything else at one of its characters, or where it ends.
        return isJson(text) ? column === '1' : Number(column) >= 1 && Number(column) <= text.length + 1;
      }),
    );
  });
});
