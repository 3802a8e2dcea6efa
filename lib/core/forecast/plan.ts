/**
 * The plan of one watch: the times when its operation may end, by the past runs of its kind. opwatch can make the plan
 * once, at the first sight of the operation. From the plan it reads the next look, the ETA, and whether the operation
 * is late. Pure.
 *
 * For each bin of ages, a plan holds the gap between looks at factor 1. This gap is 1 / sqrt(hazard).
 */
import { type Gap, gapAt, SECOND } from '../schedule.ts';
import { BINS, binOf, endOf } from './ages.ts';
import { hazardsOf } from './hazard.ts';
import { type Learned, tallyOf } from './history.ts';
import { lateAfter } from './late.ts';
import { AGE_LENGTH, ageFromSymbols, ageToSymbols, fromSymbols, toSymbols } from './symbols.ts';
import { type Leeway, RUNS_LEAST } from './tails.ts';

export type Plan = Leeway & {
  /** The number of past runs in the plan. */
  readonly runs: number;
  /** The age in seconds after which the operation is late. It is undefined where few runs are known. */
  readonly lateAfter: number | undefined;
  /** For each bin, the gap at factor 1 (in seconds) and the hazard. */
  readonly gaps: Float64Array;
  readonly hazards: Float64Array;
};

const VERSION = '1';
const RUNS_LENGTH = 2;
/** One character for a leeway: steps of a sixteenth, from -2 upwards. */
const LEEWAY = { least: -2, steps: 16 };
/** One character for a gap: four steps for each doubling, from a quarter of a second upwards. */
const GAP = { least: -2, steps: 4 };
const GAPS: readonly number[] = Array.from({ length: 64 }, (_, i) => 2 ** (i / GAP.steps + GAP.least));

const HEAD = VERSION.length + RUNS_LENGTH + 2 + AGE_LENGTH;
export const PLAN_LENGTH = HEAD + BINS;

/** Makes the plan of a watch, as text. Returns undefined while opwatch knows nothing about the kind. */
export const planOf = ({ history, before, after }: Learned): string | undefined => {
  const tally = tallyOf(history);
  const runs = tally.ended.length;
  if (runs === 0) return undefined;
  const hazards = hazardsOf(tally);
  const late = lateAfter(tally.ended, hazards) ?? 0;
  const leeways = [before, after].map((each) => toSymbols((each - LEEWAY.least) * LEEWAY.steps));
  const gaps = [...hazards].map((hazard) => toSymbols((-Math.log2(hazard) / 2 - GAP.least) * GAP.steps));
  return [VERSION, toSymbols(runs, RUNS_LENGTH), ...leeways, ageToSymbols(late), ...gaps].join('');
};

/** Reads a plan. Returns undefined for a text that opwatch cannot have written. */
export const readPlan = (text: string | undefined): Plan | undefined => {
  if (!text?.startsWith(VERSION) || text.length !== PLAN_LENGTH) return undefined;
  const at = VERSION.length + RUNS_LENGTH;
  const runs = fromSymbols(text, VERSION.length, RUNS_LENGTH);
  const before = fromSymbols(text, at) / LEEWAY.steps + LEEWAY.least;
  const after = fromSymbols(text, at + 1) / LEEWAY.steps + LEEWAY.least;
  const late = ageFromSymbols(text, at + 2);
  const gaps = Float64Array.from({ length: BINS }, (_, bin) => GAPS[fromSymbols(text, HEAD + bin)] ?? Number.NaN);
  if (Number.isNaN(runs + before + after + late + gaps.reduce((sum, gap) => sum + gap, 0))) return undefined;
  const lateAfter = runs < RUNS_LEAST ? undefined : late;
  return { runs, before, after, lateAfter, gaps, hazards: gaps.map((gap) => gap ** -2) };
};

/**
 * Returns the gap after a look at `ageMs`, within the limits of `gap`. Without a plan it returns the gap of the usual
 * schedule. A gap may cover several bins with different planned gaps. Then each bin uses up a part of the gap.
 */
export const plannedGap = (plan: Plan | undefined, ageMs: number, gap: Gap): number => {
  if (!plan) return gapAt(ageMs, gap);
  const age = Math.max(ageMs, 0) / SECOND;
  const furthest = age + gap.maxMs / SECOND;
  let [at, share] = [age, 1];
  for (let bin = binOf(age); bin < BINS && at < furthest; bin += 1) {
    const seconds = gap.factor * (plan.gaps[bin] ?? 0);
    const used = (endOf(bin) - at) / seconds;
    if (used >= share) {
      at += share * seconds;
      break;
    }
    share -= used;
    at = endOf(bin);
  }
  return Math.min(Math.max((at - age) * SECOND, gap.minMs), gap.maxMs);
};
