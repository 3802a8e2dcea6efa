/** The table target x case -> verdict and reason. `npx vitest run test/targets/answers.test.ts` prints it. */
import { expect, it } from 'vitest';
import { targetOf, targetTypes } from '../../lib/targets/index.ts';
import { answerOf, NOW, ROWS } from './answers.ts';
import { inWords } from './stand-in.ts';

it.each(ROWS.map(([type, about, told, verdict]) => ({ type, about, told, verdict })))(
  '$type | $about -> $verdict',
  ({ type, told, verdict }) => {
    const target = targetOf(type);
    expect(target && inWords(target.verdict(answerOf(told), NOW))).toBe(verdict);
  },
);

it('every target has a row for each case', () => {
  console.log(
    ROWS.map(([type, about, , verdict]) => `${type.padEnd(16)} ${about.padEnd(15)} ${verdict}`)
      .sort()
      .join('\n'),
  );
  const cases = ['success', 'refusal in 2xx', 'refusal in 4xx', 'rate limit', 'gone'];
  const missing = targetTypes.flatMap((type) =>
    cases
      .filter((about) => !ROWS.some((row) => row[0] === type && row[1] === about))
      .map((about) => `${type} ${about}`),
  );
  // A webhook of one's own has taken whatever it answers with a 2xx.
  expect(missing).toEqual(['webhook refusal in 2xx']);
});

it('a place that is gone for good is told as such by every target but a webhook, which says so by 410', () => {
  const gone = ROWS.filter(([, about]) => about === 'gone');
  for (const [type, , , verdict] of gone) expect(verdict, type).toMatch(/^gone: |, ended$/);
});

it('every form of a rate limit means slow', () => {
  for (const [type, about, , verdict] of ROWS) {
    if (about === 'rate limit') expect(verdict, type).toContain(', slow');
  }
});
