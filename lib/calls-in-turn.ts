/** Keeps the calls of one look to their slots in the connection's lane: every HTTP call has one of its own. */
import type { ConnectionConfig } from './config.ts';
import { RetryLater } from './errors.ts';
import type { Lane } from './lane.ts';
import type { Runtime } from './runtime.ts';
import { SECOND } from './schedule.ts';

/** A slot this near is waited for; messages are hidden in whole seconds, so one comes back this much before its slot. */
const WAIT_MAX_MS = 2.5 * SECOND;
const COME_BACK_EARLY_MS = 1.5 * SECOND;
/**
 * A slot missed by more than this is lost: used late it would crowd those behind it. At any rate the slots leave 150 ms in
 * a second (lane.ts); the rest of that is for the way to the cloud, which takes now longer, now shorter.
 */
const SLOT_LATE_MS = 60;
/** A pause that was begun while we waited this long is looked for before calling. */
const STALE_LANE_MS = 50;
/** Slots of a slow connection further apart than this are not waited for: its calls of one look go closer together. */
const FOLLOWING_MAX_MS = 10 * SECOND;
/** After this long a look makes no further call: a function has half a minute for its batch. */
const LOOK_BUDGET_MS = 15 * SECOND;
const BUDGET_SPENT_WAIT_MS = 5 * SECOND;

/** Not now: the lane rests, or the next slot is too far to wait for. Carries the slots to come back with, in order. */
export class LaneBusy extends RetryLater {
  readonly backAt: number;
  readonly slots: readonly number[];
  readonly why: 'refused' | 'paused' | 'full';

  constructor(backAt: number, slots: readonly number[] = [], why: LaneBusy['why'] = 'full') {
    super({ code: 'lane_busy', message: 'the connection is at its pace; its turn comes later' });
    this.backAt = backAt;
    this.slots = slots;
    this.why = why;
  }
}

/** Why a lane that is paused is: its credentials were refused, or the cloud asked for a pause. */
export const whyPaused = ({ refused }: Pick<Lane, 'refused'>): 'refused' | 'paused' => (refused ? 'refused' : 'paused');

const missed = (slot: number, now: number): boolean => now > slot + SLOT_LATE_MS;

/** Those of `slots` that can still be used, in order. */
export const usableSlots = (slots: readonly number[], now: number): readonly number[] =>
  slots.filter((slot) => !missed(slot, now)).sort((a, b) => a - b);

/** Why a look with these slots has to come back for them, or undefined when the first is near enough to wait for. */
export const tooFar = (slots: readonly number[], now: number): LaneBusy | undefined => {
  const [first = now] = slots;
  return first > now + WAIT_MAX_MS ? new LaneBusy(first - COME_BACK_EARLY_MS, slots) : undefined;
};

type Tools = Pick<Runtime, 'pace' | 'now' | 'pause'>;

/**
 * Answers what each call of a look waits for before it is made: the slots it has in hand, then one more at a time.
 * Throws LaneBusy when the call cannot be made now. The calls of a trial (refused credentials, everybody else waits) need
 * no turn but for the first.
 */
export const callsInTurn = (
  { name, callsPerSecond }: ConnectionConfig,
  slots: readonly number[],
  isTrial: boolean,
  { pace, now, pause }: Tools,
): (() => Promise<void>) => {
  const inHand = [...slots];
  const beganAt = now();
  let calls = 0;

  const until = async (at: number): Promise<void> => {
    const wait = at - now();
    if (wait >= STALE_LANE_MS) {
      await pause(wait - STALE_LANE_MS);
      const lane = await pace.read(name);
      if (lane.pausedUntil > now()) throw new LaneBusy(lane.pausedUntil, [], whyPaused(lane));
    }
    if (at > now()) await pause(at - now());
  };

  const reserve = async (count: number): Promise<readonly number[]> => {
    const reserved = await pace.reserve(name, count, callsPerSecond);
    if ('pausedUntil' in reserved) throw new LaneBusy(reserved.pausedUntil, [], whyPaused(await pace.read(name)));
    return reserved.slots;
  };

  const another = async (): Promise<number> => {
    const [slot = now()] = await reserve(1);
    if (!tooFar([slot], now())) return slot;
    // With this slot alone it would begin with its first call again and never get any further: it comes back with as many
    // slots as it needs to come this far.
    const rest = calls > 1 ? await reserve(calls - 1) : [];
    throw tooFar([slot, ...rest], now()) ?? new LaneBusy(now(), [slot, ...rest]);
  };

  return async () => {
    calls += 1;
    if (calls > 1 && isTrial) return;
    if (calls > 1 && now() > beganAt + LOOK_BUDGET_MS) throw new LaneBusy(now() + BUDGET_SPENT_WAIT_MS);
    const next = inHand.shift() ?? (await another());
    await until(Math.min(next, beganAt + FOLLOWING_MAX_MS));
    if (missed(next, now())) await until(await another());
  };
};
