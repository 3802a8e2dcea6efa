/**
 * A lane: the rate limiter of one connection (a cloud account), shared by every function that calls through it. Pure.
 *
 * The lane keeps the times of the last calls. So no second ever holds more calls than the rate, however the calls are asked
 * for. Calls may be made at one instant (a gust), as many as the rate allows in a second. Calls that find no room soon stand
 * in line: each is promised a time and comes back at about that time. Whoever comes back goes before those who stand in no
 * line yet, and takes the first room there is: a message that comes late loses nothing.
 */
import { type Budget, type Gust, place, withCalls } from './gusts.ts';
import { gustAt, type Line, stand } from './line.ts';
import { openPacing, type Pacing, pauseEnd, rateFactor } from './pacing.ts';
import { newestGood, type Refusals, trialOf } from './refusals.ts';
import { believed, HOUR, MINUTE, SECOND } from './schedule.ts';

export type Lane = Pacing &
  Refusals & {
    /** The calls of the last moments, and those whose time is near, oldest first. */
    readonly gusts?: readonly Gust[];
    /** The times up to here are promised to calls that stand in line. */
    readonly lineUntil?: number;
    /** What is still free before that. */
    readonly gaps?: readonly Gust[];
    /** The same for those who have stood in line and found no room: they come back soon, one after another. */
    readonly soonUntil?: number;
    /**
     * Where functions of the previous release go on: they know neither `gusts` nor `lineUntil`. Where it is not what this
     * release wrote (`ownNextSlotAt`), one of them has taken the times up to it.
     */
    readonly nextSlotAt: number;
    readonly ownNextSlotAt?: number;
    /** How far the cloud's clock is ahead of ours, ms, where it is too far for a signature. */
    readonly skewMs?: number;
  };

export const openLane: Lane = { ...openPacing, nextSlotAt: 0 };

/** What a look asks of its lane. */
export type CallRequest = {
  /** Its watch: at a trial the watches of a connection take targetLimiters. */
  readonly watch: string;
  /** Whether the cloud has shown the watch's operation, and brought no trouble since: such a look tells most at a trial. */
  readonly isSound: boolean;
  /** The calls it needs. 0 where earlier answers may do: it only asks whether the lane rests. */
  readonly calls: number;
  /** The times that it was promised earlier. */
  readonly held?: readonly number[];
  /** A time that was kept free for it and that it missed: another call may have it. */
  readonly missed?: number;
  /** Goes before all that stand in line. */
  readonly first?: boolean;
  /** It has made calls already, and would have to begin anew: it goes before the line, and waits longer for one more. */
  readonly isUnderWay?: boolean;
  /** Its function does not know how the connection fares. */
  readonly isScout?: boolean;
  /** Others of its batch ask after it has been answered. */
  readonly isFollowed?: boolean;
};

/** The call times that a look has got, or when it is to come back, why, and with which times. */
export type Allotment = { readonly slots: readonly number[]; readonly isTrial?: true } | Later;
export type Later = {
  readonly backAt: number;
  readonly why: 'refused' | 'paused' | 'full';
  readonly slots?: readonly number[];
};

/**
 * A time this near is waited for in the function, for each look that waits together. A later one is not, and the message is
 * hidden until then: a function that sleeps for a second costs what a message and two writes cost. The calls of a slow
 * connection are few, and one function at a time waits for the next of them: whoever came a moment early would lose it.
 */
const WAIT_EACH_MS = SECOND;
/** The same for those who would be new in a line. Functions are scarce: thousands must not take them from other connections. */
const WAIT_EACH_IN_LINE_MS = 100;
const WAIT_MAX_MS = 2.5 * SECOND;
/** The next call of a slow connection. */
const WAIT_SLOW_MAX_MS = 4 * SECOND;
/** Messages are hidden in whole seconds: one comes back this much before its time. */
const COME_BACK_EARLY_MS = SECOND;
/** No line is longer: what finds no place in it comes back when the line is nearly over. */
const LINE_MAX_MS = HOUR;
/** A line is nearly over when this much of it is left: early enough that the lane is never idle. */
const LINE_END_MS = 2.5 * SECOND;
/** Calls are kept apart by this much more than the rate needs: one leaves a little late, another is quicker on its way. */
const GUARD_MS = 150;
/** The times in a line are further apart than the lane's calls must be, so that those who come late catch up: by so much, or ... */
const LINE_GUARD_MS = 170;
/** ... for slow connections, by so much. */
const LINE_STRETCH = 1.08;
/**
 * Where nobody knows how a connection fares, its calls are this far apart: the next one is stopped where the answer to the
 * last is a refusal. Ten functions would meet it at once.
 */
const SCOUTS_APART_MS = 500;
/** Functions whose clocks are this much apart still see each other's calls. */
const CLOCK_DRIFT_MS = SECOND;

const budgetOf = (lane: Lane, now: number, callsPerSecond: number): Budget => {
  const rate = callsPerSecond * rateFactor(lane, now);
  // Calls are whole: at 2.5 a second no second may hold a third. (A rate such as 0.29 x 100 is 28.999... to a machine.)
  const size = Math.max(1, Math.floor(rate + 1e-9));
  const everyMs = Math.max(SECOND, SECOND / rate);
  return { size, spanMs: everyMs + GUARD_MS, stepMs: Math.max(everyMs + LINE_GUARD_MS, everyMs * LINE_STRETCH) / size };
};

/** How far ahead times are looked for by those who have stood in line. */
const horizonMs = ({ spanMs }: Budget): number => Math.max(2 * WAIT_MAX_MS, 2 * spanMs);

type State = Line & { readonly gusts: readonly Gust[]; readonly soonUntil: number };

/** What the lane says of times, as far as it can be believed and still counts. */
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
  /** How long the function waits for a time. */
  readonly patienceMs: number;
  /** Nobody has told the lane of a good answer lately. */
  readonly isUnknown: boolean;
};
type Options = {
  readonly callsPerSecond: number;
  /** False where nobody new may stand in line for now. */
  readonly mayStand: boolean;
};

const goesFirst = ({ first, held = [], missed, isUnderWay }: CallRequest): boolean =>
  first === true || isUnderWay === true || held.length > 0 || missed !== undefined;

/** Back for these times: a moment before them or, where that is not possible any more, a second from now. */
const backFor = (slots: readonly number[], now: number): Later => {
  const backAt = Math.max(Math.min(...slots) - COME_BACK_EARLY_MS, now + 1);
  return { backAt, why: 'full', slots };
};

/** One wish has got its times, or is for the line, which begins no earlier than `from` for it. */
type Step = { readonly state: State } & ({ readonly allotment: Allotment } | { readonly from: number });

/** Gives one wish its times. */
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
  // Nothing is kept free for it meanwhile: that would be lost if its message were late once more.
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

/** How long a function waits for the time of a wish. */
const waitOf = (wish: CallRequest, isBehindScout: boolean, patienceMs: number): number => {
  if (wish.isUnderWay) return WAIT_MAX_MS;
  // Those that wait for a scout of another function are not many functions at a time: others fall due meanwhile.
  if (isBehindScout) return WAIT_EACH_MS;
  // Nor are those whose promised time has come.
  return goesFirst(wish) ? Math.max(patienceMs, WAIT_EACH_MS) : patienceMs;
};

/** A time that was given this long ago still counts: its message was late. What is older has been used or is over. */
const HELD_FOR_MS = MINUTE;

/** Those of the times that a watch was given that may still be meant, in order. */
export const heldSlots = (slots: readonly number[], now: number): readonly number[] =>
  slots.filter((slot) => believed(slot, now, LINE_MAX_MS) > now - HELD_FOR_MS).sort((a, b) => a - b);

const isSame = (a: State, b: State): boolean =>
  a.gusts === b.gusts && a.lineUntil === b.lineUntil && a.gaps === b.gaps && a.soonUntil === b.soonUntil;

/**
 * Gives every wish its times, in their order, those first who go before the others. The lane is the same one where nothing
 * was given. While credentials are known to be refused, one look is let through when the pause ends (see refusals.ts).
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
    const { trial, refusals, backAt } = trialOf(lane, pausedUntil, wishes, now);
    const allotments = wishes.map(
      (wish): Allotment =>
        wish === trial ? { slots: [now], isTrial: true } : { backAt: backAt(wish), why: 'refused' },
    );
    if (!trial) return { lane, allotments };
    return {
      lane: written({ ...lane, ...refusals }, { ...initial, gusts: withCalls(initial.gusts, now, 1) }, budget),
      allotments,
    };
  }
  if (pausedUntil > now) return { lane, allotments: wishes.map(() => ({ backAt: pausedUntil, why: 'paused' })) };

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
    const backAt = Math.max(now + SECOND, lineUntil - LINE_END_MS);
    for (const wish of late) allotted.set(wish, { backAt, why: 'full' });
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
