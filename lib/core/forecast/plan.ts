/**
 * The plan of one watch: what the past runs of its kind say about when its operation may end. opwatch can make it once,
 * when it first sees the operation, and read all else from it: the next look, the ETA, whether it is late. Pure.
 *
 * For each bin of ages a plan holds the gap between looks at factor 1, which is 1 / sqrt(hazard).
 */
import { type Gap, gapAt, SECOND } from '../schedule.ts';
import { BINS, binOf, endOf } from './ages.ts';
import { hazardsOf } from './hazard.ts';
import { type Learned, tallyOf } from './history.ts';
import { lateAfter } from './late.ts';
import { AGE_LENGTH, ageFromSymbols, ageToSymbols, fromSymbols, toSymbols } from './symbols.ts';
import { type Leeway, RUNS_LEAST } from './tails.ts';

export type Plan = Leeway & {
  /** How many past runs have told something. */
  readonly runs: number;
  /** The age in seconds beyond which the operation is late; none where few runs are known. */
  readonly lateAfter: number | undefined;
  /** In each bin, the gap in seconds at factor 1, and the hazard. */
  readonly gaps: Float64Array;
  readonly hazards: Float64Array;
};

const VERSION = '1';
const RUNS_LENGTH = 2;
/** A symbol for a leeway: sixteenths, from -2 on. */
const LEEWAY = { least: -2, steps: 16 };
/** A symbol for a gap: quarters of an octave, from a quarter of a second on. */
const GAP = { least: -2, steps: 4 };
const GAPS: readonly number[] = Array.from({ length: 64 }, (_, i) => 2 ** (i / GAP.steps + GAP.least));

const HEAD = VERSION.length + RUNS_LENGTH + 2 + AGE_LENGTH;
export const PLAN_LENGTH = HEAD + BINS;

/** Makes the plan of a watch, as text. There is none as long as nothing is known of its kind. */
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

/** Reads a plan. There is none in a text that is not of our making. */
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
 * The gap after a look at `ageMs`, within the bounds of `gap`. Without a plan it is the gap of the schedule that knows
 * nothing. A gap that spans several bins uses up a share of itself in each.
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
