/**
 * Says how opwatch looks at an operation: the facts that the adapter gets, the timing of the looks, and the targets
 * with a live message.
 */

import type { Ask } from '../core/observation.ts';
import { DEFAULT_GAP, MINUTE } from '../core/schedule.ts';
import type { LookPolicy, Watch } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import type { Config } from './config.ts';

/**
 * The policy for a provider that this release no longer has. opwatch makes no look at such a watch. The watch waits for
 * its deadline.
 */
const NO_POLICY: LookPolicy = { graceMs: 10 * MINUTE, missesUntilLost: 3, gap: DEFAULT_GAP };

/** Returns the facts of a watch that its adapter gets. */
export const askOf = (watch: Watch): Ask<unknown> => ({
  operation: watch.operation,
  seen: watch.seenAt !== undefined,
  submittedAt: watch.submittedAt,
  memo: watch.memo,
  earlierRuns: (watch.earlierRuns ?? []).map(({ run }) => run),
});

export const lookPolicyOf = (watch: Watch, config: Config): LookPolicy => {
  const traits = providerNamed(watch.provider)?.traits;
  if (!traits) return NO_POLICY;
  const followers = watch.notify.filter((target) => config.targets.get(target)?.progress);
  const operationType = traits.typeOf?.(watch.operation) ?? watch.facts.operationType;
  return { ...traits, gap: config.gapFor(watch.provider, operationType), followers };
};
