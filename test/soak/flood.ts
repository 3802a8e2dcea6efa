/** One tenant submits thousands as fast as it can; another's watches are told meanwhile, and are told of before, for comparison. */
import { setTimeout as sleep } from 'node:timers/promises';
import { median, number, ratio, seconds } from '../bench/report.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';
import { tellAnother } from './another.ts';
import { controlClouds } from './clouds.ts';
import { brokenOf, type Scenario, type ScenarioResult } from './scenario.ts';
import { store } from './stored.ts';

type Size = {
  readonly submissions: number;
  /** How often the other is told without the flood. */
  readonly before: number;
  readonly everyMs: number;
  /** Within what the other must be told, ms; left out, that is not looked at. */
  readonly withinMs?: number;
};

/** Each tenant has a connection of its own, this one at the usual pace; queues and functions are everybody's. */
const FLOODED = 'aliyun-stored';
const SUBMISSIONS_MAX = 25;
/** Requests the flooding tenant has under way at a time. */
const AT_ONCE = 8;
const WITHIN_MS = 10_000;
const TENANT = 'flooding';

/** Under way for hours, so that they go on being looked at. */
const operationOf = (i: number) => ({
  provider: 'aliyun-emr',
  operation: { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe6a4c', OperationId: `op-flood-${i}` },
});

type Flood = { readonly taken: number; readonly refused: number; readonly failed: number };

/** Submits all of them, without a pause but for what a 429 asks for. */
const flood = async ({ ask, stack }: Opwatch, submissions: number): Promise<Flood> => {
  const token = await stack.createToken(TENANT);
  const counts = { taken: 0, refused: 0, failed: 0 };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < submissions) {
      const from = next;
      next += SUBMISSIONS_MAX;
      const body = Array.from({ length: Math.min(SUBMISSIONS_MAX, submissions - from) }, (_, i) => ({
        ...operationOf(from + i),
        connection: FLOODED,
        notify: ['inbox'],
      }));
      const { status, body: answers, headers } = await ask('/watches', { body, token });
      const each = status === 207 ? (answers as { status: number }[]).map((one) => one.status) : body.map(() => status);
      counts.taken += each.filter((one) => one === 202).length;
      counts.refused += each.filter((one) => one === 429).length;
      counts.failed += each.filter((one) => one !== 202 && one !== 429).length;
      // It obeys as little as it may get away with.
      if (status === 429) await sleep(Math.min(Number(headers.get('retry-after')) * 1_000, 1_000));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return counts;
};

export const floodWith = async (
  opwatch: Opwatch,
  { submissions, before, everyMs, withinMs = Number.POSITIVE_INFINITY }: Size,
): Promise<ScenarioResult> => {
  await store(opwatch, 'aliyun', controlClouds(opwatch).keys.aliyun);
  const calm: number[] = [];
  for (let i = 0; i < before; i += 1) calm.push(await tellAnother(opwatch));

  const beganAt = Date.now();
  let isOver = false;
  const flooding = flood(opwatch, submissions).finally(() => {
    isOver = true;
  });
  const amid: number[] = [];
  do {
    amid.push(await tellAnother(opwatch));
    await sleep(everyMs);
  } while (!isOver);
  const { taken, refused, failed } = await flooding;
  const tookMs = Date.now() - beganAt;

  return {
    figure:
      `${number(submissions)} submissions by one tenant in ${seconds(tookMs)} (${taken} taken, ${refused} answered 429, ` +
      `${failed} otherwise): another's ${amid.length} watches told after ${seconds(median(amid))}, at most ` +
      `${seconds(Math.max(...amid))}; without the flood ${seconds(median(calm))}: ${ratio(median(amid) / median(calm))} times`,
    broken: brokenOf(
      [
        Math.max(...amid) > withinMs,
        `another was told after ${seconds(Math.max(...amid))}, ${seconds(withinMs)} allowed`,
      ],
      [taken === 0, 'nothing of the flood was taken'],
    ),
  };
};

export const flooding: Scenario = {
  name: 'flood',
  about: '10,000 submissions by one tenant; the watches of another are told within 10 s, all the while',
  // As many batches at a time as deployed.
  stack: { concurrency: 10 },
  long: (opwatch) => floodWith(opwatch, { submissions: 10_000, before: 10, everyMs: 2_000, withinMs: WITHIN_MS }),
};
