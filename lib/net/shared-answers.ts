/**
 * Keeps the answers of the last moments for the next looks.
 *
 * One call can answer for many watches (the list of a cluster's tasks). These watches are due at once, but they reach a
 * function in batches of ten. The batches that one function handles share the answer that the first of them got.
 * Adapters know nothing of it.
 */

import { DEFAULT_GAP, EARLY_MS } from '../core/schedule.ts';
import type { HttpAnswer, HttpRequest, Send } from './http.ts';

export type SharedAnswers = {
  /** Answers whether `scope` has an answer of the last moments. */
  readonly hasAny: (scope: string) => boolean;
  /**
   * Returns `send` with a memory. It reuses an answer in `scope` of the last moments, but none from before `since`
   * (epoch ms). An answer from before the submission may tell of an earlier operation of that name. An answer from
   * before the deadline is no last look. It shares HTTP 200 only.
   */
  readonly through: (scope: string, since: number, send: Send) => Send;
};

/**
 * The shortest gap between looks, minus the time that a look may be early. So by default no watch gets the same answer
 * twice.
 */
const KEEP_MS = DEFAULT_GAP.minMs - EARLY_MS;

/**
 * The parts that differ in every request of both clouds: date, nonce, signature, and the token of temporary
 * credentials.
 */
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
