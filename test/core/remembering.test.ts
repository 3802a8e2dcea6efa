/** What is asked again is worked out once, and what is kept has a bound. */
import { expect, test } from 'vitest';
import { remembering } from '../../lib/core/remembering.ts';

const counting = (max: number) => {
  const worked: string[] = [];
  const ask = remembering(max, (text: string) => {
    worked.push(text);
    return text.length;
  });
  return { ask, worked };
};

test('the same text is worked out once', () => {
  const { ask, worked } = counting(10);
  expect([ask('a'), ask('bb'), ask('a'), ask('bb')]).toEqual([1, 2, 1, 2]);
  expect(worked).toEqual(['a', 'bb']);
});

test('no more answers are kept than were asked for', () => {
  const { ask, worked } = counting(2);
  for (const text of ['a', 'bb', 'ccc', 'a', 'a']) ask(text);
  expect(worked).toEqual(['a', 'bb', 'ccc', 'a']);
});

test('null is an answer like any other', () => {
  let times = 0;
  const ask = remembering(2, () => {
    times += 1;
    return null;
  });
  expect([ask('x'), ask('x'), times]).toEqual([null, null, 1]);
});
