/**
 * A lane: the rate limiter of one connection (a cloud account). All functions that call through the connection share
 * it. Pure.
 *
 * The lane keeps the times of the last calls, so no second ever holds more calls than the rate allows. Several calls
 * may start at one instant (a gust), up to the number for one second. Calls without a near slot stand in a waiting
 * line. Each gets a reserved slot, and its message comes back at about that time. A call that comes back goes before
 * calls that are not in the line. It takes the first free slot, so a late message loses nothing.
 */
import type { Allotment, CallRequest, Later } from './call-request.ts';
import { type Budget, type Gust, place, withCalls } from './gusts.ts';
import { gustAt, type Line, stand } from './line.ts';
import { openPacing, type Pacing, pauseEnd, rateFactor } from './pacing.ts';
import { newestGood, type Refusals, trialOf } from './refusals.ts';
import { believed, HOUR, MINUTE, SECOND } from './schedule.ts';

export type Lane = Pacing &
  Refusals & {
    /** The calls of the last moments and of the near future, the oldest first. */
    readonly gusts?: readonly Gust[];
    /** All slots up to this time are reserved for calls in the waiting line. */
    readonly lineUntil?: number;
    /** The slots before `lineUntil` that are still free. */
    readonly gaps?: readonly Gust[];
    /** All slots up to this time are reserved for calls that have waited in the line and found no room. */
    readonly soonUntil?: number;
    /**
     * The slots before this time are taken. Functions of the previous release know only this field. If it differs from
     * `ownNextSlotAt`, such a function has written it.
     */
    readonly nextSlotAt: number;
    readonly ownNextSlotAt?: number;
    /**
     * The time by which the cloud's clock is ahead of ours (ms). It is set only where the difference is too great for a
     * signature.
     */
    readonly skewMs?: number;
  };

export const openLane: Lane = { ...openPacing, nextSlotAt: 0 };

/**
 * The function waits for a slot that is at most this far away. The limit grows with the number of looks that wait
 * together. For a later slot, the lane hides the message until then, because one second of waiting costs as much as a
 * message and two writes. On a slow connection, one function always waits for the next slot. It would lose the slot if
 * it came back a moment too early.
 */
const WAIT_EACH_MS = SECOND;
/**
 * The limit for looks that would be new in a waiting line. Waiting looks occupy functions that other connections need.
 */
const WAIT_EACH_IN_LINE_MS = 100;
const WAIT_MAX_MS = 2.5 * SECOND;
/** The longest wait for the next slot of a slow connection. */
const WAIT_SLOW_MAX_MS = 4 * SECOND;
/** A message comes back this long before its slot, because SQS hides messages for whole seconds. */
const COME_BACK_EARLY_MS = SECOND;
/** The maximum length of a waiting line. A look without a place comes back near the end of the line. */
const LINE_MAX_MS = HOUR;
/**
 * A look that found no place in a waiting line comes back this long before the end of the line. So the lane is never
 * idle.
 */
const LINE_END_MS = 2.5 * SECOND;
/** Extra time between calls, because one call may start a little late and the next call may travel faster. */
const GUARD_MS = 150;
/** Extra time between slots in a waiting line, so that late calls can catch up. */
const LINE_GUARD_MS = 170;
/** The factor by which the slots in the waiting line of a slow connection are further apart. */
const LINE_STRETCH = 1.08;
/**
 * The time between calls while nobody knows whether the connection works. After a refused call, the lane can still stop
 * the next one. Otherwise ten functions could send refused calls at once.
 */
const SCOUTS_APART_MS = 500;
/** The lane keeps old calls for this additional time, because the clocks of two functions may differ. */
const CLOCK_DRIFT_MS = SECOND;

const budgetOf = (lane: Lane, now: number, callsPerSecond: number): Budget => {
  const rate = callsPerSecond * rateFactor(lane, now);
  // No second may hold a part of a call. The addition corrects rounding: 0.29 x 100 is 28.999... to a computer.
  const size = Math.max(1, Math.floor(rate + 1e-9));
  const everyMs = Math.max(SECOND, SECOND / rate);
  return { size, spanMs: everyMs + GUARD_MS, stepMs: Math.max(everyMs + LINE_GUARD_MS, everyMs * LINE_STRETCH) / size };
};

/** Returns how far ahead the lane looks for slots for calls that have waited in the line. */
const horizonMs = ({ spanMs }: Budget): number => Math.max(2 * WAIT_MAX_MS, 2 * spanMs);

type State = Line & { readonly gusts: readonly Gust[]; readonly soonUntil: number };

/** Returns the slots of the lane, without old values and without values that only a wrong clock can have written. */
const stateOf = (lane: Lane, now: number, budget: Budget): State => {
  const line = lane.nextSlotAt === lane.ownNextSlotAt ? (lane.lineUntil ?? 0) : lane.nextSlotAt;
  const from = now - budget.spanMs - CLOCK_DRIFT_MS;
  return {
    gusts: (lane.gusts ?? []).filter(([at]) => believed(at, now, horizonMs(budget)) > from),
    lineUntil: believed(line, now, LINE_MAX_MS),
    gaps: (lane.gaps ?? []).filter(([at]) => believed(at, now, LINE_MAX_MS) > now),
    soonUntil: believed(lane.soonUntil ?? 0, now, 2 * horizonMs(budget)),
  };
};

type Rules = {
  /** The longest time that the function waits for a slot. */
  readonly patienceMs: number;
  /** No function has recently told the lane about a good answer. */
  readonly isUnknown: boolean;
};
type Options = {
  readonly callsPerSecond: number;
  /** Says whether new looks may join the waiting line now. */
  readonly mayStand: boolean;
};

const goesFirst = ({ first, held = [], missed, isUnderWay }: CallRequest): boolean =>
  first === true || isUnderWay === true || held.length > 0 || missed !== undefined;

/** Returns a result that sends a look away until shortly before its slots, or for one millisecond. */
const backFor = (slots: readonly number[], now: number): Later => {
  const retryAt = Math.max(Math.min(...slots) - COME_BACK_EARLY_MS, now + 1);
  return { retryAt, why: 'full', slots };
};

/** Either the request has its slots, or it must join the waiting line at `from` or later. */
type Step = { readonly state: State } & ({ readonly allotment: Allotment } | { readonly from: number });

/** Answers one request for slots. */
const serve = (
  before: State,
  wish: CallRequest,
  now: number,
  budget: Budget,
  { isUnknown, patienceMs }: Rules,
): Step => {
  const { calls, held = [], missed } = wish;
  const [soonest = now] = held;
  if (calls === 0) return { state: before, allotment: { slots: [] } };
  if (soonest > now + WAIT_MAX_MS) return { state: before, allotment: backFor(held, now) };
  const { gusts: kept } = before;
  const free = missed !== undefined && kept.some(([start]) => start === missed) ? withCalls(kept, missed, -1) : kept;
  const lineEnds = goesFirst(wish) ? now : before.lineUntil;
  const lastCalled = isUnknown && wish.isScout ? (free.at(-1)?.[0] ?? 0) + SCOUTS_APART_MS : now;
  const { slots, gusts } = place(free, calls, Math.max(now, lineEnds, lastCalled), budget);
  const [at = now] = slots;
  const waitMs = waitOf(wish, lastCalled > now, patienceMs);
  if (at <= now + waitMs) return { state: { ...before, gusts }, allotment: { slots } };
  // The lane keeps no slot free for a late look. If its next message is late as well, the slot would be lost.
  const state = { ...before, gusts: free };
  const soon = Math.max(before.soonUntil, at);
  if (!goesFirst(wish)) return { state, from: at };
  if (soon > now + horizonMs(budget)) return { state, from: soon };
  const { stepMs } = budget;
  const instants = Array.from({ length: calls }, (_, i) => gustAt(soon + i * stepMs, now + waitMs, budget));
  return {
    state: { ...state, soonUntil: Math.ceil(soon + calls * stepMs) },
    allotment: backFor(instants, now),
  };
};

/** Returns how long a function waits for the slot of a request. */
const waitOf = (wish: CallRequest, isBehindScout: boolean, patienceMs: number): number => {
  if (wish.isUnderWay) return WAIT_MAX_MS;
  // A look that waits for another function's test of the connection occupies few functions.
  if (isBehindScout) return WAIT_EACH_MS;
  // Looks whose reserved slot has come also occupy few functions.
  return goesFirst(wish) ? Math.max(patienceMs, WAIT_EACH_MS) : patienceMs;
};

/** The time for which a reserved slot stays valid after its start, because the message may be late. */
const HELD_FOR_MS = MINUTE;

/** Returns those of a watch's reserved slots that are still valid, in order of time. */
export const heldSlots = (slots: readonly number[], now: number): readonly number[] =>
  slots.filter((slot) => believed(slot, now, LINE_MAX_MS) > now - HELD_FOR_MS).sort((a, b) => a - b);

const isSame = (a: State, b: State): boolean =>
  a.gusts === b.gusts && a.lineUntil === b.lineUntil && a.gaps === b.gaps && a.soonUntil === b.soonUntil;

/**
 * Answers all requests for slots. Looks with priority come first, and otherwise the order of the requests counts.
 * Returns the same lane object where it reserves nothing. While the cloud refuses the credentials, it lets one look
 * through at the end of each pause (see refusals.ts).
 */
export const allot = (
  lane: Lane,
  wishes: readonly CallRequest[],
  now: number,
  { callsPerSecond, mayStand }: Options,
): { readonly lane: Lane; readonly allotments: readonly Allotment[] } => {
  const budget = budgetOf(lane, now, callsPerSecond);
  const initial = stateOf(lane, now, budget);
  const pausedUntil = pauseEnd(lane, now);
  if (lane.refused) {
    const { trial, refusals, retryAt } = trialOf(lane, pausedUntil, wishes, now);
    const allotments = wishes.map(
      (wish): Allotment =>
        wish === trial ? { slots: [now], isTrial: true } : { retryAt: retryAt(wish), why: 'refused' },
    );
    if (!trial) return { lane, allotments };
    return {
      lane: written({ ...lane, ...refusals }, { ...initial, gusts: withCalls(initial.gusts, now, 1) }, budget),
      allotments,
    };
  }
  if (pausedUntil > now) return { lane, allotments: wishes.map(() => ({ retryAt: pausedUntil, why: 'paused' })) };

  const eachMs = initial.lineUntil > now ? WAIT_EACH_IN_LINE_MS : WAIT_EACH_MS;
  const slowMs = Math.min(budget.spanMs / Math.min(budget.size, 4), WAIT_SLOW_MAX_MS);
  const patienceMs = Math.max(Math.min(wishes.length * eachMs, WAIT_MAX_MS), slowMs);
  const rules = { patienceMs, isUnknown: newestGood(lane.good ?? [], [], now).length === 0 };
  let state = initial;
  const allotted = new Map<CallRequest, Allotment>();
  const late: CallRequest[] = [];
  let lineUntil = initial.lineUntil;
  for (const wish of [...wishes.filter(goesFirst), ...wishes.filter((each) => !goesFirst(each))]) {
    const step = serve(state, wish, now, budget, rules);
    state = step.state;
    if ('allotment' in step) allotted.set(wish, step.allotment);
    else {
      late.push(wish);
      lineUntil = Math.max(lineUntil, step.from);
    }
  }
  if (late.length > 0 && (!mayStand || lineUntil > now + LINE_MAX_MS)) {
    const retryAt = Math.max(now + SECOND, lineUntil - LINE_END_MS);
    for (const wish of late) allotted.set(wish, { retryAt, why: 'full' });
  } else if (late.length > 0) {
    const looks = late.map(({ calls }) => calls);
    const { line, slots } = stand({ ...state, lineUntil }, looks, now + patienceMs, budget);
    state = { ...state, ...line };
    for (const [i, wish] of late.entries()) allotted.set(wish, backFor(slots[i] ?? [], now));
  }
  const allotments = wishes.map((wish): Allotment => allotted.get(wish) ?? { slots: [] });
  return { lane: isSame(state, initial) ? lane : written(lane, state, budget), allotments };
};

const written = (lane: Lane, { gusts, lineUntil, gaps, soonUntil }: State, { stepMs }: Budget): Lane => {
  const nextSlotAt = Math.ceil(Math.max(lineUntil, ...gusts.map(([at, calls]) => at + calls * stepMs)));
  return { ...lane, gusts, lineUntil, gaps, soonUntil, nextSlotAt, ownNextSlotAt: nextSlotAt };
};
