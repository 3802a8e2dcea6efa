/**
 * The waiting line of a lane: reserved slots for calls that find no room soon. Pure.
 *
 * The calls of one batch get the same instant where a gust has room for all of them. A function waits equally long for
 * half of a batch and for the whole. So a batch that fills a gust gets a gust of its own. The free rest of the gust
 * before it (a gap) goes to a later batch that is small enough.
 */
import type { Budget, Gust } from './gusts.ts';

export type Line = {
  /** All slots of the lane up to this time are reserved. */
  readonly lineUntil: number;
  /** The free slots before `lineUntil`: when, and for how many calls. The earliest comes first. */
  readonly gaps: readonly Gust[];
};

const GAPS_MAX = 8;

/**
 * Returns the instant of a call whose place in the line begins at `start`. This is the instant of its gust, unless that
 * is before `soonest`.
 */
export const gustAt = (start: number, soonest: number, { size, stepMs }: Budget): number => {
  const everyMs = size * stepMs;
  const common = Math.ceil(Math.floor(start / everyMs) * everyMs);
  return size > 1 && common > soonest ? common : Math.ceil(start);
};

/** Moves the end of the line to the next gust. The unused part of the present gust becomes a gap. */
const skipped = ({ lineUntil, gaps }: Line, soonest: number, { size, stepMs }: Budget): Line => {
  const everyMs = size * stepMs;
  const at = Math.floor(lineUntil / everyMs) * everyMs;
  const room = Math.round((at + everyMs - lineUntil) / stepMs);
  if (room === size) return { lineUntil, gaps };
  const isFree = room > 0 && at > soonest;
  return { lineUntil: at + everyMs, gaps: isFree ? [...gaps, [Math.ceil(at), room] as const].slice(-GAPS_MAX) : gaps };
};

const withFilled = (gaps: readonly Gust[], gap: Gust, calls: number): readonly Gust[] =>
  gaps.flatMap((each): readonly Gust[] => {
    if (each !== gap) return [each];
    const [at, room] = gap;
    return room > calls ? [[at, room - calls]] : [];
  });

/** Reserves slots after `soonest` for the looks of one batch. `looks` holds the number of calls of each look. */
export const stand = (
  before: Line,
  looks: readonly number[],
  soonest: number,
  budget: Budget,
): { readonly line: Line; readonly slots: readonly (readonly number[])[] } => {
  const { size, stepMs } = budget;
  const calls = looks.reduce((sum, each) => sum + each, 0);
  const gaps = before.gaps.filter(([at]) => at > soonest);
  const gap = calls < size ? gaps.find(([, room]) => room >= calls) : undefined;
  if (gap) {
    const [at] = gap;
    const slots = looks.map((each) => Array<number>(each).fill(at));
    return { line: { ...before, gaps: withFilled(gaps, gap, calls) }, slots };
  }
  const line = size > 1 && calls >= size ? skipped({ ...before, gaps }, soonest, budget) : { ...before, gaps };
  let end = line.lineUntil;
  const slots = looks.map((each) => {
    const start = end;
    end += each * stepMs;
    return Array.from({ length: each }, (_, i) => gustAt(start + i * stepMs, soonest, budget));
  });
  return { line: { ...line, lineUntil: Math.ceil(end) }, slots };
};
