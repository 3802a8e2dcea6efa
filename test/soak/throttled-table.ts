/** A table that refuses a share of its requests, leaves keys of batches unread, and for some seconds takes nothing at all. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TableFaults } from '../../offline/dynamodb-faults.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';
import { breaches, gather, inWords } from './load.ts';
import { brokenOf, type Scenario, type ScenarioResult } from './scenario.ts';

type Size = {
  readonly watches: number;
  /** How long it is slow before and between bursts, s. */
  readonly slowSeconds: number;
  /** How often everything is refused, for three seconds. */
  readonly bursts: number;
  /** How late the slowest may be told; left out, that is not looked at. */
  readonly withinMs?: number;
};

const SLOW: TableFaults = { throttled: 0.2, unprocessed: 0.5 };
const BURST: TableFaults = { throttled: 1 };
const BURST_MS = 3_000;

export const throttleTable = async (
  opwatch: Opwatch,
  { watches, slowSeconds, bursts, withinMs }: Size,
): Promise<ScenarioResult> => {
  const setFaults = async (faults: TableFaults) => {
    const answer = await fetch(`${opwatch.stack.urls.dynamodb}/_control/faults`, {
      method: 'POST',
      body: JSON.stringify(faults),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as Required<TableFaults>;
  };

  const load = gather(opwatch, { name: 'throttled-table' });
  const before = await setFaults(SLOW);
  try {
    const joining = load.join(watches, (i) => (i % 10) + 1);
    for (let i = 0; i < bursts; i += 1) {
      await sleep(slowSeconds * 1_000);
      await setFaults(BURST);
      await sleep(BURST_MS);
      await setFaults(SLOW);
    }
    await sleep(slowSeconds * 1_000);
    await joining;
  } finally {
    await setFaults({});
  }
  const tally = await load.settled();
  const after = await setFaults({});
  const throttled = after.throttled - before.throttled;
  const unprocessed = after.unprocessed - before.unprocessed;
  return {
    figure:
      `a table that refused ${throttled} requests, served ${unprocessed} batches by half ` +
      `and took nothing for 3 s x ${bursts}: ${inWords(tally)}`,
    broken: [
      ...breaches(tally, withinMs),
      ...brokenOf([throttled === 0 || unprocessed === 0, 'the table was never throttled']),
    ],
  };
};

export const throttledTable: Scenario = {
  name: 'throttled-table',
  about: 'a fifth of the requests to the table refused, half of the batches served by half, three bursts of nothing',
  long: (opwatch) => throttleTable(opwatch, { watches: 100, slowSeconds: 8, bursts: 3, withinMs: 150_000 }),
};
