import { test } from 'vitest';
import { expectNoLosses } from '../sim/clean-runs.ts';
import { ROLLINGS } from '../sim/releases.ts';

test.each(ROLLINGS)('1,000 runs with functions of the previous release, %s, lose nothing', async (rolling) => {
  await expectNoLosses({ from: 101, runs: 1_000, kind: rolling });
});

test('100 restores of the table, with new queues, lose nothing', async () => {
  await expectNoLosses({ from: 101, runs: 100, kind: 'restored' });
});
