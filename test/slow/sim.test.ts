import { test } from 'vitest';
import { expectCleanRuns } from '../sim/clean-runs.ts';

test('1,000 runs of three days, others than those of npm test: nothing wrong in any of them', async () => {
  await expectCleanRuns({ from: 101, runs: 1_000 });
});
