/**
 * A delivery is one event that opwatch owes to one target, from the debt until it is delivered or parked. Pure.
 * Instants are epoch ms.
 */
import type { Announced } from './event.ts';
import type { Notice } from './notice.ts';
import { believed, CLAIM_MS, HOUR, lastAttemptAt, longestWait, nextAttempt } from './schedule.ts';
import type { Verdict } from './verdict.ts';

/** The progress of an operation. The notifier builds it from the watch at the time of sending. */
export type Progress = { readonly event: 'progress'; readonly at: number };

/**
 * The reason for a wait beyond the schedule: a Retry-After of this receiver, an earlier Retry-After of the same
 * address, the rate limiter of the target, or a disabled origin.
 */
export type WaitingFor = { readonly cause: 'retry_after' | 'address' | 'target' | 'disabled'; readonly until: number };

export type Delivery = {
  /** The webhook-id. */
  readonly id: string;
  readonly tenant: string;
  /** The name of a target in the configuration, or an https callback. */
  readonly target: string;
  readonly event: Announced | Progress | Notice;
  /**
   * `parked`: opwatch has made all attempts, or the receiver wants no more. A person can send it again. `overtaken`:
   * the watch has a later state, so the event is untrue. Nobody can send it again.
   */
  readonly state: 'waiting' | 'delivered' | 'parked' | 'overtaken';
  /** The number of attempts in all. */
  readonly attempts: number;
  /** The number of attempts before somebody sent the delivery again. The schedule begins anew from there. */
  readonly begunAfter?: number;
  readonly nextAttemptAt: number;
  readonly waitingFor?: WaitingFor;
  /** Somebody has seen that the delivery is parked. It rings no alarm any more. */
  readonly dismissedAt?: number;
  /** The function that makes an attempt now. No other function may try before `until`. */
  readonly claim?: { readonly by: string; readonly until: number };
  readonly last?: { readonly at: number; readonly status?: number; readonly verdict: string };
};

/** The record of one attempt. It shows a person why a delivery failed. */
export type AttemptRecord = {
  readonly number: number;
  readonly at: number;
  readonly durationMs: number;
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
  readonly verdict: string;
  /** The first bytes of the answer, masked. */
  readonly answer?: string;
  readonly nextAttemptAt?: number;
};

export const newDelivery = (parts: Pick<Delivery, 'id' | 'tenant' | 'target' | 'event'>, now: number): Delivery => ({
  ...parts,
  state: 'waiting',
  attempts: 0,
  nextAttemptAt: now,
});

/**
 * A time may lie this much further ahead than its purpose allows. So functions whose clocks differ by minutes make no
 * attempt twice. A time beyond that comes from a wrong clock.
 */
const CLOCKS_OFF_MS = HOUR;

/**
 * Returns the time when an attempt may begin: now, or later when the delivery is not due or another function has it. It
 * ignores a time that only a wrong clock can have written.
 */
export const mayAttemptAt = (delivery: Delivery, now: number): number =>
  Math.max(dueAt(delivery, now), believed(delivery.claim?.until ?? 0, now, CLAIM_MS + CLOCKS_OFF_MS));

/** Returns the time of the next attempt, or 0 when only a wrong clock can have written it. */
const dueAt = ({ nextAttemptAt, attempts, begunAfter = 0, waitingFor }: Delivery, now: number): number => {
  const waitMs = longestWait(attempts - begunAfter, waitingFor?.cause === 'retry_after');
  return believed(nextAttemptAt, now, waitMs + CLOCKS_OFF_MS);
};

/** Takes the delivery for one attempt, so that two wake-ups do not start two builds. */
export const claimed = (delivery: Delivery, by: string, now: number): Delivery => ({
  ...delivery,
  attempts: delivery.attempts + 1,
  claim: { by, until: now + CLAIM_MS },
});

export const describe = (verdict: Verdict): string =>
  verdict.kind === 'delivered' ? 'delivered' : `${verdict.kind}: ${verdict.reason}`;

/** The result of an attempt. `number` counts the attempts of the delivery from 1. */
export type AttemptResult = {
  readonly number: number;
  readonly at: number;
  readonly status?: number;
  readonly verdict: Verdict;
  /**
   * The attempt succeeded, but an earlier request may still arrive until then. opwatch sends the state once more at
   * this time (held-state.ts).
   */
  readonly againAt?: number;
};

/**
 * Returns the delivery after an attempt. Delivered is final: a later result changes nothing. A result from before
 * somebody sent the delivery again changes nothing either. A failure changes nothing when a later attempt holds the
 * delivery, because its function was frozen. `chance` is in [0, 1).
 */
export const afterAttempt = (delivery: Delivery, attempt: AttemptResult, now: number, chance: number): Delivery => {
  const { number, verdict, againAt, ...what } = attempt;
  const { begunAfter = 0 } = delivery;
  if (delivery.state === 'delivered' || number <= begunAfter) return delivery;
  if (verdict.kind === 'retry' && number < delivery.attempts) return delivery;
  const { claim: _c, waitingFor: _w, ...rest } = delivery;
  const last = { ...what, verdict: describe(verdict) };
  if (verdict.kind === 'delivered') {
    return againAt === undefined
      ? { ...rest, state: 'delivered', last }
      : { ...rest, state: 'waiting', nextAttemptAt: againAt, last };
  }
  const next =
    verdict.kind === 'gone' ? undefined : nextAttempt(delivery.attempts - begunAfter, now, chance, verdict.afterMs);
  if (next !== undefined) {
    const isAsked = verdict.kind === 'retry' && verdict.afterMs !== undefined && next <= now + verdict.afterMs;
    const waitingFor: WaitingFor | undefined = isAsked ? { cause: 'retry_after', until: next } : undefined;
    return { ...rest, nextAttemptAt: next, ...(waitingFor && { waitingFor }), last };
  }
  // Nobody will want to send old progress again.
  return { ...rest, state: delivery.event.event === 'progress' ? 'overtaken' : 'parked', last };
};

/** Returns the delivery after the watch has moved on to a later state. */
export const overtaken = (delivery: Delivery): Delivery => {
  const { claim: _, ...rest } = delivery;
  return { ...rest, state: 'overtaken' };
};

/** Returns the delivery after somebody has dismissed it. A delivery that is not parked stays as it is. */
export const dismissed = (delivery: Delivery, now: number): Delivery =>
  delivery.state === 'parked' && delivery.dismissedAt === undefined ? { ...delivery, dismissedAt: now } : delivery;

/**
 * Returns the delivery as if opwatch had never tried it, under the same webhook-id. It is due now and has all its
 * attempts again.
 */
export const begunAnew = (delivery: Delivery, now: number): Delivery => {
  const { claim: _c, dismissedAt: _d, waitingFor: _w, ...rest } = delivery;
  return { ...rest, state: 'waiting', begunAfter: delivery.attempts, nextAttemptAt: now };
};

/** Returns the time when the attempts would be used up if each further attempt failed at its own time. */
export const usualEnd = (delivery: Delivery, now: number): number =>
  lastAttemptAt(delivery.attempts - (delivery.begunAfter ?? 0), dueAt(delivery, now) || now);

/** Returns the delivery without its reason to wait. Its next attempt is due. */
export const dueNow = ({ waitingFor: _, ...delivery }: Delivery, now: number): Delivery => ({
  ...delivery,
  nextAttemptAt: Math.min(delivery.nextAttemptAt, now),
});

/** Returns the delivery with a reason to wait beyond its schedule. */
export const heldUp = (delivery: Delivery, waitingFor: WaitingFor): Delivery => ({ ...delivery, waitingFor });
