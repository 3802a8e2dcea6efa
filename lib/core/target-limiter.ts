/**
 * The rate limiter of a target: how often opwatch tells it, how many functions tell it at a time, and whether opwatch
 * tells it at all. Pure.
 *
 * Rates hold the vendor's limit. Permits (the field `seats`) keep a target that hangs from taking every function. A
 * batch takes one of a few permits, and gives it back when it is done. A target that is known to hang is left alone for
 * minutes. Then one batch tries it. So many targets that hang at a time do not take every function either.
 */

import type { Key } from './item.ts';
import { type Attempts, isFailing, type Tally, tallied, untried } from './origin.ts';
import { openPacing, type Pacing, pauseEnd, rateFactor } from './pacing.ts';
import type { Resting } from './resting.ts';
import { believed, MINUTE, SECOND } from './schedule.ts';
import { sentence } from './sentences.ts';
import type { Rate } from './verdict.ts';

type Permit = { readonly by: string; readonly until: number };

export type TargetLimiter = Pacing & {
  /** The first free slot. */
  readonly nextSlotAt: number;
  /** The times of the last messages, sent or planned, oldest first. It holds as many as a minute allows. */
  readonly recent: readonly number[];
  readonly seats: readonly Permit[];
  /** The number of times in a row that the target has let everything hang. */
  readonly hangs?: number;
  /**
   * opwatch sends nothing until somebody enables the target. A named target has answered 410, an origin has only
   * failed, or the tenant asked for it.
   */
  readonly disabled?: Disabled;
  /** Only for an origin of callbacks. */
  readonly tally?: Tally;
  /** The time when somebody enabled an origin that was disabled. */
  readonly enabledAt?: number;
  /**
   * Deliveries that found no slot and can share a message with others. This is a hint. Their own messages come back in
   * any case.
   */
  readonly waiting?: readonly Key[];
  /** Callbacks of this host that asked for a pause. */
  readonly resting?: Resting;
};

export type Disabled = {
  readonly since: number;
  readonly reason: string;
  /** Somebody has asked for it by the API. */
  readonly isAsked?: true;
};

export const limiterKey = (name: string): Key => ({ pk: `turn#${name}`, sk: 'turn' });

/** The number of batches that may tell one target at a time. */
export const PERMITS = 3;
/** A permit of a dead function ends after this time: the time-out of an attempt and some time more. */
const PERMIT_MS = 20 * SECOND;
/** The pause grows by this for each time in a row that the target hangs, up to the maximum. */
const HUNG_MS = MINUTE;
const HUNG_MAX_MS = 5 * MINUTE;
/** The messages a second for a target without a rate of its own. */
const PER_SECOND_DEFAULT = 100;
const HEADROOM = 1.05;

export const openLimiter: TargetLimiter = { ...openPacing, nextSlotAt: 0, recent: [], seats: [] };

export type Entry =
  /**
   * The batch may tell the target at these times, together with deliveries that others left waiting. It must give the
   * permit back.
   */
  | { readonly slots: readonly number[]; readonly waiting: readonly Key[]; readonly resting?: Resting }
  | { readonly retryAt: number }
  | { readonly disabled: Disabled };

export type PermitRequest = {
  readonly by: string;
  readonly count: number;
  readonly rate: Rate;
  readonly permits: number;
  /**
   * The lowest number of messages, when deliveries that can share a message do so. Absent: all `mergeable` share one.
   */
  readonly fewest?: number;
  /** The deliveries that can share a message. */
  readonly mergeable?: readonly Key[];
  /** These go before the waiting deliveries. */
  readonly first?: readonly Key[];
  /** The batch takes no slot later than this. The message comes back instead. */
  readonly patienceMs: number;
};

type Taken = Pick<TargetLimiter, 'recent' | 'nextSlotAt'> & { readonly slots: readonly number[] };

/** Returns up to `count` slots within the patience of the request. */
const slotsFor = (limiter: TargetLimiter, count: number, { rate, patienceMs }: PermitRequest, now: number): Taken => {
  const pace = rateFactor(limiter, now);
  const perSecond =
    (rate.perSecond ?? (rate.perMinute === undefined ? PER_SECOND_DEFAULT : Number.POSITIVE_INFINITY)) * pace;
  const step = (SECOND * HEADROOM) / perSecond;
  const slots: number[] = [];
  let { recent, nextSlotAt } = limiter;
  while (slots.length < count) {
    const at = Math.ceil(Math.max(nextSlotAt, now, minuteFree(recent, rate, pace)));
    if (at > now + patienceMs) break;
    slots.push(at);
    nextSlotAt = at + step;
    if (rate.perMinute !== undefined) recent = [...recent, at].slice(-rate.perMinute);
  }
  return { slots, recent, nextSlotAt };
};

/** One message tells this many events at most. */
const WAITING_MAX = 25;

const isSame = (a: Key, b: Key): boolean => a.pk === b.pk && a.sk === b.sk;

/** Remembers deliveries that got no slot but can share a message. The next batch with a slot sends them too. */
const leftWaiting = (limiter: TargetLimiter, { mergeable = [], first = [] }: PermitRequest): TargetLimiter => {
  const { waiting = [] } = limiter;
  const more = mergeable.filter((key) => !waiting.some((other) => isSame(key, other)));
  const isFirst = (key: Key) => first.some((other) => isSame(key, other));
  const next = [...more.filter(isFirst), ...waiting, ...more.filter((key) => !isFirst(key))].slice(0, WAITING_MAX);
  return next.every((key, i) => key === waiting[i]) ? limiter : { ...limiter, waiting: next };
};

/** opwatch gives out slots this far ahead at most, because no batch waits longer. */
const SLOTS_AHEAD_MS = MINUTE;

/** Returns the limiter without times that only a wrong clock can have written. */
const believable = (limiter: TargetLimiter, now: number): TargetLimiter => ({
  ...limiter,
  pausedUntil: pauseEnd(limiter, now),
  nextSlotAt: believed(limiter.nextSlotAt, now, SLOTS_AHEAD_MS),
  recent: limiter.recent.filter((at) => believed(at, now, SLOTS_AHEAD_MS) > 0),
  seats: limiter.seats.filter(({ until }) => believed(until, now, PERMIT_MS) > 0),
});

/**
 * Takes a permit and up to `count` slots. It takes one slot for all deliveries that can share a message, if there are
 * too few slots or if other deliveries wait for that too. The caller brings the rest back later.
 */
export const acquire = (
  stored: TargetLimiter,
  wish: PermitRequest,
  now: number,
): { readonly limiter: TargetLimiter; readonly entry: Entry } => {
  const { by, count, rate, mergeable = [] } = wish;
  const { fewest = count - mergeable.length + 1 } = wish;
  const limiter = believable(stored, now);
  if (limiter.disabled) return { limiter: stored, entry: { disabled: limiter.disabled } };
  if (limiter.pausedUntil > now) return { limiter: leftWaiting(stored, wish), entry: { retryAt: limiter.pausedUntil } };
  const seats = limiter.seats.filter(({ until }) => until > now);
  if (seats.length >= (limiter.hangs ? 1 : wish.permits)) {
    return { limiter: leftWaiting(stored, wish), entry: { retryAt: now + SECOND } };
  }

  const { waiting = [], ...rest } = limiter;
  const each = slotsFor(limiter, count, wish, now);
  const isShort = each.slots.length < count || waiting.length > 0;
  const { slots, recent, nextSlotAt } = isShort && mergeable.length > 0 ? slotsFor(limiter, fewest, wish, now) : each;
  if (slots.length === 0) {
    const retryAt = Math.max(nextSlotAt, minuteFree(recent, rate, rateFactor(limiter, now)));
    return { limiter: leftWaiting(stored, wish), entry: { retryAt } };
  }
  const taken = [...seats, { by, until: now + PERMIT_MS }];
  const others = waiting.filter((key) => !mergeable.some((own) => isSame(key, own)));
  return {
    limiter: { ...rest, nextSlotAt, recent, seats: taken },
    entry: { slots, waiting: others, ...(limiter.resting && { resting: limiter.resting }) },
  };
};

/** Returns the time when the minute has room again: a minute after its first message. */
const minuteFree = (recent: readonly number[], { perMinute }: Rate, pace: number): number => {
  if (perMinute === undefined) return 0;
  const allowed = Math.max(1, Math.floor(perMinute * pace));
  return (recent.at(-allowed) ?? Number.NEGATIVE_INFINITY) + MINUTE * HEADROOM;
};

/** Gives the permit back. */
export const release = (limiter: TargetLimiter, by: string): TargetLimiter => {
  const seats = limiter.seats.filter((seat) => seat.by !== by);
  return seats.length === limiter.seats.length ? limiter : { ...limiter, seats };
};

/** Notes that a target let a whole batch hang. Batches that hang together count once. */
export const trip = (limiter: TargetLimiter, now: number): TargetLimiter => {
  if (pauseEnd(limiter, now) > now) return limiter;
  const hangs = (limiter.hangs ?? 0) + 1;
  return { ...limiter, hangs, pausedUntil: now + Math.min(hangs * HUNG_MS, HUNG_MAX_MS) };
};

/** Notes that the target has answered. It hangs no more. */
export const answered = (limiter: TargetLimiter): TargetLimiter => {
  const { hangs, ...rest } = limiter;
  return hangs ? rest : limiter;
};

export const disable = (limiter: TargetLimiter, now: number, reason: string): TargetLimiter =>
  limiter.disabled ? limiter : { ...limiter, disabled: { since: now, reason } };

/** Disables an origin because its tenant wants nothing sent. If opwatch has disabled it before, nothing changes. */
export const disableOnRequest = (limiter: TargetLimiter, now: number): TargetLimiter =>
  limiter.disabled
    ? limiter
    : { ...limiter, disabled: { since: now, reason: sentence('disabled_on_request'), isAsked: true } };

/** Adds the attempts of a batch to an origin, and disables an origin with failures only. */
export const attempted = (limiter: TargetLimiter, attempts: Attempts, now: number): TargetLimiter => {
  const tally = tallied(limiter.tally ?? untried, attempts, now);
  const next = { ...limiter, tally };
  return isFailing(tally) ? disable(next, now, sentence('only_failures', { reason: attempts.reason ?? '' })) : next;
};

/** Earlier failures count no more. */
export const enable = (limiter: TargetLimiter, now: number): TargetLimiter => {
  if (!limiter.disabled) return limiter;
  const { disabled: _, tally: _t, ...rest } = limiter;
  return { ...rest, enabledAt: now };
};
