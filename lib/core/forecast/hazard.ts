/**
 * Calculates the hazard of an operation: the chance that a running operation ends within the next second. Each bin of
 * ages has its own hazard. Ages are in seconds. Pure.
 */
import { BINS, binOf, endOf, LOG_WIDTH, middleOf, widthOf } from './ages.ts';
import type { Tally } from './history.ts';

/**
 * The weight of the first assumption about a hazard, in runs. Without past runs, opwatch assumes a hazard of 1/age,
 * which gives its usual schedule.
 */
const BET = 1;

const sum = (values: Float64Array): number => values.reduce((total, each) => total + each, 0);

/**
 * Returns the hazard of each bin: the weight of the runs that ended there, divided by the time that runs spent there.
 * Both are averaged over a few neighboring bins.
 */
export const hazardsOf = ({ ends, endless }: Tally): Float64Array => {
  const gone = ends.map((ended, bin) => ended + (endless[bin] ?? 0));
  let left = sum(gone);
  const spent = gone.map((each, bin) => {
    left = Math.max(left - each, 0);
    return (left + each / 2) * widthOf(bin);
  });
  // With more past runs, the average needs fewer neighboring bins.
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

/**
 * Returns an age. Of the operations that are still running at `age`, the part `share` (0 to 1) runs beyond the returned
 * age.
 */
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
