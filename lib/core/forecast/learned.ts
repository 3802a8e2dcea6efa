/**
 * The item for one kind of operation. It holds the past runs and the leeway of the intervals. opwatch treats an item
 * with an impossible content as empty. Ages are in seconds. Pure.
 */
import { etaOf } from './eta.ts';
import { type Learned, type Observation, remember } from './history.ts';
import type { Plan } from './plan.ts';
import { fromSymbols, toSymbols } from './symbols.ts';
import { bounded, LEEWAY_LEAST, moved } from './tails.ts';

const NOTHING: Learned = { history: '', before: 0, after: 0 };

const VERSION = '1';
const LENGTH = 2;
const STEPS = 1_000;
const HEAD = VERSION.length + 2 * LENGTH;

const write = (leeway: number): string => toSymbols((bounded(leeway) - LEEWAY_LEAST) * STEPS, LENGTH);
const read = (text: string, at: number): number => bounded(fromSymbols(text, at, LENGTH) / STEPS + LEEWAY_LEAST);

export const encodeLearned = ({ history, before, after }: Learned): string =>
  VERSION + write(before) + write(after) + history;

export const decodeLearned = (text: string | undefined): Learned => {
  if (!text?.startsWith(VERSION)) return NOTHING;
  const [before, after] = [read(text, VERSION.length), read(text, VERSION.length + LENGTH)];
  return Number.isNaN(before + after) ? NOTHING : { history: text.slice(HEAD), before, after };
};

/**
 * Adds one run to the past runs of its kind. An impossible observation changes nothing. `plan` is the plan of the run's
 * watch. The leeway then changes: it depends on whether the run ended within the interval of that plan.
 */
export const learn = (learned: Learned, seen: Observation, plan: Plan | undefined): Learned => {
  const history = remember(learned.history, seen);
  if (history === undefined) return learned;
  const eta = plan && etaOf(plan);
  if (!eta || 'longerThan' in seen) return { ...learned, history };
  const [from, to] = 'endedAfter' in seen ? [seen.endedAfter, seen.endedAfter] : seen.endedBetween;
  return { history, before: moved(learned.before, to < eta.from), after: moved(learned.after, from > eta.to) };
};
