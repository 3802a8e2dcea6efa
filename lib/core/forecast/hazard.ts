/**
 * The hazard of an operation: the chance that it ends within the next second, if it is still running. It is told for
 * each bin of ages. Ages are in seconds. Pure.
 */
import { BINS, binOf, endOf, LOG_WIDTH, middleOf, widthOf } from './ages.ts';
import type { Tally } from './history.ts';

/** Knowing nothing, opwatch bets on a hazard of 1/age, which makes its usual schedule. The bet has the weight of one run. */
const BET = 1;

const sum = (values: Float64Array): number => values.reduce((total, each) => total + each, 0);

/** Of each bin: what ended there, over the time spent there, averaged over a few neighbors. */
export const hazardsOf = ({ ends, endless }: Tally): Float64Array => {
  const gone = ends.map((ended, bin) => ended + (endless[bin] ?? 0));
  let left = sum(gone);
  const spent = gone.map((each, bin) => {
    left = Math.max(left - each, 0);
    return (left + each / 2) * widthOf(bin);
  });
  // The more runs, the narrower the window.
  const reach = Math.round(3 * Math.max(sum(ends), 1) ** -0.2);
  return ends.map((_, bin) => {
    let [ended, time] = [BET * LOG_WIDTH, BET * LOG_WIDTH * middleOf(bin)];
    for (let i = Math.max(bin - reach, 0); i <= Math.min(bin + reach, BINS - 1); i += 1) {
      const share = 1 - Math.abs(i - bin) / (reach + 1);
      ended += share * (ends[i] ?? 0);
      time += share * (spent[i] ?? 0);
    }
    return ended / time;
  });
};

/** The age that a `share` (0 to 1) of those operations outlive that are still running at `age`. */
export const outlivedBy = (share: number, hazards: Float64Array, age = 0): number => {
  let left = -Math.log(share);
  let at = age;
  for (let bin = binOf(age); bin < BINS; bin += 1) {
    const hazard = hazards[bin] ?? 0;
    const risk = hazard * (endOf(bin) - at);
    if (risk >= left) return at + left / hazard;
    left -= risk;
    at = endOf(bin);
  }
  return at;
};
