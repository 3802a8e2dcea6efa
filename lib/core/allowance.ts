/**
 * What a tenant may still ask for: requests, from a bucket that fills with time, and places for new watches and for deliveries
 * that wait, of which the sweep counts every minute how many are taken. One item a tenant; functions take of it in blocks (limits.ts). Pure.
 */
import * as v from 'valibot';
import { believed, MINUTE } from './schedule.ts';

export type Limits = {
  /** The bucket holds a minute's worth. */
  readonly requestsPerMinute: number;
  readonly activeWatches: number;
  /** Beyond, nothing is taken that makes more of them: what was taken is told all the same. */
  readonly waitingDeliveries: number;
};

const wholeNumber = (min: number, max: number) =>
  v.exactOptional(v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(min), v.maxValue(max)));

/** Limits as the configuration has them. */
export const LimitSettings = v.strictObject({
  /** Not so few that an array of 25 could never be taken. */
  requestsPerMinute: wholeNumber(60, 1_000_000),
  activeWatches: wholeNumber(1, 10_000_000),
  /** Not so few that a watch with all its targets could never be taken. */
  waitingDeliveries: wholeNumber(100, 1_000_000),
});

/** Far beyond what a team needs, and too little for one tenant to fill a queue, which holds 120,000 hidden messages. */
const LIMITS_DEFAULT: Limits = { requestsPerMinute: 3_000, activeWatches: 50_000, waitingDeliveries: 10_000 };

/** What is set of `ours`, else of `usual`, else the default. */
export const limitsOf = (usual: Partial<Limits> = {}, ours: Partial<Limits> = {}): Limits => ({
  ...LIMITS_DEFAULT,
  ...usual,
  ...ours,
});

export type Allowance = {
  /** Requests left in the bucket at `at`; left out, it is full. */
  readonly left?: number;
  readonly at: number;
  /** Watches at work when they were last counted. */
  readonly active: number;
  /** Places given out since. */
  readonly begun: number;
  /** The same of deliveries; left out, none. */
  readonly waiting?: number;
  readonly promised?: number;
};

export const untouched: Allowance = { at: 0, active: 0, begun: 0 };

/** A block of what is asked for: as much of `wanted` as there is, but nothing when that is less than `needed`. */
export type Wish = { readonly wanted: number; readonly needed: number };

/** What was given, and when there may be what is needed. */
export type Given = { readonly given: number; readonly allowance: Allowance; readonly backAt: number };

const within = (left: number, { wanted, needed }: Wish): number => (left < needed ? 0 : Math.min(wanted, left));

export const takeRequests = (allowance: Allowance, wish: Wish, now: number, { requestsPerMinute }: Limits): Given => {
  const each = MINUTE / requestsPerMinute;
  const { left: before = requestsPerMinute } = allowance;
  // Written by a wrong clock, it would keep the bucket as it is until then.
  const isCredible = believed(allowance.at, now, 0) === allowance.at;
  const at = isCredible ? allowance.at : now;
  // Time never takes anything away: whoever's clock is behind finds what was left.
  const left = Math.min(requestsPerMinute, before + Math.max(0, now - at) / each);
  const given = within(Math.floor(left), wish);
  return {
    given,
    allowance: given > 0 || !isCredible ? { ...allowance, left: left - given, at: Math.max(at, now) } : allowance,
    backAt: Math.ceil(now + (wish.needed - left) * each),
  };
};

export const takePlaces = (allowance: Allowance, wish: Wish, now: number, limits: Limits): Given => {
  const left = limits.activeWatches - allowance.active - allowance.begun;
  const backAt = now + MINUTE;
  // Where all that can be asked for until the next count would find room, nothing need be written down.
  if (left >= 3 * limits.requestsPerMinute) return { given: wish.wanted, allowance, backAt };
  const given = within(left, wish);
  return { given, allowance: given > 0 ? { ...allowance, begun: allowance.begun + given } : allowance, backAt };
};

export const takeDeliveries = (allowance: Allowance, wish: Wish, now: number, limits: Limits): Given => {
  const { waiting = 0, promised = 0 } = allowance;
  const given = within(limits.waitingDeliveries - waiting - promised, wish);
  return {
    given,
    allowance: given > 0 ? { ...allowance, promised: promised + given } : allowance,
    backAt: now + MINUTE,
  };
};

/** What was counted. */
export type Counted = { readonly active: number; readonly waiting: number };

/** After a count: what `seen` says had been given out when it began, so that it is in the count. */
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
