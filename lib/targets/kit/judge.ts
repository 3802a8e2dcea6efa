/**
 * Judges answers: one reading of status, headers and body for every target, told by a table of its vendor's words. Pure.
 *
 * A target names what a delivery looks like and which codes and words mean "too often" or "gone for good"; the reason, the
 * wait and the verdict follow from that alike for all of them, whatever the status is.
 */

import { DAY } from '../../core/schedule.ts';
import { sentence, type WholeReason } from '../../core/sentences.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { HttpAnswer } from '../../net/http.ts';
import { retryAfterMs } from '../../net/retry-after.ts';
import { DELIVERED } from './answer.ts';
import { type Said, saidIn } from './said.ts';

/** What one vendor calls it: codes as they stand, or words to be found in code or text. */
export type Vocabulary = { readonly codes?: readonly string[]; readonly words?: RegExp };

export type Vocabularies = {
  /** Told too often. 429 always means that. */
  readonly slow?: Vocabulary;
  /** Out of breath, whoever tells it: everything goes slower, and no wait is assumed. */
  readonly busy?: Vocabulary;
  /** The end of this place: nobody but a person can mend it. */
  readonly ended?: Vocabulary & { readonly statuses?: readonly number[] };
};

export type Manner = Vocabularies & {
  /** The vendor, as a reason names it; empty where it is anybody. */
  readonly name: string;
  /** Whether a 2xx (or what `isTaken` lets through) took the message. */
  readonly isDelivered: (answer: HttpAnswer) => boolean;
  /** Statuses outside 2xx that are looked at like a 2xx: "already queued". */
  readonly isTaken?: (answer: HttpAnswer) => boolean;
  /** What a 2xx that took nothing is called where it says nothing itself; left out where every 2xx takes it. */
  readonly otherwise?: WholeReason;
  readonly said?: (answer: HttpAnswer) => Said;
  /** A limit that other things than code and words tell of. */
  readonly isLimited?: (answer: HttpAnswer) => boolean;
  /** The wait that body or headers ask for in the vendor's own way, ms; `undefined`: Retry-After alone. */
  readonly waitMs?: (answer: HttpAnswer, now: number) => number | undefined;
  /** How long to wait where a limit is named and no wait: what the vendor documents. */
  readonly waitUsuallyMs?: number;
  /** No limit of this vendor lasts longer: a longer wait is a mistake (milliseconds for seconds), and bounded. Left out, a day. */
  readonly waitMaxMs?: number;
};

/** Statuses by which any server says that it has too much to do. */
const OVERWHELMED: readonly number[] = [429, 502, 503, 504];

/** The words for a limit that all vendors share. */
const TOO_OFTEN =
  /\brate[ _-]?limit|\bthrottl|too[ _-]?many[ _-]?(requests|calls)|\bTooManyRequests|\bfrequency limit/i;

const holds = ({ codes = [], words }: Vocabulary, { code = '', words: text = '' }: Said): boolean =>
  codes.includes(code) || (words?.test(code) ?? false) || (words?.test(text) ?? false);

const isMeant = (vocabulary: Vocabulary | undefined, said: Said): boolean =>
  vocabulary !== undefined && holds(vocabulary, said);

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** `HTTP 400: Feishu 9499: too many request`: the status unless it is 200, who says it, the code and the words. */
const reasonOf = (answer: HttpAnswer, { code, words }: Said, { name, otherwise }: Manner): string => {
  const { status } = answer;
  const who = code === undefined ? [] : [`${name} ${code}`.trim()];
  if (status === 410) return [`HTTP ${status}`, sentence('wants_no_more'), ...who, words].filter(Boolean).join(': ');
  if (status >= 300 && status < 400) return [sentence('redirected'), ...who].join(': ');
  if (!isSuccess(status)) return [`HTTP ${status}`, ...who, words].filter(Boolean).join(': ');
  const unusual = status === 200 ? undefined : `HTTP ${status}`;
  return [unusual, who[0] ?? (otherwise && sentence(otherwise)), words].filter(Boolean).join(': ');
};

/** The verdict of a target that speaks in this manner. */
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

/** The longer of two waits. */
export const longer = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
