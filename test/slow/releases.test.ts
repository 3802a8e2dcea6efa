import { test } from 'vitest';
import { runsAmongCases } from '../helpers/cases.ts';
import { expectNoLosses } from '../sim/clean-runs.ts';
import { ROLLINGS } from '../sim/releases.ts';

const RUNS = runsAmongCases(1_000);
const RESTORES = runsAmongCases(100);

test.each(ROLLINGS)(`${RUNS} runs with functions of the previous release, %s, lose nothing`, async (rolling) => {
  await expectNoLosses({ from: 101, runs: RUNS, kind: rolling });
});

test(`${RESTORES} restores of the table, with new queues, lose nothing`, async () => {
  await expectNoLosses({ from: 101, runs: RESTORES, kind: 'restored' });
});
