/** A delivery: one event owed to one target, from the debt to "delivered" or "parked". Pure. Instants are epoch ms. */
import type { Announced } from './event.ts';
import type { Notice } from './notice.ts';
import { believed, CLAIM_MS, HOUR, lastAttemptAt, longestWait, nextAttempt } from './schedule.ts';
import type { Verdict } from './verdict.ts';

/** How far an operation has got: built from the watch as it stands when it is told. */
export type Progress = { readonly event: 'progress'; readonly at: number };

/**
 * What a delivery waits for, where that is not the schedule: its own receiver's Retry-After, that of an earlier answer of the
 * same address, its target's turn (a pause, a rate, one that hangs), or its origin, which is disabled.
 */
export type WaitingFor = { readonly cause: 'retry_after' | 'address' | 'target' | 'disabled'; readonly until: number };

export type Delivery = {
  /** The webhook-id. */
  readonly id: string;
  readonly tenant: string;
  /** A target's name in the config, or an https callback. */
  readonly target: string;
  readonly event: Announced | Progress | Notice;
  /**
   * `parked`: attempts are used up, or the receiver wants no more; it stays until somebody sends it again. `overtaken`: not
   * true any more, because its watch has a later state; nobody is told it, and nobody can send it again.
   */
  readonly state: 'waiting' | 'delivered' | 'parked' | 'overtaken';
  /** Attempts made, all told. */
  readonly attempts: number;
  /** How many of them were made before somebody sent it again: its schedule begins anew from there. */
  readonly begunAfter?: number;
  readonly nextAttemptAt: number;
  readonly waitingFor?: WaitingFor;
  /** Somebody has seen that it is parked and wants no more alarm. */
  readonly dismissedAt?: number;
  /** Who is making an attempt right now, and until when nobody else may. */
  readonly claim?: { readonly by: string; readonly until: number };
  readonly last?: { readonly at: number; readonly status?: number; readonly verdict: string };
};

/** One attempt as it is kept: what a person needs to see why a delivery did not get through. */
export type AttemptRecord = {
  readonly number: number;
  readonly at: number;
  readonly durationMs: number;
  /** HTTP status, where an answer came. */
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
 * A time that lies further ahead than it can be meant is of a wrong clock. Less than this much further counts as meant:
 * functions whose clocks are minutes apart try nothing twice.
 */
const CLOCKS_OFF_MS = HOUR;

/**
 * When an attempt may be made: now, or later because it is not due or somebody else is at it. A time that only a wrong clock
 * can have written is not waited for.
 */
export const mayAttemptAt = (delivery: Delivery, now: number): number => {
  const { nextAttemptAt, claim, attempts, begunAfter = 0, waitingFor } = delivery;
  const waitMs = longestWait(attempts - begunAfter, waitingFor?.cause === 'retry_after');
  return Math.max(
    believed(nextAttemptAt, now, waitMs + CLOCKS_OFF_MS),
    believed(claim?.until ?? 0, now, CLAIM_MS + CLOCKS_OFF_MS),
  );
};

/** Takes the delivery for one attempt, so that two wake-ups do not start two builds. */
export const claimed = (delivery: Delivery, by: string, now: number): Delivery => ({
  ...delivery,
  attempts: delivery.attempts + 1,
  claim: { by, until: now + CLAIM_MS },
});

export const describe = (verdict: Verdict): string =>
  verdict.kind === 'delivered' ? 'delivered' : `${verdict.kind}: ${verdict.reason}`;

/** What an attempt brought; `number` counts the attempts at its delivery from 1. */
export type AttemptResult = {
  readonly number: number;
  readonly at: number;
  readonly status?: number;
  readonly verdict: Verdict;
  /** It got through, and is to be sent once more then: an earlier request may still arrive until then (held-state.ts). */
  readonly againAt?: number;
};

/**
 * The delivery after an attempt. Delivered is final: whatever another attempt learns later changes nothing; and so does
 * what was begun before the delivery was begun anew. An attempt that failed changes nothing either once a later one has the
 * delivery: its function was frozen meanwhile. `chance` is in [0, 1).
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
  // Nobody will want to send again how far something had got.
  return { ...rest, state: delivery.event.event === 'progress' ? 'overtaken' : 'parked', last };
};

/** The delivery when its watch has a later state than it tells. */
export const overtaken = (delivery: Delivery): Delivery => {
  const { claim: _, ...rest } = delivery;
  return { ...rest, state: 'overtaken' };
};

/** The delivery when somebody has seen that it is parked; any other stays as it is. */
export const dismissed = (delivery: Delivery, now: number): Delivery =>
  delivery.state === 'parked' && delivery.dismissedAt === undefined ? { ...delivery, dismissedAt: now } : delivery;

/** The delivery as if it had never been tried, under the same webhook-id: it is due now and has all its attempts again. */
export const begunAnew = (delivery: Delivery, now: number): Delivery => {
  const { claim: _c, dismissedAt: _d, waitingFor: _w, ...rest } = delivery;
  return { ...rest, state: 'waiting', begunAfter: delivery.attempts, nextAttemptAt: now };
};

/** When the attempts at it would be used up, had every further one failed at its own time. */
export const usualEnd = ({ attempts, begunAfter = 0, nextAttemptAt }: Delivery): number =>
  lastAttemptAt(attempts - begunAfter, nextAttemptAt);

/** The delivery that waits for nothing any more: its next attempt is due. */
export const dueNow = ({ waitingFor: _, ...delivery }: Delivery, now: number): Delivery => ({
  ...delivery,
  nextAttemptAt: Math.min(delivery.nextAttemptAt, now),
});

/** The delivery that waits longer than its own time; for what, once for each such wait. */
export const heldUp = (delivery: Delivery, waitingFor: WaitingFor): Delivery => ({ ...delivery, waitingFor });
