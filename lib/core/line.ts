/**
 * A line: the times that are promised to calls which find no room soon. Pure.
 *
 * The calls of one batch are promised one instant where a gust has room for all of them: a function waits for its time as
 * long with half of a batch as with the whole. So a batch that fills a gust gets one of its own, and what the gust before
 * that has left (a gap) goes to a later batch that is small enough.
 */
import type { Budget, Gust } from './gusts.ts';

export type Line = {
  /** The times up to here are promised. */
  readonly lineUntil: number;
  /** What is free before that: for how many calls, and when; the earliest first. */
  readonly gaps: readonly Gust[];
};

const GAPS_MAX = 8;

/** The instant of a call whose place in the line is at `start`: that of its gust, unless that comes before `soonest`. */
export const gustAt = (start: number, soonest: number, { size, stepMs }: Budget): number => {
  const everyMs = size * stepMs;
  const common = Math.ceil(Math.floor(start / everyMs) * everyMs);
  return size > 1 && common > soonest ? common : Math.ceil(start);
};

/** The line from its next gust on, and what that leaves free of the present one. */
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

/** Promises times after `soonest` to the looks of one batch, each of which needs so many calls. */
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
