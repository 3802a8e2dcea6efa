/** Tells apart the runs of an operation whose name comes again for the next run. Pure. */

import type { Cloud } from '../../clouds/cloud.ts';
import type { Ask, Observation } from '../../core/observation.ts';
import { sentence } from '../../core/sentences.ts';
import type { Provider } from '../provider.ts';

type LookPolicy = Pick<Provider['traits'], 'graceMs' | 'believesBackMs'>;
type Known = Pick<Ask<unknown>, 'submittedAt'>;

/** Returns the ask with its submission time by the cloud's clock, for comparison with times in an answer. */
export const byClockOf = <A extends Known>({ skewMs }: Pick<Cloud, 'skewMs'>, ask: A): A => ({
  ...ask,
  submittedAt: ask.submittedAt + skewMs,
});

/**
 * Answers whether a run that began at `at` (epoch ms) can be the submitted one. Such a run began shortly before the
 * submission, or within the grace time after it. Both times come from one clock. A run without a time has an unknown
 * age, so it cannot be the submitted one.
 */
export const isRecent = (at: number | undefined, { submittedAt }: Known, policy: LookPolicy): boolean =>
  at !== undefined && at >= submittedAt - (policy.believesBackMs ?? 0) && at <= submittedAt + policy.graceMs;

/**
 * Returns the name of a run that is under way. A run that an earlier watch has reported is over. So a run under way
 * with the same values is a new one, and its name gets a number.
 */
export const newRun = (values: string, earlierRuns: readonly string[]): string => {
  const names = [values, ...earlierRuns.map((_, i) => `${values} #${i + 2}`)];
  return names.find((name) => !earlierRuns.includes(name)) ?? `${values} #${earlierRuns.length + 2}`;
};

type Absent = Observation & { kind: 'absent' };

/**
 * Returns the observation when the cloud shows another run than the watched one. `final` says that the cloud will not
 * show the watched run again.
 */
export const otherRun = (shows: string, final: boolean, more: Pick<Absent, 'memo' | 'requestId'>): Absent => ({
  kind: 'absent',
  shows,
  ...(final && { forgotten: true }),
  ...more,
});

const iso = (at: number): string => new Date(at).toISOString().replace('.000', '');

/** Returns the begin of a run in words for a person. */
export const since = (at: number | undefined): string =>
  at === undefined ? sentence('begun_unknown') : sentence('begun_at', { at: iso(at) });
