/** How an operation is looked at: what the adapter is told, the API's policy with the configured gap, and who follows it. */

import type { Ask } from '../core/observation.ts';
import { DEFAULT_GAP, MINUTE } from '../core/schedule.ts';
import type { LookPolicy, Watch } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import type { Config } from './config.ts';

/** For a provider that has left the deployment: nothing looks at its watches any more, they only wait for their deadline. */
const NO_POLICY: LookPolicy = { graceMs: 10 * MINUTE, missesUntilLost: 3, gap: DEFAULT_GAP };

/** What an adapter is told of a watch. */
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
