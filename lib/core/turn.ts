/**
 * A target's turn: how often it is told, by how many functions at a time, and whether it is told at all. Pure.
 *
 * Rates keep what its vendor allows. Seats keep a target that hangs from taking every function: a batch that wants to tell
 * it takes one of a few seats, and gives it back when it is done. Once it is known to hang it is left alone for minutes, and
 * then tried by one batch: so many that hang at a time do not take every function either.
 */

import type { Key } from './item.ts';
import { type Attempts, isFailing, type Tally, tallied, untried } from './origin.ts';
import { openPacing, type Pacing, paceNow, pauseEnd } from './pacing.ts';
import type { Resting } from './resting.ts';
import { believed, MINUTE, SECOND } from './schedule.ts';
import { sentence } from './sentences.ts';
import type { Rate } from './verdict.ts';

type Seat = { readonly by: string; readonly until: number };

export type Turn = Pacing & {
  /** The first slot nobody has. */
  readonly nextSlotAt: number;
  /** When the last messages were sent or are to be, oldest first: as many as a minute allows, where that is bounded. */
  readonly recent: readonly number[];
  readonly seats: readonly Seat[];
  /** How often in a row it has been tried and has let everything hang. */
  readonly hangs?: number;
  /**
   * Nothing is sent until somebody enables it again: a named target has said that it wants no more (410), an origin has only
   * failed, or its tenant asked for it.
   */
  readonly disabled?: Disabled;
  /** Of an origin of callbacks. */
  readonly tally?: Tally;
  /** When an origin that was disabled was enabled. */
  readonly enabledAt?: number;
  /** Deliveries that found no slot and can share a message with others: a hint, their own messages come back all the same. */
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

export const turnKey = (name: string): Key => ({ pk: `turn#${name}`, sk: 'turn' });

/** Batches that may be telling one target at a time. */
export const SEATS = 3;
/** A function that died gives its seat back after this long: its attempt's time-out and some room. */
const SEAT_MS = 20 * SECOND;
/** How much longer it is left alone for each time in a row that it hangs, and how long at most. */
const HUNG_MS = MINUTE;
const HUNG_MAX_MS = 5 * MINUTE;
/** How often a target without a rate of its own is told at most, a second. */
const PER_SECOND_DEFAULT = 100;
const HEADROOM = 1.05;

export const openTurn: Turn = { ...openPacing, nextSlotAt: 0, recent: [], seats: [] };

export type Entry =
  /** May tell it, at these times, and deliveries that others left waiting with it; the seat must be given back. */
  | { readonly slots: readonly number[]; readonly waiting: readonly Key[]; readonly resting?: Resting }
  | { readonly backAt: number }
  | { readonly disabled: Disabled };

export type Wish = {
  readonly by: string;
  readonly count: number;
  readonly rate: Rate;
  readonly seats: number;
  /** Into how few messages they go, where those that can share one do so; left out, `mergeable` share one. */
  readonly fewest?: number;
  /** Those of them that can share a message. */
  readonly mergeable?: readonly Key[];
  /** Those of these that go before whatever waits. */
  readonly first?: readonly Key[];
  /** Slots later than this much are not taken: the message comes back instead. */
  readonly patienceMs: number;
};

type Taken = Pick<Turn, 'recent' | 'nextSlotAt'> & { readonly slots: readonly number[] };

/** Up to `count` slots within the wish's patience. */
const slotsFor = (turn: Turn, count: number, { rate, patienceMs }: Wish, now: number): Taken => {
  const pace = paceNow(turn, now);
  const perSecond =
    (rate.perSecond ?? (rate.perMinute === undefined ? PER_SECOND_DEFAULT : Number.POSITIVE_INFINITY)) * pace;
  const step = (SECOND * HEADROOM) / perSecond;
  const slots: number[] = [];
  let { recent, nextSlotAt } = turn;
  while (slots.length < count) {
    const at = Math.ceil(Math.max(nextSlotAt, now, minuteFree(recent, rate, pace)));
    if (at > now + patienceMs) break;
    slots.push(at);
    nextSlotAt = at + step;
    if (rate.perMinute !== undefined) recent = [...recent, at].slice(-rate.perMinute);
  }
  return { slots, recent, nextSlotAt };
};

/** As many as one message tells of. */
const WAITING_MAX = 25;

const isSame = (a: Key, b: Key): boolean => a.pk === b.pk && a.sk === b.sk;

/** What found no turn, and can share a message, is left for whoever gets the next slot. */
const leftWaiting = (turn: Turn, { mergeable = [], first = [] }: Wish): Turn => {
  const { waiting = [] } = turn;
  const more = mergeable.filter((key) => !waiting.some((other) => isSame(key, other)));
  const isFirst = (key: Key) => first.some((other) => isSame(key, other));
  const next = [...more.filter(isFirst), ...waiting, ...more.filter((key) => !isFirst(key))].slice(0, WAITING_MAX);
  return next.every((key, i) => key === waiting[i]) ? turn : { ...turn, waiting: next };
};

/** Slots are given out this far ahead at most: nobody's patience is longer. */
const SLOTS_AHEAD_MS = MINUTE;

/** The turn without the times that only a wrong clock can have written. */
const believable = (turn: Turn, now: number): Turn => ({
  ...turn,
  pausedUntil: pauseEnd(turn, now),
  nextSlotAt: believed(turn.nextSlotAt, now, SLOTS_AHEAD_MS),
  recent: turn.recent.filter((at) => believed(at, now, SLOTS_AHEAD_MS) > 0),
  seats: turn.seats.filter(({ until }) => believed(until, now, SEAT_MS) > 0),
});

/**
 * Takes a seat and up to `count` slots: one for all that can share a message, where there are not enough or others wait for
 * that as well. What gets no slot within `patienceMs` is for the caller to bring back later.
 */
export const enter = (stored: Turn, wish: Wish, now: number): { readonly turn: Turn; readonly entry: Entry } => {
  const { by, count, rate, mergeable = [] } = wish;
  const { fewest = count - mergeable.length + 1 } = wish;
  const turn = believable(stored, now);
  if (turn.disabled) return { turn: stored, entry: { disabled: turn.disabled } };
  if (turn.pausedUntil > now) return { turn: leftWaiting(stored, wish), entry: { backAt: turn.pausedUntil } };
  const seats = turn.seats.filter(({ until }) => until > now);
  if (seats.length >= (turn.hangs ? 1 : wish.seats)) {
    return { turn: leftWaiting(stored, wish), entry: { backAt: now + SECOND } };
  }

  const { waiting = [], ...rest } = turn;
  const each = slotsFor(turn, count, wish, now);
  const isShort = each.slots.length < count || waiting.length > 0;
  const { slots, recent, nextSlotAt } = isShort && mergeable.length > 0 ? slotsFor(turn, fewest, wish, now) : each;
  if (slots.length === 0) {
    const backAt = Math.max(nextSlotAt, minuteFree(recent, rate, paceNow(turn, now)));
    return { turn: leftWaiting(stored, wish), entry: { backAt } };
  }
  const taken = [...seats, { by, until: now + SEAT_MS }];
  const others = waiting.filter((key) => !mergeable.some((own) => isSame(key, own)));
  return {
    turn: { ...rest, nextSlotAt, recent, seats: taken },
    entry: { slots, waiting: others, ...(turn.resting && { resting: turn.resting }) },
  };
};

/** When the minute's allowance has room again: a minute after the message that used the first of it. */
const minuteFree = (recent: readonly number[], { perMinute }: Rate, pace: number): number => {
  if (perMinute === undefined) return 0;
  const allowed = Math.max(1, Math.floor(perMinute * pace));
  return (recent.at(-allowed) ?? Number.NEGATIVE_INFINITY) + MINUTE * HEADROOM;
};

/** Gives the seat back. */
export const leave = (turn: Turn, by: string): Turn => {
  const seats = turn.seats.filter((seat) => seat.by !== by);
  return seats.length === turn.seats.length ? turn : { ...turn, seats };
};

/** After a batch of which it let everything hang. Batches that hang together count once. */
export const hung = (turn: Turn, now: number): Turn => {
  if (pauseEnd(turn, now) > now) return turn;
  const hangs = (turn.hangs ?? 0) + 1;
  return { ...turn, hangs, pausedUntil: now + Math.min(hangs * HUNG_MS, HUNG_MAX_MS) };
};

/** After it has answered, whatever it said: it hangs no more. */
export const answered = (turn: Turn): Turn => {
  const { hangs, ...rest } = turn;
  return hangs ? rest : turn;
};

export const disable = (turn: Turn, now: number, reason: string): Turn =>
  turn.disabled ? turn : { ...turn, disabled: { since: now, reason } };

/** The origin when its tenant wants nothing sent. That opwatch has disabled it before is no reason to say so again. */
export const disableOnRequest = (turn: Turn, now: number): Turn =>
  turn.disabled ? turn : { ...turn, disabled: { since: now, reason: sentence('disabled_on_request'), isAsked: true } };

/** An origin after a batch's attempts: disabled where they have only failed. */
export const attempted = (turn: Turn, attempts: Attempts, now: number): Turn => {
  const tally = tallied(turn.tally ?? untried, attempts, now);
  const next = { ...turn, tally };
  return isFailing(tally) ? disable(next, now, sentence('only_failures', { reason: attempts.reason ?? '' })) : next;
};

/** What failed before counts no more. */
export const enable = (turn: Turn, now: number): Turn => {
  if (!turn.disabled) return turn;
  const { disabled: _, tally: _t, ...rest } = turn;
  return { ...rest, enabledAt: now };
};
