import { describe, expect, it, test } from 'vitest';
import { bodyFields, secondsToMs } from '../../lib/targets/kit/answer.ts';
import { html, insideLink, lookalike } from '../../lib/targets/kit/escape.ts';
import { withQuery } from '../../lib/targets/kit/request.ts';

describe('escapes', () => {
  it('leave ids alone, that they can be copied', () => {
    const id = 'op-13c37a77c505_0001.a/b:c+d=e#f';
    expect([html(id), lookalike(id)]).toEqual([id, id]);
  });
  test.for([
    [html, `&<>"'`, `&amp;&lt;&gt;&quot;'`],
    [lookalike, '<@a>[b](c)`*', '＜＠a＞［b］(c)｀＊'],
    [
      insideLink,
      'https://a.example/(x)_[y]|<z>*~`\\?q=1#f',
      'https://a.example/%28x%29%5F%5By%5D%7C%3Cz%3E%2A%7E%60%5C?q=1#f',
    ],
  ] as const)('%o', ([harmless, text, made]) => expect(harmless(text)).toBe(made));
});

const NOW = Date.UTC(2026, 10, 28);

describe('answers', () => {
  const answer = (status: number, body = '', cut = false) => ({ status, headers: {}, body, cut });

  it('have fields only as one whole JSON object', () => {
    expect(bodyFields(answer(200, '{"code":0}'))).toEqual({ code: 0 });
    for (const body of ['', '[{"code":0}]', '"code"', '7', 'null', '{"code":0']) {
      expect(bodyFields(answer(200, body))).toEqual({});
    }
    expect(bodyFields(answer(200, '{"code":0}', true))).toEqual({});
  });

  test.for([
    [0.65, 650],
    [0, 0],
    [999_999, 86_400_000],
    // An instant, in seconds or in milliseconds.
    [NOW / 1_000 + 5, 5_000],
    [NOW + 5, 5],
    [-1, undefined],
    ['3', 3_000],
    ['0.65', 650],
    ['soon', undefined],
    ['', undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [Number.NaN, undefined],
  ] as const)('may ask for %d seconds', ([seconds, ms]) => expect(secondsToMs(seconds, NOW)).toBe(ms));
});

test('a query is added to, never rewritten', () => {
  expect(withQuery('https://a.example/?sig=a%2Fb+c&sp=%20', { 'x y': 'ä&' })).toBe(
    'https://a.example/?sig=a%2Fb+c&sp=%20&x y=%C3%A4%26',
  );
  expect(withQuery('https://a.example/', { a: '1' })).toBe('https://a.example/?a=1');
});
