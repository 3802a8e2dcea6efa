/**
 * Calls that are made at one instant, and where more of them find room: no stretch of time ever holds more calls than are
 * allowed. Pure.
 */

/** Calls of one instant: when, epoch ms, and how many. */
export type Gust = readonly [at: number, calls: number];

/** As many calls as `size` are allowed in any stretch of `spanMs`; a line gives them `stepMs` apart. */
export type Budget = { readonly size: number; readonly spanMs: number; readonly stepMs: number };

/** How many more calls fit in at `at`: as many as the fullest stretch that `at` lies in has room for. */
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

/** The first times from `from` on for so many calls. */
export const place = (before: readonly Gust[], calls: number, from: number, budget: Budget): Placed => {
  let gusts = before;
  const slots: number[] = [];
  while (slots.length < calls) {
    const start = Math.max(from, slots.at(-1) ?? from);
    // Room opens only where a call has left the stretch behind it.
    const candidates = [start, ...gusts.map(([at]) => Math.ceil(at + budget.spanMs)).filter((at) => at > start)];
    const at = candidates.sort((a, b) => a - b).find((each) => roomAt(gusts, each, budget) > 0) ?? start;
    const taken = Math.min(roomAt(gusts, at, budget), calls - slots.length);
    slots.push(...Array<number>(taken).fill(at));
    gusts = withCalls(gusts, at, taken);
  }
  return { slots, gusts };
};
