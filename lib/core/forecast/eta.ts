/** Says when an operation usually ends. It reads the plan of the watch. Ages are in seconds. Pure. */
import { outlivedBy } from './hazard.ts';
import type { Plan } from './plan.ts';
import { ETA_TAIL, RUNS_LEAST, tailOf } from './tails.ts';

export type Eta = { readonly from: number; readonly to: number; readonly runs: number };

/**
 * Returns the ages `from` and `to`. Of the operations that are still running at `age`, eight of ten end between them.
 */
export const etaOf = ({ runs, before, after, hazards }: Plan, age = 0): Eta | undefined => {
  if (runs < RUNS_LEAST) return undefined;
  const from = outlivedBy(1 - tailOf(ETA_TAIL, runs, before), hazards, age);
  return { from, to: outlivedBy(tailOf(ETA_TAIL, runs, after), hazards, age), runs };
};
