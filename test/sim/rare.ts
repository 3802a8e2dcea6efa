/**
 * Troubles that few runs have. Each kind is drawn from a stream of its own: so one that is added leaves every other run as it
 * was.
 */
import { createRng, type Rng } from '../world/rng.ts';
import type { Oddity, RareOddity } from '../world/world.ts';
import { type Act, actsOf } from './acts.ts';
import { type WrongClock, wrongClockOf } from './clocks.ts';
import { type Pages, pagesOf, walksOf } from './pages.ts';
import { type Rollout, rolloutOf } from './rollouts.ts';
import { DAY, HOUR, MINUTE } from './time.ts';

export type Span = { readonly from: number; readonly until: number };

export type Rare = {
  /** How often a queue does what it rarely does. */
  readonly oddities: Readonly<Record<RareOddity, number>>;
  /** The indexes of the table learn of nothing meanwhile. */
  readonly stuckIndex?: Span;
  /** Each queue hands out no more while so many of its messages are hidden. */
  readonly inFlight?: Span & { readonly most: number };
  /** How often an effect is the last before its function is frozen. */
  readonly freezes: number;
  /** What callers do beside submitting. */
  readonly acts?: readonly Act[];
  /** Somebody revokes the token of a tenant. */
  readonly revoked?: { readonly tenant: string; readonly at: number };
  /** Watches and deliveries that are over are kept for so long, and each operation is submitted again when that is about over. */
  readonly keepMs?: number;
  readonly clock?: WrongClock;
  readonly pages?: Pages;
  readonly rollout?: Rollout;
};

export const NOTHING_RARE: Rare = { oddities: { 'late message': 0, 'receives jump': 0 }, freezes: 0 };

/** Of all runs in which something goes wrong, the share that has one kind of rare trouble. */
const SHARE = 0.06;

const STREAM = 0x2a5e0000;

export const RARE_ODDITIES: readonly RareOddity[] = ['late message', 'receives jump'];
export const isRare = (what: Oddity): what is RareOddity => RARE_ODDITIES.some((kind) => kind === what);

const span = (chance: Rng, start: number, length: number, longest: number): Span => {
  const from = start + chance.next() * (length - longest);
  return { from, until: from + chance.spread(MINUTE, longest) };
};

/** Draws each kind, in a run that begins at `start` and has `length` for troubles. */
export const rareOf = (seed: number, isQuiet: boolean, start: number, length: number): Rare => {
  let kinds = 0;
  /** What a run has that has this kind of trouble. A new kind comes last. */
  const drawn = <T>(make: (chance: Rng) => T): T | undefined => {
    kinds += 1;
    const chance = createRng(seed, STREAM + kinds);
    return chance.is(SHARE) && !isQuiet ? make(chance) : undefined;
  };
  const lateMessage = drawn((chance) => chance.spread(0.001, 0.02)) ?? 0;
  const receivesJump = drawn((chance) => chance.spread(0.002, 0.1)) ?? 0;
  const stuckIndex = drawn((chance) => span(chance, start, length, 6 * HOUR));
  const inFlight = drawn((chance) => ({ ...span(chance, start, length, 12 * HOUR), most: 1 + chance.below(4) }));
  const freezes = drawn((chance) => chance.spread(0.0002, 0.005)) ?? 0;
  const acts = drawn((chance) => {
    const revoked = { tenant: chance.pick(['default', 'other']), at: start + chance.next() * length };
    return { acts: actsOf(chance, start, length), ...(chance.is(0.3) && { revoked }) };
  });
  // Longer than a delivery may wait.
  const keepMs = drawn((chance) => chance.between(5 * DAY, 6 * DAY));
  const clock = wrongClockOf(seed, isQuiet, start, length);
  const pages = pagesOf(seed, isQuiet);
  const rollout = rolloutOf(seed, isQuiet, start, length);
  const done = acts ?? (pages && { acts: walksOf(seed, start, length) });
  return {
    oddities: { 'late message': lateMessage, 'receives jump': receivesJump },
    ...(stuckIndex && { stuckIndex }),
    ...(inFlight && { inFlight }),
    freezes,
    ...(keepMs !== undefined && { keepMs }),
    ...(clock && { clock }),
    ...(pages && { pages }),
    ...(rollout && { rollout }),
    ...done,
  };
};

/** What of it goes wrong by itself and not at some effect, by kind. */
export const rareIn = ({ stuckIndex, inFlight, acts = [], revoked, keepMs, clock, pages, rollout }: Rare): string[] => [
  ...(keepMs !== undefined ? ['kept for days'] : []),
  ...acts.map(({ deed }) => `caller: ${deed}`),
  ...(clock ? ['clock off by far'] : []),
  ...(pages ? ['small pages'] : []),
  ...(rollout ? ['two configurations'] : []),
  ...(revoked ? ['token revoked'] : []),
  ...(stuckIndex ? ['index stuck'] : []),
  ...(inFlight ? ['queues full'] : []),
];
