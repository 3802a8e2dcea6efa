/**
 * The quota of a tenant. Requests come from a bucket that fills with time. Active watches and waiting deliveries have
 * limits, and the sweep counts them every minute. One item for each tenant. Functions take blocks from it (quotas.ts).
 * Pure.
 */
import * as v from 'valibot';
import { believed, MINUTE } from './schedule.ts';

export type Limits = {
  /** The bucket holds the requests of a minute. */
  readonly requestsPerMinute: number;
  readonly activeWatches: number;
  /** Beyond this, opwatch takes nothing that makes more deliveries. It still delivers everything that it has taken. */
  readonly waitingDeliveries: number;
};

const wholeNumber = (min: number, max: number) =>
  v.exactOptional(v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(min), v.maxValue(max)));

/** Limits in the configuration. */
export const LimitSettings = v.strictObject({
  /** An array of 25 must fit. */
  requestsPerMinute: wholeNumber(60, 1_000_000),
  activeWatches: wholeNumber(1, 10_000_000),
  /** A watch with all its targets must fit. */
  waitingDeliveries: wholeNumber(100, 1_000_000),
});

/** Far more than a team needs. One tenant alone cannot fill a queue, which holds 120,000 hidden messages. */
const LIMITS_DEFAULT: Limits = { requestsPerMinute: 3_000, activeWatches: 50_000, waitingDeliveries: 10_000 };

/** Returns our own setting, else the usual one, else the default. */
export const limitsOf = (usual: Partial<Limits> = {}, ours: Partial<Limits> = {}): Limits => ({
  ...LIMITS_DEFAULT,
  ...usual,
  ...ours,
});

export type Allowance = {
  /** The requests left in the bucket at `at`. Absent means a full bucket. */
  readonly left?: number;
  readonly at: number;
  /** The number of active watches at the last count. */
  readonly active: number;
  /** The number given out since then. */
  readonly begun: number;
  /** The same for deliveries. Absent means none. */
  readonly waiting?: number;
  readonly promised?: number;
};

export const untouched: Allowance = { at: 0, active: 0, begun: 0 };

/** A request for a block: up to `wanted`, or nothing if there is less than `needed`. */
export type BlockRequest = { readonly wanted: number; readonly needed: number };

/** The number that was given, and the time when the needed number may be free. */
export type Grant = { readonly given: number; readonly allowance: Allowance; readonly retryAt: number };

const within = (left: number, { wanted, needed }: BlockRequest): number => (left < needed ? 0 : Math.min(wanted, left));

export const takeRequests = (
  allowance: Allowance,
  wish: BlockRequest,
  now: number,
  { requestsPerMinute }: Limits,
): Grant => {
  const each = MINUTE / requestsPerMinute;
  const { left: before = requestsPerMinute } = allowance;
  // A time from a wrong clock would keep the bucket as it is until then.
  const isCredible = believed(allowance.at, now, 0) === allowance.at;
  const at = isCredible ? allowance.at : now;
  // Time never takes anything away. A function with a late clock finds the rest of the bucket.
  const left = Math.min(requestsPerMinute, before + Math.max(0, now - at) / each);
  const given = within(Math.floor(left), wish);
  return {
    given,
    allowance: given > 0 || !isCredible ? { ...allowance, left: left - given, at: Math.max(at, now) } : allowance,
    retryAt: Math.ceil(now + (wish.needed - left) * each),
  };
};

export const takeWatches = (allowance: Allowance, wish: BlockRequest, now: number, limits: Limits): Grant => {
  const left = limits.activeWatches - allowance.active - allowance.begun;
  const retryAt = now + MINUTE;
  // If there is room for all requests until the next count, nothing needs a write.
  if (left >= 3 * limits.requestsPerMinute) return { given: wish.wanted, allowance, retryAt };
  const given = within(left, wish);
  return { given, allowance: given > 0 ? { ...allowance, begun: allowance.begun + given } : allowance, retryAt };
};

export const takeDeliveries = (allowance: Allowance, wish: BlockRequest, now: number, limits: Limits): Grant => {
  const { waiting = 0, promised = 0 } = allowance;
  const given = within(limits.waitingDeliveries - waiting - promised, wish);
  return {
    given,
    allowance: given > 0 ? { ...allowance, promised: promised + given } : allowance,
    retryAt: now + MINUTE,
  };
};

/** The result of a count. */
export type Counted = { readonly active: number; readonly waiting: number };

/**
 * Returns the allowance after a count. `seen` is the allowance at the beginning of the count, so its grants are in the
 * count.
 */
export const counted = (allowance: Allowance, { active, waiting }: Counted, seen: Allowance): Allowance => {
  const begun = Math.max(0, allowance.begun - seen.begun);
  const promised = Math.max(0, (allowance.promised ?? 0) - (seen.promised ?? 0));
  const isSame =
    active === allowance.active &&
    begun === allowance.begun &&
    waiting === (allowance.waiting ?? 0) &&
    promised === (allowance.promised ?? 0);
  return isSame ? allowance : { ...allowance, active, begun, waiting, promised };
};
