/**
 * One tenant has very many deliveries waiting for receivers that fail, and all of them fall due within minutes; another
 * tenant's watches are told meanwhile. Then the receivers are well, and their tenant enables its origins again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { newDelivery } from '../../lib/delivery.ts';
import { asleep, newDeliveryItem, newWatchItem, watchId, webhookId } from '../../lib/items.ts';
import type { Item } from '../../lib/store.ts';
import { median, number, ratio, seconds } from '../bench/report.ts';
import { anOperation, type Opwatch } from '../e2e/kit/opwatch.ts';
import { until } from '../e2e/kit/until.ts';
import { watchWith } from '../samples.ts';
import { tellAnother } from './another.ts';
import { countBuried } from './buried.ts';
import { type Crowd, startCrowd } from './crowd.ts';
import { inTurns } from './in-turns.ts';
import { brokenOf, type Outcome, type Scenario } from './scenario.ts';

type Size = {
  /** Deliveries that wait; the limit of a tenant is 10,000. */
  readonly waiting: number;
  readonly origins: number;
  /** Over how long a time their next attempts are spread, s. */
  readonly dueSeconds: number;
  /** How often another is told without all that. */
  readonly before: number;
  readonly everyMs: number;
  /** Within what another must be told, ms; left out, that is not looked at. */
  readonly withinMs?: number;
};

const TENANT = 'flooding';
const WITHIN_MS = 10_000;
/** Deliveries of one watch. */
const EACH = 50;
const AT_ONCE = 50;
/** A queue holds no more hidden messages. */
const MESSAGES_MAX = 120_000;

/** A watch that has failed, and its deliveries, of which four attempts each were in vain: they sleep until the fifth. */
const itemsOf = (from: number, { origins }: Crowd, { waiting, dueSeconds }: Size, now: number): readonly Item[] => {
  const operation = { ...anOperation().operation };
  const identity = { tenant: TENANT, connection: 'aliyun-stored', provider: 'aliyun-emr', operation };
  const id = watchId(identity, 1);
  const watch = watchWith({ ...identity, id, notify: [], submittedAt: now, status: 'failed', endedAt: now });
  const { leaseShard: _s, aliveUntil: _a, ...item } = newWatchItem(watch, now);
  const sleepers = Array.from({ length: Math.min(EACH, waiting - from) }, (_, i) => {
    const target = `${origins[(from + i) % origins.length]}/${from + i}`;
    const event = { event: 'failed', at: now } as const;
    const delivery = newDelivery({ id: webhookId(watch, 'failed', now, target), tenant: TENANT, target, event }, now);
    const nextAttemptAt = now + Math.ceil(Math.random() * dueSeconds * 1_000);
    const waits = { ...delivery, attempts: 4, nextAttemptAt };
    return { ...asleep(newDeliveryItem(id, waits, now), nextAttemptAt), version: 1 };
  });
  return [item, ...sleepers];
};

export const waitInCrowd = async (opwatch: Opwatch, size: Size): Promise<Outcome> => {
  const { beneath, ask, stack, invoke } = opwatch;
  const { waiting, before, everyMs, withinMs = Number.POSITIVE_INFINITY } = size;
  const token = await stack.createToken(TENANT);
  const crowd = await startCrowd(size.origins);
  try {
    const calm: number[] = [];
    for (let i = 0; i < before; i += 1) calm.push(await tellAnother(opwatch));

    const now = Date.now();
    const items = Array.from({ length: Math.ceil(waiting / EACH) }, (_, i) =>
      itemsOf(i * EACH, crowd, size, now),
    ).flat();
    await inTurns(items, AT_ONCE, (some) => Promise.all(some.map((item) => beneath.table.insert(item))));
    const ids = items.flatMap(({ sk }) => (sk.startsWith('delivery#') ? [sk.slice('delivery#'.length)] : []));
    await invoke('sweep', {});
    const more = { ...anOperation(), connection: 'aliyun-stored' };
    const { status } = await ask('/watches', { body: more, token });

    const amid: number[] = [];
    let messages = 0;
    const tellOn = async (): Promise<void> => {
      amid.push(await tellAnother(opwatch));
      messages = Math.max(messages, await beneath.count('notify'));
      await sleep(everyMs);
    };
    while (Date.now() < now + size.dueSeconds * 1_000) await tellOn();
    const attempts = crowd.failed();

    crowd.recover();
    const wellAt = Date.now();
    for (const origin of crowd.origins) {
      const enabled = await ask('/origins/enable', { body: { origin }, token });
      if (enabled.status >= 400) throw new Error(`${origin}: ${JSON.stringify(enabled.body)}`);
    }
    const telling = until(() => crowd.taken.size === waiting, { sight: () => crowd.taken.size }).catch(() => undefined);
    let isOver = false;
    void telling.finally(() => {
      isOver = true;
    });
    while (!isOver) await tellOn();
    const lost = ids.filter((id) => !crowd.taken.has(id));
    const slowest = Math.max(...amid);
    return {
      figure:
        `${number(waiting)} deliveries of one tenant wait for ${size.origins} origins that fail (${attempts} attempts in ` +
        `${seconds(wellAt - now)}, then all of them told within ${seconds(Date.now() - wellAt)}; ${number(messages)} messages ` +
        `at most; more of it answered ${status}): another's ${amid.length} watches told after ${seconds(median(amid))}, at ` +
        `most ${seconds(slowest)}; without them ${seconds(median(calm))}: ${ratio(median(amid) / median(calm))} times`,
      broken: brokenOf(
        [lost.length > 0, `${lost.length} never told, such as ${lost[0]}`],
        [slowest > withinMs, `another was told after ${seconds(slowest)}, ${seconds(withinMs)} allowed`],
        [attempts === 0, 'nobody tried to tell the crowd'],
        [waiting > 10_000 && status !== 429, 'the tenant was let make more of them'],
        [messages > MESSAGES_MAX, `${number(messages)} messages in the notify queue`],
        [(await countBuried(opwatch)) > 0, 'there are messages in dead-letter queues'],
      ),
    };
  } finally {
    crowd.close();
  }
};

export const waitingLong: Scenario = {
  name: 'waiting',
  about: '20,000 deliveries of one tenant wait for receivers that fail; the watches of another are told within 10 s',
  // As many batches at a time as deployed.
  stack: { concurrency: 10 },
  long: (opwatch) =>
    waitInCrowd(opwatch, {
      waiting: 20_000,
      origins: 20,
      dueSeconds: 120,
      before: 10,
      everyMs: 2_000,
      withinMs: WITHIN_MS,
    }),
};
