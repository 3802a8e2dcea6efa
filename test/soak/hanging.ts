/** A receiver that takes what it is sent and never answers, owed more than the notifiers can hold; others are told meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seconds } from '../bench/report.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';
import { startReceiver } from '../e2e/kit/receiver.ts';
import { until } from '../e2e/kit/until.ts';
import { breaches, gather } from './load.ts';
import { brokenOf, type Scenario, type ScenarioResult } from './scenario.ts';

type Size = { readonly hanging: number; readonly others: number; readonly everyMs: number };

const WITHIN_MS = 10_000;

export const hangReceiver = async (opwatch: Opwatch, { hanging, others, everyMs }: Size): Promise<ScenarioResult> => {
  const { stack } = opwatch;
  const deaf = await startReceiver(stack.endpoints.environment.STAND_IN_SIGNING_SECRET ?? '');
  deaf.answers('deaf', ...Array<'hang'>(hanging * 10).fill('hang'));
  try {
    const silent = gather({ ...opwatch, receiver: deaf }, { name: 'deaf' });
    await silent.join(hanging, () => 0);
    await until(() => deaf.received().length > 0);

    const load = gather(opwatch, { name: 'beside-the-deaf' });
    const beganAt = Date.now();
    for (let i = 0; i < others; i += 1) {
      await load.join(1, () => 0);
      await sleep(everyMs);
    }
    const tally = await load.settled();
    const attempts = deaf.received();
    const ids = new Map(attempts.map(({ event, id }) => [event.data.watch.id, id]));
    return {
      figure:
        `a receiver that hangs, owed ${hanging} webhooks (${attempts.length} attempts in ${seconds(Date.now() - beganAt)}): ` +
        `${tally.told} of ${others} others told, slowest ${seconds(tally.slowestMs)} late`,
      broken: [
        ...breaches(tally, WITHIN_MS),
        ...brokenOf(
          [
            attempts.some(({ event, id }) => ids.get(event.data.watch.id) !== id),
            'the deaf one was told under two ids',
          ],
          [attempts.length === 0, 'nobody tried to tell the deaf one'],
        ),
      ],
    };
  } finally {
    await deaf.close();
  }
};

export const hanging: Scenario = {
  name: 'hanging',
  about: 'a receiver that never answers is owed 240 webhooks; another is told within 10 s, all the while',
  long: (opwatch) => hangReceiver(opwatch, { hanging: 240, others: 20, everyMs: 3_000 }),
};
