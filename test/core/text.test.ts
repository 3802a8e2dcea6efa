import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLength, cutBytes, plain } from '../../lib/core/text.ts';
import { anyText } from '../helpers/any-text.ts';

describe('cutting to bytes', () => {
  test.each([
    ['fits', 'hello', 5, 'hello'],
    ['is one too long', 'hello!', 5, 'he…'],
    ['Chinese, at an edge', '集群创建失败', 18, '集群创建失败'],
    ['Chinese, cut: three bytes each', '集群创建失败了', 18, '集群创建失…'],
    ['Chinese, no room for a whole sign', '集群创建失败', 17, '集群创建…'],
    ['emoji: four bytes, never half of one', 'ok 😀😀😀', 12, 'ok 😀…'],
    ['just the mark', 'hello', 3, '…'],
  ])('%s', (_, text, max, cut) => {
    expect(cutBytes(text, max)).toBe(cut);
    expect(byteLength(cut)).toBeLessThanOrEqual(max);
  });

  test('never exceeds the bytes, keeps a beginning, and breaks no sign', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 60 }), (text, max) => {
        const cut = cutBytes(text, max);
        expect(byteLength(cut)).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
        if (cut !== text) expect(text.startsWith(cut.slice(0, -1))).toBe(true);
      }),
    );
  });
});

describe('text from outside', () => {
  test.each([
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['a bell and an escape', 'a\u0007b\u001b[31mc', 'a b [31mc'],
    ['C1 controls', 'a\u0085b', 'a b'],
    ['carriage return', 'a\rb', 'a b'],
    ['reading direction turned around', 'exe\u202etxt.doc\u202c', 'exe txt.doc '],
    ['isolates', '\u2066a\u2069', ' a '],
    ['a byte order mark', '\ufeffa', ' a'],
    ['newline and tab stay', 'a\nb\tc', 'a\nb\tc'],
    ['Chinese and emoji stay', '失败 😀', '失败 😀'],
  ])('%s', (_, text, kept) => {
    expect(plain(text, 1_000)).toBe(kept);
  });

  test('is bounded, well-formed and without control characters, whatever comes [S8] [S9]', () => {
    fc.assert(
      fc.property(anyText(), fc.integer({ min: 3, max: 50 }), (text, max) => {
        const kept = plain(text, max);
        expect(byteLength(kept)).toBeLessThanOrEqual(max);
        expect(kept.isWellFormed()).toBe(true);
        expect(/[^\P{Cc}\n\t]/u.test(kept)).toBe(false);
        expect(plain(kept, max)).toBe(kept);
      }),
    );
  });
});
