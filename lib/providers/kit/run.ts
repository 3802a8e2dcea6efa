/** Which run of an operation an answer is of, where the operation's name comes again for the next run. Pure. */

import type { Cloud } from '../../clouds/cloud.ts';
import type { Ask, Observation } from '../../core/observation.ts';
import { sentence } from '../../core/sentences.ts';
import type { Provider } from '../provider.ts';

type LookPolicy = Pick<Provider['traits'], 'graceMs' | 'believesBackMs'>;
type Known = Pick<Ask<unknown>, 'submittedAt'>;

/** The same question with its time of submission by the clock of the cloud, for the times that an answer tells. */
export const byClockOf = <A extends Known>({ skewMs }: Pick<Cloud, 'skewMs'>, ask: A): A => ({
  ...ask,
  submittedAt: ask.submittedAt + skewMs,
});

/**
 * Whether a run that began at `at` (epoch ms) can be the one that was submitted, by one clock for both: it began shortly before the submission, or
 * within the grace time after it. A run without a time has an unknown age, so it cannot be taken for the submitted one.
 */
export const isRecent = (at: number | undefined, { submittedAt }: Known, policy: LookPolicy): boolean =>
  at !== undefined && at >= submittedAt - (policy.believesBackMs ?? 0) && at <= submittedAt + policy.graceMs;

/**
 * The name of a run that is under way. A run that an earlier watch has reported is over, so a run under way with the same
 * values is another one: it gets a number.
 */
export const newRun = (values: string, earlierRuns: readonly string[]): string => {
  const names = [values, ...earlierRuns.map((_, i) => `${values} #${i + 2}`)];
  return names.find((name) => !earlierRuns.includes(name)) ?? `${values} #${earlierRuns.length + 2}`;
};

type Absent = Observation & { kind: 'absent' };

/** Another run was seen than the watched one: `final` where the cloud will not show the watched one again. */
export const otherRun = (shows: string, final: boolean, more: Pick<Absent, 'memo' | 'requestId'>): Absent => ({
  kind: 'absent',
  shows,
  ...(final && { forgotten: true }),
  ...more,
});

const iso = (at: number): string => new Date(at).toISOString().replace('.000', '');

/** When a run began, in words for a person. */
export const since = (at: number | undefined): string =>
  at === undefined ? sentence('begun_unknown') : sentence('begun_at', { at: iso(at) });
