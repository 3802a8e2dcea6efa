/** What the clouds of the world may do instead of telling what they know: faults of the stand-ins, and of the way to them. */

import { RetryLater } from '../../lib/core/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import type { Answer, Sending } from '../../offline/clouds/answer.ts';

/** In this order chance draws them: another order would make other runs of the same seeds. */
export const CLOUD_FAULTS = [
  'throttled',
  'retry-after-long',
  'unavailable',
  'denied',
  'error-in-200',
  'html',
  'proxy-auth',
  'redirect',
  'empty',
  'array',
  'truncated',
  'echo',
  'reset',
  'no-name',
  'huge',
  'bomb',
  'hang',
  'drip',
  'of-another',
  'back-in-time',
] as const;

/** Tests may name any error besides, by its status and code. */
export type CloudFault = (typeof CLOUD_FAULTS)[number] | `error:${number}:${string}`;

/** How lib/net/http.ts tells an exchange that came to no answer. */
const NO_ANSWER: Readonly<Record<Exclude<Sending, 'whole'> | 'no-name', readonly [code: string, words: string]>> = {
  reset: ['reset', 'closed the connection without an answer (ECONNRESET)'],
  'no-name': ['dns', 'cannot be looked up (EAI_AGAIN)'],
  huge: ['too_large', 'answered with more than 1048576 bytes'],
  bomb: ['protocol', 'compressed its answer, though asked not to'],
  hang: ['timeout', 'gave no full answer within 10000 ms (waiting)'],
  drip: ['timeout', 'gave no full answer within 10000 ms (reading)'],
};

/** Whether it takes all the time there is. */
export const isEndless = (fault: CloudFault | undefined): boolean => fault === 'hang' || fault === 'drip';

/** What reaches the asker of an answer. Throws where the exchange comes to none. */
export const received = ({ status, headers, body, sending }: Answer, { url }: HttpRequest): HttpAnswer => {
  if (sending !== undefined && sending !== 'whole') throw unanswered(sending, url);
  return { status, headers, body, cut: false };
};

export const unanswered = (how: keyof typeof NO_ANSWER, url: string): RetryLater => {
  const [code, words] = NO_ANSWER[how];
  return new RetryLater({ code, message: `${new URL(url).host} ${words}` });
};
