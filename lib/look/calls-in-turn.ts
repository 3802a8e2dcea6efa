/**
 * Keeps the calls of one look to their times in the connection's lane: every HTTP call has one of its own.
 *
 * An example: a look needs three calls. It has a time for the first and makes it, asks for another and makes the second,
 * and finds that the next one is a minute away. It does not wait for that. It comes back then, with three times, because it
 * begins anew with its first call: with one time it would never get any further.
 */

import type { ConnectionConfig } from '../config/settings.ts';
import { RetryLater } from '../core/errors.ts';
import type { Allotment, CallRequest, Later } from '../core/lane.ts';
import { pauseEnd } from '../core/pacing.ts';
import { SECOND } from '../core/schedule.ts';
import type { Runtime } from '../runtime.ts';

/**
 * A time missed by more than this is given back for another: used late its call would crowd those behind it. The lane keeps
 * calls apart by 150 ms more than it must; the rest of that is for the way to the cloud, which takes now longer, now shorter.
 */
const SLOT_LATE_MS = 60;
/** A pause that was begun while we waited this long is looked for before calling. */
const STALE_LANE_MS = 50;
/** Times of a slow connection further apart than this are not waited for: the calls of one look go closer together. */
const FOLLOWING_MAX_MS = 10 * SECOND;
/** Even then no second holds two of them. */
const APART_MS = 1.15 * SECOND;
/** After this long a look makes no further call: a function has half a minute for its batch. */
const LOOK_BUDGET_MS = 15 * SECOND;
const BUDGET_SPENT_WAIT_MS = 5 * SECOND;

/** Not now: the lane rests, or the next time is too far to wait for. Says when to come back, why, and with which times. */
export class LaneBusy extends RetryLater {
  readonly later: Later;

  constructor(later: Later) {
    super({ code: 'lane_busy', message: 'the connection is at its rate limit; the look comes later' });
    this.later = later;
  }
}

/** The calls of one look. */
export type Calls = {
  /** Waits for the time of the next call before that is made. */
  readonly ahead: () => Promise<void>;
  /** Waits for the time of a call, unless `ahead` has. Throws LaneBusy when it cannot be made now. */
  readonly next: () => Promise<void>;
  /** How many calls have had their times. */
  readonly made: () => number;
};

/** The times that a look has taken of its lane. */
export type Reserved = {
  /** The request to the lane that brought these times. */
  readonly wish: CallRequest;
  /** The times it has. */
  readonly slots: readonly number[];
  /** It tries refused credentials while everybody else waits: only its first call needs a time. */
  readonly isTrial?: true;
};

type CallDeps = Pick<Runtime, 'lanes' | 'now' | 'pause'>;

/** How far a look has got with its calls. */
type Progress = {
  readonly connection: Pick<ConnectionConfig, 'name' | 'callsPerSecond'>;
  readonly reserved: Reserved;
  readonly beganAt: number;
  /** Times that are not used yet. */
  readonly inHand: number[];
  /** Calls that were asked for, the present one included. */
  calls: number;
  calledAt: number;
};

export const callsInTurn = (connection: ConnectionConfig, reserved: Reserved, deps: CallDeps): Calls => {
  const never = Number.NEGATIVE_INFINITY;
  const inHand = [...reserved.slots];
  const progress: Progress = { connection, reserved, beganAt: deps.now(), inHand, calls: 0, calledAt: never };
  let isAhead = false;
  let made = 0;
  return {
    ahead: async () => {
      await waitForCall(progress, deps);
      isAhead = true;
    },
    next: async () => {
      if (!isAhead) await waitForCall(progress, deps);
      isAhead = false;
      made += 1;
    },
    made: () => made,
  };
};

/** Waits for the time of the next call. */
const waitForCall = async (progress: Progress, deps: CallDeps): Promise<void> => {
  const { now } = deps;
  progress.calls += 1;
  const isFirst = progress.calls === 1;
  if (!isFirst && progress.reserved.isTrial) return;
  if (!isFirst && now() > progress.beganAt + LOOK_BUDGET_MS) {
    throw new LaneBusy({ backAt: now() + BUDGET_SPENT_WAIT_MS, why: 'full' });
  }
  const slot = progress.inHand.shift() ?? (await takeAnother(progress, undefined, deps));
  const soonest = isFirst ? slot : Math.max(progress.calledAt + APART_MS, progress.beganAt + FOLLOWING_MAX_MS);
  await waitUntil(Math.min(slot, soonest), progress, deps);
  if (now() > slot + SLOT_LATE_MS) await waitUntil(await takeAnother(progress, slot, deps), progress, deps);
  progress.calledAt = now();
};

/** Waits for a time. Throws LaneBusy where the lane was paused meanwhile. */
const waitUntil = async (at: number, { connection }: Progress, { lanes, now, pause }: CallDeps): Promise<void> => {
  const wait = at - now();
  if (wait >= STALE_LANE_MS) {
    await pause(wait - STALE_LANE_MS);
    const lane = await lanes.read(connection.name);
    const backAt = pauseEnd(lane, now());
    if (backAt > now()) throw new LaneBusy({ backAt, why: lane.refused ? 'refused' : 'paused' });
  }
  if (at > now()) await pause(at - now());
};

/**
 * Takes one more time; where the look missed one, in place of that. Throws LaneBusy where none is near: the look then has a time
 * for each call that it has to make again.
 */
const takeAnother = async (progress: Progress, missed: number | undefined, deps: CallDeps): Promise<number> => {
  const { calls } = progress;
  const wanted = { calls: 1, isFollowed: true, ...(missed !== undefined && { missed }) };
  const one = await reserve(wanted, progress, deps);
  if (!('backAt' in one)) return one.slots[0] ?? deps.now();
  if (!one.slots || calls === 1) throw new LaneBusy(one);
  const rest = await reserve({ calls: calls - 1 }, progress, deps);
  throw new LaneBusy({ ...one, slots: [...one.slots, ...(rest.slots ?? [])] });
};

const reserve = async (
  wanted: Pick<CallRequest, 'calls' | 'missed' | 'isFollowed'>,
  { connection: { name, callsPerSecond }, reserved }: Progress,
  { lanes }: CallDeps,
): Promise<Allotment> => {
  const { held: _, isScout: _scout, ...who } = reserved.wish;
  const [allotment] = await lanes.reserve(name, [{ ...who, ...wanted, isUnderWay: true }], callsPerSecond);
  return allotment ?? { slots: [] };
};
