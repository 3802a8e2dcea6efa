/**
 * A lane: the pace of one connection (cloud account) or one chat robot, shared by every function that uses it. Pure.
 *
 * It is a row of slots, one call each, that is handed out from the front. Slots stand 15 % further apart than the rate
 * needs, so that calls which leave a little late do not crowd into a second with the next ones.
 */
import { MINUTE, SECOND } from './schedule.ts';

export type Lane = {
  /** The first slot nobody has. */
  readonly nextSlotAt: number;
  /** 1 is the configured rate; throttling halves it, time brings it back. */
  readonly pace: number;
  readonly pacedAt: number;
  /** Nobody calls before this. */
  readonly pausedUntil: number;
  /** How far the cloud's clock is ahead of ours, ms, where it is too far for a signature. */
  readonly skewMs?: number;
  /** Credentials refused, and since when: until one look succeeds, only one look at a time is let through. */
  readonly refused?: { readonly since: number } & Words;
  /** What the cloud said when it last asked for a slower pace or a pause. It explains `pausedUntil` where nothing is refused. */
  readonly slowed?: { readonly at: number } & Words;
};

/** A cloud's own code and words. */
type Words = { readonly code: string; readonly message: string };

const HEADROOM = 1.15;
const PACE_MIN = 1 / 64;
const HALVE_EVERY_MS = 10 * SECOND;
const RECOVER_EVERY_MS = 10 * SECOND;
const RECOVER_FACTOR = 1.25;
/** How long refused credentials rest until one look tries again: long enough never to reach five failures in a row quickly. */
export const REFUSED_PAUSE_MS = 3 * MINUTE;
/** How long everybody else rests while one look tries: its call's time-out, and room to tell that it went well. */
const TRIAL_MS = 20 * SECOND;
const PAUSE_MAX_MS = 60 * MINUTE;

export const openLane: Lane = { nextSlotAt: 0, pace: 1, pacedAt: 0, pausedUntil: 0 };

/** The pace now: a quarter more for every ten seconds since it was last set, up to the configured rate. */
export const paceNow = (lane: Lane, now: number): number =>
  Math.min(1, lane.pace * RECOVER_FACTOR ** Math.floor(Math.max(now - lane.pacedAt, 0) / RECOVER_EVERY_MS));

export type Reservation = { readonly slots: readonly number[]; readonly lane: Lane } | { readonly pausedUntil: number };

/**
 * Takes `count` slots at `callsPerSecond`. While credentials are known to be refused, one call is let through when the
 * pause ends and the pause begins anew for everybody else, until that call has been answered.
 */
export const reserve = (lane: Lane, count: number, now: number, callsPerSecond: number): Reservation => {
  if (lane.pausedUntil > now) return { pausedUntil: lane.pausedUntil };
  if (lane.refused) {
    return { slots: [now], lane: { ...lane, nextSlotAt: now, pausedUntil: now + TRIAL_MS } };
  }
  const pace = paceNow(lane, now);
  const step = (SECOND * HEADROOM) / (callsPerSecond * pace);
  const first = Math.max(lane.nextSlotAt, now);
  return {
    slots: Array.from({ length: count }, (_, i) => Math.ceil(first + i * step)),
    lane: { ...lane, nextSlotAt: Math.ceil(first + count * step) },
  };
};

/** After "too many requests": half the pace, at most once in ten seconds, and a pause when the cloud named one. */
export const throttled = <L extends Lane>(lane: L, now: number, afterMs = 0, words?: Words): L => {
  const pausedUntil = Math.max(lane.pausedUntil, afterMs > 0 ? now + Math.min(afterMs, PAUSE_MAX_MS) : 0);
  const isHalvedAlready = now - lane.pacedAt < HALVE_EVERY_MS;
  if (isHalvedAlready && pausedUntil === lane.pausedUntil) return lane;
  const paused = { ...lane, pausedUntil, ...(words && { slowed: { at: now, ...words } }) };
  return isHalvedAlready ? paused : { ...paused, pace: Math.max(paceNow(lane, now) / 2, PACE_MIN), pacedAt: now };
};

/** After credentials were refused: nobody calls for some minutes. */
export const refused = (lane: Lane, now: number, code: string, message: string): Lane => ({
  ...lane,
  pausedUntil: Math.max(lane.pausedUntil, now + REFUSED_PAUSE_MS),
  refused: { since: lane.refused?.since ?? now, code, message },
});

/** After a call that was let in on trial got its answer: the lane is open again. */
export const accepted = (lane: Lane, now: number): Lane => {
  if (!lane.refused) return lane;
  const { refused: _, ...rest } = lane;
  return { ...rest, pausedUntil: now };
};
