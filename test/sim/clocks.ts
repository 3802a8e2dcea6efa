/** A clock that is off by minutes or hours: that of one function, or of some of its instances. */
import { createRng, type Rng } from '../world/rng.ts';
import { DAY, HOUR, MINUTE } from './time.ts';

export type WrongClock = {
  /** The function. */
  readonly by: string;
  /** How many of its instances have the wrong clock: 1 for all. */
  readonly share: number;
  /** How far the clock is ahead, ms; below 0 where it is behind. */
  readonly offMs: number;
  readonly from: number;
  readonly until: number;
};

const FUNCTIONS = ['poller-aliyun', 'poller-huawei', 'notifier', 'sweep', 'trigger', 'api'];

/** Of all runs in which something goes wrong, the share that has a wrong clock. */
const SHARE = 0.06;
const STREAM = 0x2c10c000;

/** Draws the wrong clock of a run that begins at `start` and has `length` for troubles. */
export const wrongClockOf = (seed: number, isQuiet: boolean, start: number, length: number): WrongClock | undefined => {
  const chance = createRng(seed, STREAM);
  if (!chance.is(SHARE) || isQuiet) return undefined;
  const by = chance.pick(FUNCTIONS);
  const share = chance.pick([0.3, 0.7, 1]);
  const offMs = Math.round(chance.spread(2 * MINUTE, 10 * HOUR)) * chance.pick([-1, 1]);
  if (chance.is(0.3)) return { by, share, offMs, from: start, until: start + length };
  const from = start + chance.next() * (length - DAY);
  return { by, share, offMs, from, until: from + chance.spread(10 * MINUTE, DAY) };
};

/** How far ahead the clock of a function's instance is that begins at `now`. */
export const offBy = (clock: WrongClock | undefined, name: string, now: number, chance: Rng): number =>
  clock && clock.by === name && clock.from <= now && now < clock.until && chance.is(clock.share) ? clock.offMs : 0;

/** How far any clock of a run may be off because of it. */
export const offMsOf = (clock: WrongClock | undefined): number => Math.abs(clock?.offMs ?? 0);

/** How far ahead a sweep's clock may be that begins at `now`. */
export const sweepAhead = (clock: WrongClock | undefined, now: number): number =>
  clock && clock.by === 'sweep' && clock.from <= now && now < clock.until ? Math.max(clock.offMs, 0) : 0;
