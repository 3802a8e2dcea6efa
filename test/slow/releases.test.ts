import { test } from 'vitest';
import { expectNoLosses } from '../sim/clean-runs.ts';
import { ROLLINGS } from '../sim/releases.ts';

test.each(ROLLINGS)('1,000 runs with functions of the previous release, %s, lose nothing', async (rolling) => {
  await expectNoLosses({ from: 101, runs: 1_000, kind: rolling });
});
