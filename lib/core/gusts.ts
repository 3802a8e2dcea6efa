/**
 * Plans calls that start at one instant (a gust), and finds room for further calls. No period of a given length ever
 * holds more calls than the rate allows. Pure.
 */

/** The calls of one instant: the time (epoch ms) and the number of calls. */
export type Gust = readonly [at: number, calls: number];

/**
 * The rate limit: any period of `spanMs` may hold at most `size` calls. In a waiting line, the calls are `stepMs` apart
 * on average.
 */
export type Budget = { readonly size: number; readonly spanMs: number; readonly stepMs: number };

/**
 * Returns how many more calls the rate allows at the time `at`. The fullest period that contains `at` sets the limit.
 */
const roomAt = (gusts: readonly Gust[], at: number, { size, spanMs }: Budget): number => {
  const starts = [at, ...gusts.map(([start]) => start).filter((start) => start > at - spanMs && start < at)];
  const within = (start: number) =>
    gusts.reduce((sum, [other, calls]) => (other >= start && other < start + spanMs ? sum + calls : sum), 0);
  return Math.max(0, size - Math.max(...starts.map(within)));
};

export const withCalls = (gusts: readonly Gust[], at: number, calls: number): readonly Gust[] => {
  const there = gusts.find(([start]) => start === at)?.[1] ?? 0;
  const others = gusts.filter(([start]) => start !== at);
  const total = there + calls;
  return total > 0 ? [...others, [at, total] as const].sort(([a], [b]) => a - b) : others;
};

export type Placed = { readonly slots: readonly number[]; readonly gusts: readonly Gust[] };

/** Returns the first free slots from `from` on, for the given number of calls. */
export const place = (before: readonly Gust[], calls: number, from: number, budget: Budget): Placed => {
  let gusts = before;
  const slots: number[] = [];
  while (slots.length < calls) {
    const start = Math.max(from, slots.at(-1) ?? from);
    // New room appears only when an earlier call leaves the period.
    const candidates = [start, ...gusts.map(([at]) => Math.ceil(at + budget.spanMs)).filter((at) => at > start)];
    const at = candidates.sort((a, b) => a - b).find((each) => roomAt(gusts, each, budget) > 0) ?? start;
    const taken = Math.min(roomAt(gusts, at, budget), calls - slots.length);
    slots.push(...Array<number>(taken).fill(at));
    gusts = withCalls(gusts, at, taken);
  }
  return { slots, gusts };
};
