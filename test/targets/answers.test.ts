/** The table target x case -> verdict and reason. `npx vitest run test/targets/answers.test.ts` prints it. */
import { describe, expect, it } from 'vitest';
import { targetOf, targetTypes } from '../../lib/targets/index.ts';
import { answerOf, CASES, NOW, type Reply, ROWS } from './answers.ts';
import { inWords } from './stand-in.ts';
import { verdictTable } from './verdict-table.ts';

const verdictOf = (type: string, told: Reply): string | undefined => {
  const target = targetOf(type);
  return target && inWords(target.verdict(answerOf(told), NOW));
};

it.each(ROWS.map(([type, about, told, verdict]) => ({ type, about, told, verdict })))(
  '$type | $about -> $verdict',
  ({ type, told, verdict }) => expect(verdictOf(type, told)).toBe(verdict),
);

const SECONDS = { 'retry-after': '90' };
const DATE = 'Sat, 28 Nov 2026 12:01:30 GMT';
const MINUTE_AND_A_HALF = /^retry: HTTP \d{3}, slow, after 90000 ms$/;
/** Waits that no vendor documents are the schedule's: the limit is slow all the same. */
const SOME_TIME = /^retry: HTTP \d{3}(: [^,]+)?, slow(, after \d+ ms)?$/;

/** A limit in every form in which any server tells of one; `now` of the answers is 12:00:00. */
const LIMITS: readonly (readonly [form: string, told: Reply, verdict: RegExp])[] = [
  ['429 alone', { status: 429 }, SOME_TIME],
  ['429 in seconds', { status: 429, headers: SECONDS }, MINUTE_AND_A_HALF],
  ['429 in parts of a second', { status: 429, headers: { 'retry-after': '89.9999' } }, MINUTE_AND_A_HALF],
  ['429 by a date', { status: 429, headers: { 'retry-after': DATE } }, MINUTE_AND_A_HALF],
  [
    '429 by a date of a clock that is ahead',
    { status: 429, headers: { 'retry-after': 'Sat, 28 Nov 2026 13:01:30 GMT', date: 'Sat, 28 Nov 2026 13:00:00 GMT' } },
    MINUTE_AND_A_HALF,
  ],
  ['429 twice', { status: 429, headers: { 'retry-after': `5, ${DATE}` } }, MINUTE_AND_A_HALF],
  ['429 by an instant', { status: 429, headers: { 'retry-after': `${NOW / 1_000 + 90}` } }, MINUTE_AND_A_HALF],
  ['429 by an instant in ms', { status: 429, headers: { 'retry-after': `${NOW + 90_000}` } }, MINUTE_AND_A_HALF],
  ['429 that nobody can read', { status: 429, headers: { 'retry-after': 'soon' } }, SOME_TIME],
  ['503 in seconds', { status: 503, headers: SECONDS }, MINUTE_AND_A_HALF],
  ['400 in words', { status: 400, body: 'Too Many Requests' }, SOME_TIME],
  ['403 in words', { status: 403, body: { message: 'Rate limit exceeded' } }, SOME_TIME],
];

describe.each(targetTypes)('%s', (type) => {
  it.each(LIMITS)('rate limit: %s', (_, told, verdict) => expect(verdictOf(type, told)).toMatch(verdict));

  it('rate limit inside a 200: no delivery, and slow', () => {
    const verdict = verdictOf(type, { body: { error: 'rate_limited', message: 'too many requests' } });
    // A webhook of one's own has taken whatever it answers with a 2xx.
    expect(verdict).toMatch(type === 'webhook' ? /^delivered$/ : /^retry: .*rate_limited.*, slow/);
  });
});

it('every target has a row for each case', () => {
  const ofRequests = verdictTable().flatMap(([type = '', , , , long = '', injection = '']) => [
    [type, 'too long', long] as const,
    [type, 'injection', injection] as const,
  ]);
  const ofLimits = targetTypes.flatMap((type) =>
    LIMITS.map(([form, told]) => [type, `rate limit (${form})`, verdictOf(type, told) ?? ''] as const),
  );
  const ofAnswers = ROWS.map(([type, about, , verdict]) => [type, about, verdict] as const);
  const all = [...ofAnswers, ...ofLimits, ...ofRequests];
  const order = (about: string) => CASES.findIndex((one) => about.startsWith(one));
  console.log(
    targetTypes
      .flatMap((type) => all.filter((row) => row[0] === type).toSorted((a, b) => order(a[1]) - order(b[1])))
      .map(([type, about, verdict]) => `${type.padEnd(16)} ${about.padEnd(52)} ${verdict}`)
      .join('\n'),
  );
  const missing = targetTypes.flatMap((type) =>
    CASES.filter((about) => !all.some((row) => row[0] === type && row[1] === about)).map((about) => `${type} ${about}`),
  );
  // A webhook of one's own has taken whatever it answers with a 2xx.
  expect(missing).toEqual(['webhook refusal in 2xx']);
  for (const [type, about, verdict] of ofRequests) expect([type, about, verdict]).toEqual([type, about, 'delivered']);
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
