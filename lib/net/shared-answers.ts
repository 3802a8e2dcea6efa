/**
 * Answers of the last moments, for the looks that come next.
 *
 * What one call answers for many (the list of a cluster's tasks) is due for all of them at once, but reaches a function in
 * batches of ten: those it works off in a row share what the first of them read. Adapters know nothing of it.
 */

import { DEFAULT_GAP, EARLY_MS } from '../core/schedule.ts';
import type { HttpAnswer, HttpRequest, Send } from './http.ts';

export type SharedAnswers = {
  /** Whether anything of `scope` was answered within the last moments. */
  readonly hasAny: (scope: string) => boolean;
  /**
   * `send`, but for requests that were answered in `scope` within the last moments, and not before `since` (epoch ms): what
   * was said before a watch was submitted may be of an earlier operation of that name, and what was said before its deadline is
   * no last look. Only HTTP 200 is worth sharing.
   */
  readonly through: (scope: string, since: number, send: Send) => Send;
};

/** The shortest gap between looks, less how early one may be: by default no watch is shown the same answer twice. */
const KEEP_MS = DEFAULT_GAP.minMs - EARLY_MS;

/** What is new in every request of both clouds: date, nonce, signature, and the token of temporary credentials. */
const OF_ONE_REQUEST: ReadonlySet<string> = new Set([
  'authorization',
  'x-acs-date',
  'x-acs-security-token',
  'x-acs-signature-nonce',
  'x-sdk-date',
  'x-security-token',
]);

const sameness = (scope: string, { method, url, headers, body }: HttpRequest): string => {
  const lasting = Object.entries(headers).filter(([name]) => !OF_ONE_REQUEST.has(name.toLowerCase()));
  return JSON.stringify([scope, method, url, lasting, body]);
};

export const createSharedAnswers = (now: () => number): SharedAnswers => {
  /** Oldest first. */
  const answers = new Map<string, { readonly scope: string; readonly answer: HttpAnswer; readonly at: number }>();

  const forgetOld = (): void => {
    for (const [key, { at }] of answers) {
      if (at + KEEP_MS > now()) return;
      answers.delete(key);
    }
  };

  return {
    hasAny: (scope) => {
      forgetOld();
      return [...answers.values()].some((known) => known.scope === scope);
    },
    through: (scope, since, send) => async (request) => {
      forgetOld();
      const key = sameness(scope, request);
      const known = answers.get(key);
      if (known && known.at >= since) return known.answer;
      const at = now();
      const answer = await send(request);
      answers.delete(key);
      if (answer.status === 200) answers.set(key, { scope, answer, at });
      return answer;
    },
  };
};
