/** A delivery: one event owed to one target, from the debt to "delivered" or "parked". Pure. Instants are epoch ms. */
import { CLAIM_MS, nextAttempt } from './schedule.ts';
import type { Verdict } from './targets/target.ts';
import type { Owed } from './watch.ts';

export type Delivery = {
  /** The webhook-id. */
  readonly id: string;
  readonly watchId: string;
  readonly tenant: string;
  /** A target's name in the config, or an https callback. */
  readonly target: string;
  readonly event: Pick<Owed, 'event' | 'at' | 'word'>;
  /** `parked`: attempts are used up, or the receiver wants no more; it stays until somebody sends it again. */
  readonly state: 'waiting' | 'delivered' | 'parked';
  /** Attempts made, all told. */
  readonly attempts: number;
  /** How many of them were made before somebody sent it again: its schedule begins anew from there. */
  readonly begunAfter?: number;
  readonly nextAttemptAt: number;
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

export const newDelivery = (
  parts: Pick<Delivery, 'id' | 'watchId' | 'tenant' | 'target' | 'event'>,
  now: number,
): Delivery => ({
  ...parts,
  state: 'waiting',
  attempts: 0,
  nextAttemptAt: now,
});

/** When an attempt may be made: now, or later because it is not due or somebody else is at it. */
export const mayAttemptAt = (delivery: Delivery): number =>
  Math.max(delivery.nextAttemptAt, delivery.claim?.until ?? 0);

/** Takes the delivery for one attempt, so that two wake-ups do not start two builds. */
export const claimed = (delivery: Delivery, by: string, now: number): Delivery => ({
  ...delivery,
  attempts: delivery.attempts + 1,
  claim: { by, until: now + CLAIM_MS },
});

export const describe = (verdict: Verdict): string =>
  verdict.kind === 'delivered' ? 'delivered' : `${verdict.kind}: ${verdict.reason}`;

/**
 * The delivery after an attempt. Delivered is final: whatever another attempt learns later changes nothing.
 * `chance` is in [0, 1).
 */
export const afterAttempt = (
  delivery: Delivery,
  attempt: { readonly at: number; readonly status?: number; readonly verdict: Verdict },
  now: number,
  chance: number,
): Delivery => {
  if (delivery.state === 'delivered') return delivery;
  const { claim: _, ...rest } = delivery;
  const { verdict, ...what } = attempt;
  const last = { ...what, verdict: describe(verdict) };
  if (verdict.kind === 'delivered') return { ...rest, state: 'delivered', last };
  if (verdict.kind === 'gone') return { ...rest, state: 'parked', last };
  const next = nextAttempt(delivery.attempts - (delivery.begunAfter ?? 0), now, chance, verdict.afterMs);
  return next === undefined ? { ...rest, state: 'parked', last } : { ...rest, nextAttemptAt: next, last };
};

/** The delivery as if it had never been tried, under the same webhook-id: it is due now and has all its attempts again. */
export const begunAnew = (delivery: Delivery, now: number): Delivery => {
  const { claim: _, ...rest } = delivery;
  return { ...rest, state: 'waiting', begunAfter: delivery.attempts, nextAttemptAt: now };
};
