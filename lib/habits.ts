/** How an operation is looked at: its API's habits with the configured gap, and who follows it. */
import type { Config } from './config.ts';
import { providerNamed } from './providers/index.ts';
import { DEFAULT_GAP, MINUTE } from './schedule.ts';
import type { Habits, Watch } from './watch.ts';

/** For a provider that has left the deployment: nothing looks at its watches any more, they only wait for their deadline. */
const NO_HABITS: Habits = { graceMs: 10 * MINUTE, missesUntilLost: 3, gap: DEFAULT_GAP };

export const habitsOf = (watch: Watch, config: Config): Habits => {
  const traits = providerNamed(watch.provider)?.traits;
  if (!traits) return NO_HABITS;
  const followers = watch.notify.filter((target) => config.targets.get(target)?.progress);
  const operationType = traits.typeOf?.(watch.operation) ?? watch.facts.operationType;
  return { ...traits, gap: config.gapFor(watch.provider, operationType), followers };
};
