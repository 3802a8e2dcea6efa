/**
 * Judges answers. All targets read status, headers and body alike, with a table of their vendor's words. Pure.
 *
 * A target names the form of a success, and the codes and words that mean "too often" or "gone for good". The reason,
 * the wait and the verdict follow from that, whatever the status is.
 */

import { DAY } from '../../core/schedule.ts';
import { sentence, type WholeReason } from '../../core/sentences.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { HttpAnswer } from '../../net/http.ts';
import { retryAfterMs } from '../../net/retry-after.ts';
import { DELIVERED } from './answer.ts';
import { type Said, saidIn } from './said.ts';

/** The vendor's terms: exact codes, or words that stand in code or text. */
export type Vocabulary = { readonly codes?: readonly string[]; readonly words?: RegExp };

export type Vocabularies = {
  /** opwatch sends too often. 429 always means that. */
  readonly slow?: Vocabulary;
  /** The receiver or a server before it is overloaded. opwatch slows down, and assumes no wait. */
  readonly busy?: Vocabulary;
  /** The target is gone for good. Only a person can mend it. */
  readonly ended?: Vocabulary & { readonly statuses?: readonly number[] };
};

export type Manner = Vocabularies & {
  /** The vendor's name in a reason. Empty when the receiver may be anybody. */
  readonly name: string;
  /** Answers whether a 2xx (or an answer that `isTaken` accepts) means success. */
  readonly isDelivered: (answer: HttpAnswer) => boolean;
  /** Statuses outside 2xx that opwatch reads like a 2xx, such as "already queued". */
  readonly isTaken?: (answer: HttpAnswer) => boolean;
  /** The reason for a 2xx without success and without words. Absent when every 2xx is a success. */
  readonly otherwise?: WholeReason;
  readonly said?: (answer: HttpAnswer) => Said;
  /** Answers whether an answer reports a limit in another way than by code and words. */
  readonly isLimited?: (answer: HttpAnswer) => boolean;
  /** Returns the wait in the vendor's own form, ms. `undefined`: only Retry-After counts. */
  readonly waitMs?: (answer: HttpAnswer, now: number) => number | undefined;
  /** The wait for a limit that names none, from the vendor's documents. */
  readonly waitUsuallyMs?: number;
  /**
   * No limit of this vendor lasts longer. A longer wait is a mistake (milliseconds for seconds), so it is cut. The
   * default is a day.
   */
  readonly waitMaxMs?: number;
};

/** With these statuses any server reports that it is overloaded. */
const OVERWHELMED: readonly number[] = [429, 502, 503, 504];

/** The words for a limit that all vendors share. */
const TOO_OFTEN =
  /\brate[ _-]?limit|\bthrottl|too[ _-]?many[ _-]?(requests|calls)|\bTooManyRequests|\bfrequency limit/i;

const holds = ({ codes = [], words }: Vocabulary, { code = '', words: text = '' }: Said): boolean =>
  codes.includes(code) || (words?.test(code) ?? false) || (words?.test(text) ?? false);

const isMeant = (vocabulary: Vocabulary | undefined, said: Said): boolean =>
  vocabulary !== undefined && holds(vocabulary, said);

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** `HTTP 400: Feishu 9499: too many request`: the status unless it is 200, the speaker, the code and the words. */
const reasonOf = (answer: HttpAnswer, { code, words }: Said, { name, otherwise }: Manner): string => {
  const { status } = answer;
  const who = code === undefined ? [] : [`${name} ${code}`.trim()];
  if (status === 410) return [`HTTP ${status}`, sentence('wants_no_more'), ...who, words].filter(Boolean).join(': ');
  if (status >= 300 && status < 400) return [sentence('redirected'), ...who].join(': ');
  if (!isSuccess(status)) return [`HTTP ${status}`, ...who, words].filter(Boolean).join(': ');
  const unusual = status === 200 ? undefined : `HTTP ${status}`;
  return [unusual, who[0] ?? (otherwise && sentence(otherwise)), words].filter(Boolean).join(': ');
};

/** Returns the verdict function for a target with these terms. */
export const judge =
  (manner: Manner): ((answer: HttpAnswer, now: number) => Verdict) =>
  (answer, now) => {
    const { status } = answer;
    const mayBeTaken = isSuccess(status) || manner.isTaken?.(answer) === true;
    if (mayBeTaken && manner.isDelivered(answer)) return DELIVERED;

    const said = (manner.said ?? saidIn)(answer);
    const reason = reasonOf(answer, said, manner);
    const hasEnded = isMeant(manner.ended, said) || manner.ended?.statuses?.includes(status) === true;
    if (status === 410 && !hasEnded) return { kind: 'gone', reason };

    const isTooOften =
      status === 429 ||
      isMeant(manner.slow, said) ||
      manner.isLimited?.(answer) === true ||
      (status < 500 && holds({ words: TOO_OFTEN }, said));
    const isSlow = isTooOften || OVERWHELMED.includes(status) || isMeant(manner.busy, said);
    const wished = manner.waitMs ? manner.waitMs(answer, now) : retryAfterMs(answer, now);
    const asked = wished ?? (isTooOften ? manner.waitUsuallyMs : undefined);
    const afterMs = asked && isTooOften ? Math.min(asked, manner.waitMaxMs ?? DAY) : asked;
    return {
      kind: 'retry',
      reason,
      ...(afterMs !== undefined && { afterMs }),
      ...(isSlow && { slow: true }),
      ...(hasEnded && !isTooOften && { ended: true }),
    };
  };

/** Returns the longer of two waits. */
export const longer = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
