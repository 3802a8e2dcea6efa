import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode, encodePairs } from '../../lib/clouds/encoding.ts';
import { anyText } from '../helpers/any-text.ts';

describe('encode', () => {
  it.each([
    ['AZaz09-._~', 'AZaz09-._~'],
    ["!'()*", '%21%27%28%29%2A'],
    ['a b+c/d', 'a%20b%2Bc%2Fd'],
    ['%2F', '%252F'],
    ['é界', '%C3%A9%E7%95%8C'],
    ['\ud800', '%EF%BF%BD'],
  ])('%s', (text, encoded) => expect(encode(text)).toBe(encoded));

  it('leaves the unreserved characters of RFC 3986 alone, and every other can be read back', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        expect(encode(text)).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
        expect(decodeURIComponent(encode(text))).toBe(text.toWellFormed());
      }),
    );
  });
});

describe('encodePairs', () => {
  it.each<[Record<string, string>, string]>([
    [{}, ''],
    [{ b: '2', a: '1', B: '3' }, 'B=3&a=1&b=2'],
    // By the names, not by the pairs: "-" comes before "=".
    [{ 'a-b': '1', a: '2' }, 'a=2&a-b=1'],
    [{ 'a b': 'c&d=e' }, 'a%20b=c%26d%3De'],
    [{ empty: '' }, 'empty='],
  ])('%j is %s', (pairs, encoded) => expect(encodePairs(pairs)).toBe(encoded));
});
