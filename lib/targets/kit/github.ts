/** What the GitHub targets share. Source: docs.github.com/rest, "Best practices for using the REST API" (rate limits). */
import type { HttpAnswer } from '../../http.ts';
import { parseHttpDate } from '../../retry-after.ts';
import { DAY, SECOND } from '../../schedule.ts';
import type { Verdict } from '../target.ts';
import { byStatus, retry } from './answer.ts';

export const GITHUB = 'https://api.github.com';
export const REPOSITORY = /^\w[\w.-]{0,99}\/(?!\.{1,2}$)[\w.-]{1,100}$/;

export const githubHeaders = (token: string): Readonly<Record<string, string>> => ({
  accept: 'application/vnd.github+json',
  authorization: `Bearer ${token}`,
  'x-github-api-version': '2022-11-28',
});

/** A limit is answered with 403 or 429, and x-ratelimit-reset (epoch seconds) says until when where Retry-After does not. */
export const githubRefusal = (answer: HttpAnswer): Verdict | undefined => {
  const { status, headers } = answer;
  const verdict = byStatus(answer);
  if (verdict?.kind !== 'retry' || (status !== 403 && status !== 429)) return verdict;
  if (headers['x-ratelimit-remaining'] !== '0' && verdict.afterMs === undefined) return verdict;
  const resetAt = Number(headers['x-ratelimit-reset']) * SECOND;
  const now = parseHttpDate(headers.date ?? '', resetAt);
  const untilReset = now === undefined || Number.isNaN(resetAt) ? undefined : Math.min(Math.max(resetAt - now, 0), DAY);
  return retry(verdict.reason, { afterMs: verdict.afterMs ?? untilReset, slow: true });
};
