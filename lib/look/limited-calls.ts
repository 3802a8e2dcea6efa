/**
 * Lets each HTTP call of a look wait for a slot of its own in the connection's lane.
 *
 * Example: a look needs three calls. It has one slot and makes the first call. It takes another slot and makes the
 * second call. The slot for the third call is a minute away, which is too long to wait. So the watch comes back in a
 * minute. The look then starts again at its first call, so the lane reserves three slots for it. With one slot it would
 * never get further.
 */

import type { ConnectionConfig } from '../config/settings.ts';
import type { Allotment, CallRequest, Later } from '../core/call-request.ts';
import { RetryLater } from '../core/errors.ts';
import { pauseEnd } from '../core/pacing.ts';
import { SECOND } from '../core/schedule.ts';
import type { Runtime } from '../runtime.ts';

/**
 * The longest delay of a call in its slot. A look that is later gives the slot back and takes another, because a late
 * call would be too near to the next one. The lane leaves 150 ms more than necessary between calls. The rest of these
 * 150 ms allows for different travel times to the cloud.
 */
const SLOT_LATE_MS = 60;
/** After a wait of this length (ms) the look reads the lane again, because another function may have paused it. */
const STALE_LANE_MS = 50;
/**
 * The longest wait between the calls of one look on a slow connection. If the next slot is later, the look makes its
 * call before the slot.
 */
const FOLLOWING_MAX_MS = 10 * SECOND;
/**
 * The least time between two calls of one look. So no second has two of them, even where a call comes before its slot.
 */
const APART_MS = 1.15 * SECOND;
/** The time after which a look makes no further call, because a function has half a minute for its batch. */
const LOOK_BUDGET_MS = 15 * SECOND;
const BUDGET_SPENT_WAIT_MS = 5 * SECOND;

/**
 * The look cannot make its call now: the lane is paused, or the next slot is too far away. The error says when the
 * watch comes back, for what reason, and with which slots.
 */
export class LaneBusy extends RetryLater {
  readonly later: Later;

  constructor(later: Later) {
    super({ code: 'lane_busy', message: 'the connection is at its rate limit; the look comes later' });
    this.later = later;
  }
}

/** The calls of one look. */
export type Calls = {
  /** Waits for the slot of the next call before the adapter prepares that call. */
  readonly ahead: () => Promise<void>;
  /**
   * Waits for the slot of a call, unless `ahead` has done so. Throws LaneBusy where the look cannot make the call now.
   */
  readonly next: () => Promise<void>;
  /** Returns the number of calls that had a slot. */
  readonly made: () => number;
};

/** The slots that a look has reserved in its lane. */
export type Reserved = {
  /** The request that reserved these slots. */
  readonly wish: CallRequest;
  /** The reserved slots (epoch ms). */
  readonly slots: readonly number[];
  /**
   * The look tests refused credentials while all other looks of the connection wait. So only its first call needs a
   * slot.
   */
  readonly isTrial?: true;
};

type CallDeps = Pick<Runtime, 'lanes' | 'now' | 'pause'>;

/** The state of a look between its calls. */
type Progress = {
  readonly connection: Pick<ConnectionConfig, 'name' | 'callsPerSecond'>;
  readonly reserved: Reserved;
  readonly beganAt: number;
  /** Slots that the look has not used yet. */
  readonly inHand: number[];
  /** The number of calls that the adapter has asked for, with the present one. */
  calls: number;
  calledAt: number;
};

export const limitedCalls = (connection: ConnectionConfig, reserved: Reserved, deps: CallDeps): Calls => {
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

/** Waits for the slot of the next call. */
const waitForCall = async (progress: Progress, deps: CallDeps): Promise<void> => {
  const { now } = deps;
  progress.calls += 1;
  const isFirst = progress.calls === 1;
  if (!isFirst && progress.reserved.isTrial) return;
  if (!isFirst && now() > progress.beganAt + LOOK_BUDGET_MS) {
    throw new LaneBusy({ retryAt: now() + BUDGET_SPENT_WAIT_MS, why: 'full' });
  }
  const slot = progress.inHand.shift() ?? (await takeAnother(progress, undefined, deps));
  const soonest = isFirst ? slot : Math.max(progress.calledAt + APART_MS, progress.beganAt + FOLLOWING_MAX_MS);
  await waitUntil(Math.min(slot, soonest), progress, deps);
  if (now() > slot + SLOT_LATE_MS) await waitUntil(await takeAnother(progress, slot, deps), progress, deps);
  progress.calledAt = now();
};

/** Waits until a time. Throws LaneBusy where another function has paused the lane meanwhile. */
const waitUntil = async (at: number, { connection }: Progress, { lanes, now, pause }: CallDeps): Promise<void> => {
  const wait = at - now();
  if (wait >= STALE_LANE_MS) {
    await pause(wait - STALE_LANE_MS);
    const lane = await lanes.read(connection.name);
    const retryAt = pauseEnd(lane, now());
    if (retryAt > now()) throw new LaneBusy({ retryAt, why: lane.refused ? 'refused' : 'paused' });
  }
  if (at > now()) await pause(at - now());
};

/**
 * Reserves one more slot, or replaces a missed slot. Throws LaneBusy where no slot is near. The error then carries a
 * slot for each call of the look, because the look must start again.
 */
const takeAnother = async (progress: Progress, missed: number | undefined, deps: CallDeps): Promise<number> => {
  const { calls } = progress;
  const wanted = { calls: 1, isFollowed: true, ...(missed !== undefined && { missed }) };
  const one = await reserve(wanted, progress, deps);
  if (!('retryAt' in one)) return one.slots[0] ?? deps.now();
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
