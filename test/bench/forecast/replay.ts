/**
 * Plays a log in order of arrival. A job is forecast from what opwatch would have known when the job came: the runs whose
 * ends it had seen by then, at the looks of the learned schedule at today's factor. The knowledge goes through the
 * texts that opwatch would keep: one item for each type, one plan for each job.
 */
import { etaOf } from '../../../lib/core/forecast/eta.ts';
import type { Observation } from '../../../lib/core/forecast/history.ts';
import { decodeLearned, encodeLearned, learn } from '../../../lib/core/forecast/learned.ts';
import { type Plan, planOf, readPlan } from '../../../lib/core/forecast/plan.ts';
import { DEFAULT_GAP } from '../../../lib/core/schedule.ts';
import { createUsualLooks, type Looks, plannedLooks, stretched } from './looks.ts';
import { createPending } from './pending.ts';
import type { Trace } from './trace.ts';

export const FACTORS = [0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8];

export type Point = { readonly factor: number; readonly looks: number; readonly delay: number };
type Sum = { looks: number; delay: number };

/** Hits among tries. */
type Share = { hits: number; of: number };

/** What became of the forecast of each job. */
export type Replayed = {
  readonly sqrt: readonly Point[];
  readonly learned: readonly Point[];
  /** Of the jobs with an ETA: whether they ended within it. */
  readonly byRuns: { readonly '3-9': Share; readonly '10+': Share };
  readonly isLate: Uint8Array;
  readonly bytes: { item: number; plan: number };
};

type Replay = { readonly kind: number; readonly seen: Observation; readonly plan: Plan | undefined };

/** The items and plans of all types, as texts. The plan of a type is the same until it learns something. */
const createMemory = (types: number, bytes: Replayed['bytes']) => {
  const items: (string | undefined)[] = Array(types);
  const plans: (string | null | undefined)[] = Array(types);
  return {
    planFor: (kind: number): Plan | undefined => {
      plans[kind] ??= planOf(decodeLearned(items[kind])) ?? null;
      const text = plans[kind] ?? undefined;
      bytes.plan = Math.max(bytes.plan, Buffer.byteLength(text ?? ''));
      return readPlan(text);
    },
    learn: ({ kind, seen, plan }: Replay): void => {
      const item = encodeLearned(learn(decodeLearned(items[kind]), seen, plan));
      bytes.item = Math.max(bytes.item, Buffer.byteLength(item));
      items[kind] = item;
      plans[kind] = undefined;
    },
  };
};

const add = (sum: Sum, [looks, seenAt]: Looks, duration: number): void => {
  sum.looks += looks;
  sum.delay += seenAt - duration;
};

const means = (sums: readonly Sum[], jobs: number): Point[] =>
  sums.map(({ looks, delay }, i) => ({ factor: FACTORS[i] ?? 0, looks: looks / jobs, delay: delay / jobs }));

export const replay = ({ submitted, durations, kinds, types }: Trace): Replayed => {
  const schedules = FACTORS.map((factor) => {
    const gap = stretched(factor);
    const [sqrt, learned]: [Sum, Sum] = [
      { looks: 0, delay: 0 },
      { looks: 0, delay: 0 },
    ];
    return { gap, usual: createUsualLooks(gap), sqrt, learned };
  });
  const lookAt = (schedule: (typeof schedules)[number], duration: number, plan: Plan | undefined): Looks =>
    plan ? plannedLooks(duration, plan, schedule.gap) : schedule.usual(duration);
  const bytes = { item: 0, plan: 0 };
  const byRuns = { '3-9': { hits: 0, of: 0 }, '10+': { hits: 0, of: 0 } };
  const isLate = new Uint8Array(durations.length);
  const memory = createMemory(types, bytes);
  const pending = createPending<Replay>();
  for (const [job, at] of submitted.entries()) {
    const [duration, kind] = [durations[job] ?? 0, kinds[job] ?? 0];
    for (let told = pending.before(at); told; told = pending.before(at)) memory.learn(told);
    const plan = memory.planFor(kind);
    let seenAt = 0;
    for (const schedule of schedules) {
      add(schedule.sqrt, schedule.usual(duration), duration);
      const looks = lookAt(schedule, duration, plan);
      add(schedule.learned, looks, duration);
      if (schedule.gap.factor === DEFAULT_GAP.factor) seenAt = looks[1];
    }
    const eta = plan && etaOf(plan);
    if (eta) {
      const share = byRuns[eta.runs < 10 ? '3-9' : '10+'];
      share.of += 1;
      share.hits += eta.from <= duration && duration <= eta.to ? 1 : 0;
    }
    isLate[job] = plan?.lateAfter !== undefined && duration > plan.lateAfter ? 1 : 0;
    pending.add(at + seenAt, { kind, seen: { endedAfter: duration }, plan });
  }
  const curve = (which: 'sqrt' | 'learned'): Point[] =>
    means(
      schedules.map((schedule) => schedule[which]),
      durations.length,
    );
  return { sqrt: curve('sqrt'), learned: curve('learned'), byRuns, isLate, bytes };
};
