/**
 * The part that the GitHub targets share. Source: docs.github.com/rest, "Best practices for using the REST API" (rate
 * limits).
 */

import { DAY, HOUR, MINUTE, SECOND } from '../../core/schedule.ts';
import type { WholeReason } from '../../core/sentences.ts';
import type { HttpAnswer } from '../../net/http.ts';
import { parseHttpDate, retryAfterMs } from '../../net/retry-after.ts';
import type { Target } from '../target.ts';
import { judge } from './judge.ts';

export const GITHUB = 'https://api.github.com';
export const REPOSITORY = /^\w[\w.-]{0,99}\/(?!\.{1,2}$)[\w.-]{1,100}$/;

export const githubHeaders = (token: string): Readonly<Record<string, string>> => ({
  accept: 'application/vnd.github+json',
  authorization: `Bearer ${token}`,
  'x-github-api-version': '2022-11-28',
});

/** Without Retry-After, x-ratelimit-reset (epoch seconds) gives the end of a limit. */
const waitMs = (answer: HttpAnswer, now: number): number | undefined => {
  const asked = retryAfterMs(answer, now);
  const { 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset = '', date = '' } = answer.headers;
  if (asked !== undefined || remaining !== '0' || !/^\d{1,12}$/.test(reset)) return asked;
  return Math.min(Math.max(Number(reset) * SECOND - (parseHttpDate(date, now) ?? now), 0), DAY);
};

/** Answers whether the headers report a limit. The status of a limit is 403 as often as 429. */
const isLimited = ({ status, headers }: HttpAnswer): boolean =>
  status === 403 && (headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined);

/**
 * Secondary limits are 403 or 429. Their words name the limit, sometimes without a header. Then opwatch waits at least
 * a minute. 404 means that the repository does not exist, or that the token may not see it.
 */
export const githubVerdict = (
  otherwise: WholeReason,
  isDelivered: (answer: HttpAnswer) => boolean,
): Target['verdict'] =>
  judge({
    name: 'GitHub',
    isDelivered,
    otherwise,
    isLimited,
    slow: { words: /rate limit|abuse detection|submitted too quickly|temporarily blocked from content creation/i },
    ended: {
      statuses: [404, 451],
      words: /bad credentials|archived|is disabled|access blocked|account was suspended|resource not accessible/i,
    },
    waitMs,
    waitUsuallyMs: MINUTE,
    // The window of the primary limit. Secondary limits last minutes.
    waitMaxMs: HOUR,
  });
