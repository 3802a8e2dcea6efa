/** What a replay shows, in figures. */
import { type Point, type Replayed, replay } from './replay.ts';
import type { Trace } from './trace.ts';

export type Result = {
  readonly jobs: number;
  readonly types: number;
  readonly sqrt: readonly Point[];
  readonly learned: readonly Point[];
  /** The shares of jobs that ended within their ETA; null where no job had one. */
  readonly eta: {
    readonly coverage80: number | null;
    readonly byRuns: { readonly '3-9': number | null; readonly '10+': number | null };
  };
  /** The share of late jobs, and of those that are beyond the 99.5th percentile of their type. */
  readonly late: { readonly share: number; readonly beyondP995: number };
  readonly bytes: { readonly item: number; readonly plan: number };
};

const shareOf = (...parts: readonly { readonly hits: number; readonly of: number }[]): number | null => {
  const of = parts.reduce((sum, part) => sum + part.of, 0);
  return of === 0 ? null : parts.reduce((sum, part) => sum + part.hits, 0) / of;
};

/** Of the jobs that took longer than 99.5 % of all jobs of their type: the share that was late. 1 where there are none. */
const lateBeyond = ({ durations, kinds, types }: Trace, isLate: Uint8Array): number => {
  const jobsOf: number[][] = Array.from({ length: types }, () => []);
  for (const [job, kind] of kinds.entries()) jobsOf[kind]?.push(job);
  const beyond = jobsOf.flatMap((jobs) => {
    const sorted = Float64Array.from(jobs, (job) => durations[job] ?? 0).sort();
    const limit = sorted[Math.ceil(0.995 * sorted.length) - 1] ?? 0;
    return jobs.filter((job) => (durations[job] ?? 0) > limit);
  });
  return shareOf({ hits: beyond.filter((job) => isLate[job] === 1).length, of: beyond.length }) ?? 1;
};

export const resultOf = (trace: Trace): Result => {
  const jobs = trace.durations.length;
  const { sqrt, learned, byRuns, isLate, bytes }: Replayed = replay(trace);
  return {
    jobs,
    types: trace.types,
    sqrt,
    learned,
    eta: {
      coverage80: shareOf(byRuns['3-9'], byRuns['10+']),
      byRuns: { '3-9': shareOf(byRuns['3-9']), '10+': shareOf(byRuns['10+']) },
    },
    late: { share: isLate.reduce((sum, late) => sum + late, 0) / jobs, beyondP995: lateBeyond(trace, isLate) },
    bytes,
  };
};

/** The mean delay of a schedule at so many looks, between its points; none beyond them. */
export const delayAt = (points: readonly Point[], looks: number): number | undefined => {
  const sorted = points.toSorted((a, b) => a.looks - b.looks);
  const next = sorted.findIndex((point) => point.looks >= looks);
  const [a, b] = [sorted[next - 1], sorted[next]];
  if (!a || !b) return b?.looks === looks ? b.delay : undefined;
  const part = Math.log(looks / a.looks) / Math.log(b.looks / a.looks);
  return a.delay * (b.delay / a.delay) ** part;
};

/** By how much the delay of today's schedule is the longer one at as many looks, if the learned one ever looks as often. */
export const timesTheDelay = ({ sqrt, learned }: Result, factor: number): number | undefined => {
  const today = sqrt.find((point) => point.factor === factor);
  const delay = today && delayAt(learned, today.looks);
  return delay === undefined ? undefined : today && today.delay / delay;
};
