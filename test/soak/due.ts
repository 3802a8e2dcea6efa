/** Thousands of watches due at one instant, half of each cloud: all are looked at as fast as the clouds may be asked, no faster. */

import { HOUR } from '../../lib/core/schedule.ts';
import { newWatchItem, wakeUpOf } from '../../lib/store/items.ts';
import { watchId } from '../../lib/store/keys.ts';
import { writeWakeUp } from '../../lib/store/queue.ts';
import { busiest } from '../../offline/clouds/ledger.ts';
import { number, ratio, seconds } from '../bench/report.ts';
import type { Opwatch, Submission } from '../e2e/kit/opwatch.ts';
import { until } from '../e2e/kit/until.ts';
import { watchWith } from '../samples.ts';
import { controlClouds } from './clouds.ts';
import { inTurns } from './in-turns.ts';
import { brokenOf, type Scenario, type ScenarioResult } from './scenario.ts';

type Size = {
  readonly watches: number;
  /** What offline/opwatch.config.ts allows each of its two usual connections. */
  readonly callsPerSecond: number;
  /**
   * How many times the ideal it may take. Left out, the pace is not looked at: when calls arrive, on a busy machine, says little
   * of when they were due. In virtual time test/look/poll.test.ts holds the pace.
   */
  readonly slowerMax?: number;
};

/** One in so many is over when it is looked at, and is told. */
const OVER_EVERY = 20;
const AT_ONCE = 50;

const submissionOf = (i: number): Submission & { readonly connection: 'aliyun' | 'huawei' } =>
  i % 2 === 0
    ? {
        provider: 'aliyun-emr',
        connection: 'aliyun',
        operation: { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe6a4c', OperationId: `op-due-${i}` },
      }
    : {
        provider: 'huawei-job',
        connection: 'huawei',
        operation: { service: 'ecs', region: 'cn-north-4', project_id: 'p1', job_id: `due-${i}` },
      };

const isOver = (i: number) => i % (2 * OVER_EVERY) < 2;

/** Watches that were submitted hours ago: their next look after this one is minutes away. */
const itemOf = (i: number, notify: string, now: number) => {
  const { provider, connection, operation } = submissionOf(i);
  const identity = { tenant: 'default', connection, provider, operation };
  const submittedAt = now - 6 * HOUR;
  const times = { submittedAt, deadline: now + HOUR, seenAt: submittedAt, nextLookAt: now };
  const watch = watchWith({ ...identity, ...times, id: watchId(identity, 1), notify: [notify], status: 'running' });
  return { ...newWatchItem(watch, now), aliveUntil: now + HOUR };
};

export const fallDue = async (
  opwatch: Opwatch,
  { watches, callsPerSecond, slowerMax }: Size,
): Promise<ScenarioResult> => {
  const { infra, receiver } = opwatch;
  const clouds = controlClouds(opwatch);
  const all = Array.from({ length: watches }, (_, i) => i);
  await inTurns(all, 1_000, (some) =>
    clouds.begin(
      some.map((i) => {
        const { provider, operation } = submissionOf(i);
        return { api: provider, operation, ...(isOver(i) ? { seconds: 30, agoSeconds: 60 } : { seconds: 100_000 }) };
      }),
    ),
  );
  const items = all.map((i) => itemOf(i, receiver.urlOf('due'), Date.now()));
  await inTurns(items, AT_ONCE, (some) => Promise.all(some.map((item) => infra.table.insert(item))));

  const heard = await clouds.listen();
  const beganAt = Date.now();
  await inTurns(items, 10, async (some) => {
    for (const [provider, those] of Map.groupBy(some, ({ body }) => body.provider)) {
      const queue = provider === 'huawei-job' ? 'poll-huawei' : 'poll-aliyun';
      await infra.send(queue, ...those.map((item) => writeWakeUp(wakeUpOf(item))));
    }
  });
  const idealMs = (watches / (2 * callsPerSecond)) * 1_000;
  const ended = all.filter(isOver).length;
  const operationOf = ({ params }: { readonly params: Readonly<Record<string, string>> }) =>
    params.OperationId ?? params.job_id;
  const isDue = new Set(items.flatMap(({ body }) => operationOf({ params: body.operation }) ?? []));
  /** When each of them was looked at first. Whatever else the clouds are asked meanwhile does not count. */
  const looked = async () =>
    new Map(
      (await heard()).toReversed().flatMap((call) => {
        const operation = operationOf(call) ?? '';
        return isDue.has(operation) ? [[operation, call.at] as const] : [];
      }),
    );
  const toldOf = () => new Set(receiver.received('due').map(({ event }) => event.data.watch.id));
  let lookedAt = 0;
  const isDone = async () => {
    lookedAt = (await looked()).size;
    return lookedAt === watches && toldOf().size === ended;
  };
  // What is missing when nothing moves any more is told below.
  await until(isDone, { sight: () => [lookedAt, toldOf().size], everyMs: 1_000 }).catch(() => undefined);

  const firstLooks = await looked();
  const tookMs = Math.max(...firstLooks.values()) - beganAt;
  const calls = await heard();
  const most = Math.max(...Object.values(busiest(calls)));
  const told = toldOf();
  const ids = new Set(receiver.received('due').map(({ id }) => id));
  return {
    figure:
      `${number(watches)} watches due at once, ${callsPerSecond} calls a second to each of two clouds: ${firstLooks.size} ` +
      `looked at in ${seconds(tookMs)}, ${ratio(tookMs / idealMs)} times the ideal, ${calls.length} calls, ` +
      `${most} in the busiest second; ${told.size} of ${ended} that were over told`,
    broken: brokenOf(
      [
        firstLooks.size !== watches,
        `${watches - firstLooks.size} were not looked at, such as ${[...isDue].find((each) => !firstLooks.has(each))}`,
      ],
      [told.size !== ended, `${ended - told.size} nobody was told of`],
      [ids.size !== told.size, `${ids.size - told.size} told under two ids`],
      [slowerMax !== undefined && most > callsPerSecond, `${most} calls in a second`],
      [slowerMax !== undefined && tookMs > slowerMax * idealMs, `it took more than ${slowerMax} times the ideal`],
    ),
  };
};

/**
 * A message is in a function's hands for about a second and a half before its call's turn: four batches of ten a cloud keep
 * up with some 25 calls a second, ten batches (as deployed) with 60. So the pace is what this machine's stack can keep.
 */
const PACE = 50;

export const due: Scenario = {
  name: 'due',
  about: '10,000 watches due at one instant: none lost, none looked at faster than its cloud allows',
  stack: { concurrency: 10, environment: { STAND_IN_CALLS_PER_SECOND: String(PACE) } },
  long: (opwatch) => fallDue(opwatch, { watches: 10_000, callsPerSecond: PACE, slowerMax: 1.5 }),
};
