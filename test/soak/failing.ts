/**
 * A release whose functions fail at all they do (they are told of a table that is not there), and after ten minutes the
 * release before. SQS hands its messages out all the while, and every one of them fails.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { seconds } from '../bench/report.ts';
import { anOperation, type Opwatch } from '../e2e/kit/opwatch.ts';
import { countDeadLetters } from './dead-letters.ts';
import { breaches, gather, inWords } from './load.ts';
import { brokenOf, type Scenario, type ScenarioResult } from './scenario.ts';

type Size = {
  /** Submitted before; their operations end at any time until the functions are well again. */
  readonly watches: number;
  readonly failSeconds: number;
  /** Lets what was in a killed function's hands come back at once, instead of when its queue's visibility timeout ends. */
  readonly nudged?: boolean;
};

/** What failed last is hidden for 180 s: the queue's visibility timeout. */
const BACK_WITHIN_MS = 215_000;
const ASK_EVERY_MS = 5_000;

export const failForLong = async (
  opwatch: Opwatch,
  { watches, failSeconds, nudged }: Size,
): Promise<ScenarioResult> => {
  const { stack, receiver, ask } = opwatch;
  const before = gather(opwatch, { name: 'before' });
  await before.join(watches, () => Math.random() * failSeconds);

  await stack.killFunctions();
  await stack.startFunctions({ TABLE_NAME: 'a-table-that-is-not-there' });
  const failedFrom = Date.now();
  const answers: number[] = [];
  while (Date.now() < failedFrom + failSeconds * 1_000) {
    answers.push((await ask('/watches', { body: anOperation() })).status);
    await sleep(ASK_EVERY_MS);
  }
  const toldMeanwhile = receiver.received('before').filter(({ at }) => at > failedFrom).length;

  await stack.killFunctions();
  await stack.startFunctions({ TABLE_NAME: stack.table });
  const backAt = Date.now();
  const after = gather(opwatch, { name: 'after' });
  await after.join(Math.ceil(watches / 4), () => 1);
  const nudge = () => opwatch.tellAgain(...before.tally().lost);
  const tally = await before.settled(nudged ? nudge : undefined);
  const tallyAfter = await after.settled();

  const lastAt = Math.max(backAt, ...receiver.received('before').map(({ at }) => at));
  const backWithinMs = lastAt - backAt;
  const wrong = receiver.received('before').filter(({ event }) => event.type !== 'operation.succeeded').length;
  const deadLetters = await countDeadLetters(opwatch);
  return {
    figure:
      `functions that failed for ${seconds(backAt - failedFrom)} (${answers.length} submissions answered ${[...new Set(answers)].join(', ')}; ` +
      `${toldMeanwhile} webhooks): of those before ${tally.told} of ${tally.watches} told, ${tally.twice.length} under two ids, the ` +
      `last ${seconds(backWithinMs)} after the functions were well; of those after: ${inWords(tallyAfter)}`,
    broken: [
      ...breaches(tally),
      ...breaches(tallyAfter, BACK_WITHIN_MS),
      ...brokenOf(
        [
          !nudged && backWithinMs > BACK_WITHIN_MS,
          `the last was told ${seconds(backWithinMs)} after the functions were well`,
        ],
        [answers.some((status) => status < 400) || toldMeanwhile > 0, 'the functions did not fail'],
        [wrong > 0, `${wrong} told of something else than their success`],
        [deadLetters > 0, `${deadLetters} messages in dead-letter queues`],
      ),
    ],
  };
};

export const failing: Scenario = {
  name: 'failing',
  about: 'functions that fail at all they do for ten minutes: when they are well, all are told within four more',
  long: (opwatch) => failForLong(opwatch, { watches: 120, failSeconds: 600 }),
};
