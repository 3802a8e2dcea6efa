/**
 * How long to wait for somebody who may never answer. The limit is on silence, not on work, and it holds for a machine
 * with time to spare: while others keep every core busy, a second counts for an eighth.
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** The work of all cores since the machine started, in ms. */
export type CoreTimes = { readonly busy: number; readonly idle: number };

export type Silence = {
  /** Something has moved. */
  readonly end: () => void;
  /** Whether nothing has moved for too long. Counts the time since it was asked last, so ask several times a second. */
  readonly isTooLong: () => boolean;
};

export type Sources = { readonly now: () => number; readonly coreTimes: () => CoreTimes };

const BUSY_WEIGHT = 1 / 8;
const EVERY_MS = 200;

const ofThisMachine: Sources = {
  now: () => performance.now(),
  coreTimes: () => {
    const times = cpus().map(({ times: { user, nice, sys, irq, idle } }) => ({ busy: user + nice + sys + irq, idle }));
    return times.reduce((sum, { busy, idle }) => ({ busy: sum.busy + busy, idle: sum.idle + idle }), NOTHING);
  },
};
const NOTHING: CoreTimes = { busy: 0, idle: 0 };

/** One idle core is all that a silent process could want; where there is none, it may only be waiting for its turn. */
const weightOf = (elapsedMs: number, before: CoreTimes, after: CoreTimes): number =>
  Math.min(1, Math.max(BUSY_WEIGHT, (after.idle - before.idle) / elapsedMs));

/** Begins to count. `limitMs` is what an idle machine may take. */
export const createSilence = (limitMs: number, { now, coreTimes } = ofThisMachine): Silence => {
  let countedMs = 0;
  let last = { at: now(), cores: coreTimes() };
  return {
    end: () => {
      countedMs = 0;
      last = { at: now(), cores: coreTimes() };
    },
    isTooLong: () => {
      const next = { at: now(), cores: coreTimes() };
      const elapsedMs = next.at - last.at;
      // The cores' times move in steps of 10 ms.
      if (elapsedMs >= EVERY_MS / 2) {
        // A laptop that was asleep for an hour has not waited for an hour.
        countedMs += Math.min(elapsedMs, limitMs / 2) * weightOf(elapsedMs, last.cores, next.cores);
        last = next;
      }
      return countedMs >= limitMs;
    },
  };
};

/** Waits until `isDone`, for as long as `silence` allows. Answers whether it came to be. */
export const waitUnlessSilent = async (
  isDone: () => boolean | Promise<boolean>,
  silence: Silence,
): Promise<boolean> => {
  while (!(await isDone())) {
    if (silence.isTooLong()) return false;
    await sleep(EVERY_MS);
  }
  return true;
};
