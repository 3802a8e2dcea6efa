/**
 * The past runs of one kind of operation, as a short text: the oldest run first. Ages are in seconds. Pure.
 *
 * A run is one age: when it ended. A mark before two ages says that it ended between them. A mark before one age says
 * that it took longer.
 */
import { BINS, binOf } from './ages.ts';
import { AGE_LENGTH, ageFromSymbols, ageToSymbols, FIRST_MARK, SECOND_MARK } from './symbols.ts';
import type { Leeway } from './tails.ts';

const [BETWEEN, LONGER] = [FIRST_MARK, SECOND_MARK];

/** The text of a history has at most so many characters: room for 84 runs whose ends are exactly known. */
export const HISTORY_LENGTH = 168;
/** At most so many runs without an end are kept, or a flood of stopped watches would push out the runs with one. */
const ENDLESS_MAX = 8;

/** What is known of a kind: its history, and the leeway of its intervals. */
export type Learned = Leeway & { readonly history: string };

/** What opwatch saw of one run. `longerThan`: it was stopped, timed out or lost, and nobody saw its end. */
export type Observation =
  | { readonly endedAfter: number }
  | { readonly endedBetween: readonly [number, number] }
  | { readonly longerThan: number };

/** The ages between which a run ended; no `to` where nobody saw its end. */
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

/** Whether an entry is of our making. Another text in its place tells nothing, and must do no harm. */
const isTrue = ({ from, to = from }: Run): boolean => from <= to;

/** Adds one run, as the newest. There is no history with an observation that cannot be true. */
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

/** A run leaves .98 of the weight of the one before it: about the last fifty count. */
const FADE = 0.98;
/** The newest runs count for more, for the next run is more like them. */
const FRESH = { weight: 2, fade: 0.7 };

/** A run that ended at `age`, and how much of its weight is left. */
export type Ended = { readonly age: number; readonly weight: number };

/** What a history tells. */
export type Tally = {
  /** In each bin, the weight of the runs that ended there, the newest runs raised. */
  readonly ends: Float64Array;
  /** In each bin, the weight of the runs that still went on there, and of which no more is known. */
  readonly endless: Float64Array;
  /** The runs that ended, the newest first. A run that ended between two ages stands with the greater. */
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

/** Adds a run to the bins between two ages: as much to each, for they are equally wide on a log scale. */
const spread = (bins: Float64Array, from: number, to: number, weight: number): void => {
  const [first, last] = [binOf(from), binOf(to)];
  for (let bin = first; bin <= last; bin += 1) bins[bin] = (bins[bin] ?? 0) + weight / (last - first + 1);
};
