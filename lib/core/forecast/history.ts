/**
 * The past runs of one kind of operation, as a short text. The oldest run comes first. Ages are in seconds. Pure.
 *
 * The text holds one age for a run: the age at its end. A mark before two ages means that the run ended between them. A
 * mark before one age means that the run took longer.
 */
import { BINS, binOf } from './ages.ts';
import { AGE_LENGTH, ageFromSymbols, ageToSymbols, FIRST_MARK, SECOND_MARK } from './symbols.ts';
import type { Leeway } from './tails.ts';

const [BETWEEN, LONGER] = [FIRST_MARK, SECOND_MARK];

/** The maximum length of a history in characters. It holds 84 runs whose end times are exactly known. */
export const HISTORY_LENGTH = 168;
/**
 * The maximum number of runs without a known end. Without this limit, many stopped watches would push out the runs with
 * a known end.
 */
const ENDLESS_MAX = 8;

/** The knowledge about a kind of operation: its history, and the leeway of its intervals. */
export type Learned = Leeway & { readonly history: string };

/**
 * The observation of one run. `longerThan`: the watch was stopped, timed out or lost, and opwatch did not see the end
 * of the run.
 */
export type Observation =
  | { readonly endedAfter: number }
  | { readonly endedBetween: readonly [number, number] }
  | { readonly longerThan: number };

/** The two ages between which a run ended. `to` is undefined where opwatch did not see the end. */
type Run = { readonly from: number; readonly to?: number };

const isAge = (value: number): boolean => value >= 0 && value < Number.POSITIVE_INFINITY;

const entryOf = (seen: Observation): string | undefined => {
  if ('longerThan' in seen) return isAge(seen.longerThan) ? LONGER + ageToSymbols(seen.longerThan) : undefined;
  if ('endedAfter' in seen) return isAge(seen.endedAfter) ? ageToSymbols(seen.endedAfter) : undefined;
  const [from, to] = seen.endedBetween;
  if (!isAge(from) || !isAge(to) || from > to) return undefined;
  return BETWEEN + ageToSymbols(from) + ageToSymbols(to);
};

const entriesOf = (history: string): string[] => {
  const entries: string[] = [];
  for (let at = 0, length = 0; at < history.length; at += length) {
    const mark = history.charAt(at);
    length = mark === BETWEEN ? 1 + 2 * AGE_LENGTH : mark === LONGER ? 1 + AGE_LENGTH : AGE_LENGTH;
    entries.push(history.slice(at, at + length));
  }
  return entries;
};

const runOf = (entry: string): Run => {
  const mark = entry.charAt(0);
  if (mark === LONGER) return { from: ageFromSymbols(entry, 1) };
  const from = ageFromSymbols(entry, mark === BETWEEN ? 1 : 0);
  return { from, to: mark === BETWEEN ? ageFromSymbols(entry, 1 + AGE_LENGTH) : from };
};

/** Answers whether opwatch can have written this entry. opwatch ignores any other entry. */
const isTrue = ({ from, to = from }: Run): boolean => from <= to;

/** Adds one run as the newest. Returns undefined for an impossible observation. */
export const remember = (history: string, seen: Observation): string | undefined => {
  const entry = entryOf(seen);
  if (entry === undefined) return undefined;
  let [text, endless] = ['', 0];
  for (const each of [...entriesOf(history), entry].reverse()) {
    if (text.length + each.length > HISTORY_LENGTH) break;
    if (each.startsWith(LONGER)) endless += 1;
    if (!each.startsWith(LONGER) || endless <= ENDLESS_MAX) text = each + text;
  }
  return text;
};

/** The weight of a run, as a part of the weight of the next newer run: .98. So about the last fifty runs count. */
const FADE = 0.98;
/** The extra weight of the newest runs, because the next run will probably be like them. */
const FRESH = { weight: 2, fade: 0.7 };

/** A run that ended at `age`, and its remaining weight. */
export type Ended = { readonly age: number; readonly weight: number };

/** The sums that a forecast needs from a history. */
export type Tally = {
  /** For each bin, the weight of the runs that ended in it. The newest runs have extra weight. */
  readonly ends: Float64Array;
  /** For each bin, the weight of the runs that were last seen running in it. opwatch does not know their end. */
  readonly endless: Float64Array;
  /** The runs that ended, the newest first. A run that ended between two ages has the greater age here. */
  readonly ended: readonly Ended[];
};

export const tallyOf = (history: string): Tally => {
  const [ends, endless] = [new Float64Array(BINS), new Float64Array(BINS)];
  const ended: Ended[] = [];
  let [weight, fresh] = [1, FRESH.weight];
  for (const entry of entriesOf(history).reverse()) {
    const run = runOf(entry);
    if (!isTrue(run)) continue;
    if (run.to === undefined) {
      spread(endless, run.from, run.from, weight + fresh);
      continue;
    }
    spread(ends, run.from, run.to, weight + fresh);
    ended.push({ age: run.to, weight });
    weight *= FADE;
    fresh *= FRESH.fade;
  }
  return { ends, endless, ended };
};

/**
 * Adds a run to all bins between two ages. Each bin gets the same weight, because all bins are equally wide on a log
 * scale.
 */
const spread = (bins: Float64Array, from: number, to: number, weight: number): void => {
  const [first, last] = [binOf(from), binOf(to)];
  for (let bin = first; bin <= last; bin += 1) bins[bin] = (bins[bin] ?? 0) + weight / (last - first + 1);
};
