/** Purges every queue, again and again, while watches are submitted, looked at and told of. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Opwatch } from '../e2e/kit/opwatch.ts';
import { breaches, gather, inWords } from './load.ts';
import type { Scenario, ScenarioResult } from './scenario.ts';

type Size = { readonly purges: number; readonly watches: number };

const WITHIN_MS = 90_000;

export const purgeAtRandom = async (opwatch: Opwatch, { purges, watches }: Size): Promise<ScenarioResult> => {
  const load = gather(opwatch, { name: 'purges' });
  const joining: Promise<unknown>[] = [];
  for (let i = 0; i < purges; i += 1) {
    joining.push(load.join(Math.ceil(watches / purges), () => Math.random() * 10));
    await sleep(500 + Math.random() * 3_000);
    await opwatch.infra.purge();
  }
  await Promise.all(joining);

  let sweeps = 0;
  const sweep = async (): Promise<void> => {
    await opwatch.sweepUp();
    sweeps += 1;
  };
  await sweep();
  const tally = await load.settled(sweep);
  return {
    figure: `every queue purged x ${purges}: ${inWords(tally)}, after ${sweeps} sweeps (leases let lapse at once)`,
    broken: breaches(tally, WITHIN_MS),
  };
};

export const purges: Scenario = {
  name: 'purges',
  about: 'every message of every queue lost, 6 times: the sweep brings all of them back',
  long: (opwatch) => purgeAtRandom(opwatch, { purges: 6, watches: 150 }),
};
