/** Slows down calls to a connection or a target that asks for fewer. Pure. */
import { believed, MINUTE, SECOND } from './schedule.ts';

/** The cloud's own code and words. */
export type Words = { readonly code: string; readonly message: string };

export type Pacing = {
  /** 1 is the configured rate. Throttling halves it, and time brings it back. */
  readonly pace: number;
  readonly pacedAt: number;
  /** Nobody calls before this time. */
  readonly pausedUntil: number;
  /** The words of the other side when it last asked for fewer calls or a pause. */
  readonly slowed?: { readonly at: number } & Words;
};

const PACE_MIN = 1 / 64;
const HALVE_EVERY_MS = 10 * SECOND;
const RECOVER_EVERY_MS = 10 * SECOND;
const RECOVER_FACTOR = 1.25;
const PAUSE_MAX_MS = 60 * MINUTE;

export const openPacing: Pacing = { pace: 1, pacedAt: 0, pausedUntil: 0 };

/** Returns the time since the factor was set, in ms. */
const pacedFor = ({ pacedAt }: Pacing, now: number): number => Math.max(now - believed(pacedAt, now, 0), 0);

/** Returns the factor now. It grows by a quarter every ten seconds, up to the configured rate. */
export const rateFactor = (pacing: Pacing, now: number): number =>
  Math.min(1, pacing.pace * RECOVER_FACTOR ** Math.floor(pacedFor(pacing, now) / RECOVER_EVERY_MS));

/** Returns the end of the pause. */
export const pauseEnd = ({ pausedUntil }: Pacing, now: number): number => believed(pausedUntil, now, PAUSE_MAX_MS);

/** Applies "too many requests": half the rate, at most once in ten seconds, and a pause if the other side named one. */
export const throttled = <P extends Pacing>(pacing: P, now: number, afterMs = 0, words?: Words): P => {
  const before = pauseEnd(pacing, now);
  const pausedUntil = Math.max(before, afterMs > 0 ? now + Math.min(afterMs, PAUSE_MAX_MS) : 0);
  const isHalvedAlready = pacedFor(pacing, now) < HALVE_EVERY_MS;
  if (isHalvedAlready && pausedUntil === before) return pacing;
  const paused = { ...pacing, pausedUntil, ...(words && { slowed: { at: now, ...words } }) };
  return isHalvedAlready ? paused : { ...paused, pace: Math.max(rateFactor(pacing, now) / 2, PACE_MIN), pacedAt: now };
};
