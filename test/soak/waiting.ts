/**
 * One tenant has very many deliveries waiting for receivers that fail, and they fall due all the time; its next submission is
 * refused. Another tenant's watches are told meanwhile. Then the receivers are well, and the tenant enables some of its origins
 * again: all that goes there is told, and the rest waits on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Delivery, newDelivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import { asleep, type DeliveryItem, newDeliveryItem, newWatchItem } from '../../lib/store/items.ts';
import { watchId, webhookId } from '../../lib/store/keys.ts';
import { listSleeper } from '../../lib/wake/sleepers.ts';
import { median, number, ratio, seconds } from '../bench/report.ts';
import { anOperation, type Opwatch } from '../e2e/kit/opwatch.ts';
import { until } from '../e2e/kit/until.ts';
import { watchWith } from '../samples.ts';
import { tellAnother } from './another.ts';
import { controlClouds } from './clouds.ts';
import { type Crowd, startCrowd } from './crowd.ts';
import { countDeadLetters } from './dead-letters.ts';
import { inTurns } from './in-turns.ts';
import { brokenOf, type Scenario, type ScenarioResult } from './scenario.ts';
import { store } from './stored.ts';

type Size = {
  /** Deliveries that wait; the limit of a tenant is 10,000. */
  readonly waiting: number;
  readonly origins: number;
  /** How many of them are enabled again. */
  readonly enabled: number;
  /** Over how long a time their next attempts are spread, s. */
  readonly dueSeconds: number;
  /** For how long others are told meanwhile, before anything is mended, s. */
  readonly lastsSeconds: number;
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
/** A tenant's usual limit of waiting deliveries. */
const LIMIT = 10_000;
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
    const last = { at: now, status: 500, verdict: 'answered 500' };
    const waits = { ...delivery, attempts: 4, nextAttemptAt, last };
    return { ...asleep(newDeliveryItem(id, waits, now), nextAttemptAt, now), version: 1 };
  });
  return [item, ...sleepers];
};

const isWaiting = (body: unknown): body is Delivery => (body as Partial<Delivery> | undefined)?.state === 'waiting';

/** Once the sweep has counted what waits, the tenant may make no more of it: answers how long it is told to wait, s. */
const refusedAtLimit = async ({ ask, invoke }: Opwatch, token: string): Promise<string | undefined> => {
  await invoke('sweep', {});
  const { status, headers } = await ask('/watches', {
    body: { ...anOperation(), connection: 'aliyun-stored' },
    token,
  });
  return status === 429 ? (headers.get('retry-after') ?? undefined) : undefined;
};

export const waitInCrowd = async (opwatch: Opwatch, size: Size): Promise<ScenarioResult> => {
  const { infra, ask, stack } = opwatch;
  const { waiting, before, everyMs, withinMs = Number.POSITIVE_INFINITY } = size;
  const token = await stack.createToken(TENANT);
  const crowd = await startCrowd(size.origins);
  try {
    await store(opwatch, 'aliyun', controlClouds(opwatch).keys.aliyun);
    const calm: number[] = [];
    for (let i = 0; i < before; i += 1) calm.push(await tellAnother(opwatch));

    const now = Date.now();
    const items = Array.from({ length: Math.ceil(waiting / EACH) }, (_, i) =>
      itemsOf(i * EACH, crowd, size, now),
    ).flat();
    await inTurns(items, AT_ONCE, (some) => Promise.all(some.map((item) => infra.table.insert(item))));
    const deliveries = items.flatMap(({ body }) => (isWaiting(body) ? [body] : []));
    const enabled = crowd.origins.slice(0, size.enabled);
    const isEnabled = ({ target }: Delivery) => enabled.includes(new URL(target).origin);
    // As the notifier lists them before they sleep; nobody asks for those of the other origins.
    const listed = items.filter((item): item is DeliveryItem => isWaiting(item.body) && isEnabled(item.body));
    const list = (item: DeliveryItem) =>
      listSleeper(`${TENANT} ${new URL(item.body.target).origin}`, item, { table: infra.table, now: Date.now });
    await inTurns(listed, AT_ONCE, (some) => Promise.all(some.map(list)));
    const retryAfter = waiting > LIMIT ? await until(() => refusedAtLimit(opwatch, token)) : undefined;

    const amid: number[] = [];
    const beganAt = Date.now();
    let messages = 0;
    const tellOn = async (): Promise<void> => {
      amid.push(await tellAnother(opwatch));
      messages = Math.max(messages, await infra.count('notify'));
      await sleep(everyMs);
    };
    while (Date.now() < beganAt + size.lastsSeconds * 1_000) await tellOn();
    const attempts = crowd.failed();

    crowd.recover();
    const wellAt = Date.now();
    for (const origin of enabled) {
      const { status, body } = await ask('/origins/enable', { body: { origin }, token });
      if (status >= 400) throw new Error(`${origin}: ${JSON.stringify(body)}`);
    }
    const due = deliveries.filter(isEnabled).map(({ id }) => id);
    const missing = () => due.filter((id) => !crowd.taken.has(id));
    const telling = until(() => missing().length === 0, { sight: () => crowd.taken.size }).catch(() => undefined);
    let isOver = false;
    void telling.finally(() => {
      isOver = true;
    });
    while (!isOver) await tellOn();
    const tookMs = Date.now() - wellAt;
    const still = new Set((await infra.items()).flatMap(({ body }) => (isWaiting(body) ? [body.id] : [])));
    const lost = [
      ...missing(),
      ...deliveries.map(({ id }) => id).filter((id) => !due.includes(id) && !still.has(id) && !crowd.taken.has(id)),
    ];
    const slowest = Math.max(...amid);
    return {
      figure:
        `${number(waiting)} deliveries of one tenant wait for ${size.origins} origins that fail` +
        `${retryAfter ? `, one more is answered 429, Retry-After ${retryAfter}` : ''} (${attempts} attempts in ` +
        `${seconds(wellAt - beganAt)}; ${number(messages)} messages at most). ${size.enabled} origins enabled: their ${due.length} told ` +
        `within ${seconds(tookMs)}, the rest waits. Another's ${amid.length} watches told after ${seconds(median(amid))}, at ` +
        `most ${seconds(slowest)}; without them ${seconds(median(calm))}: ${ratio(median(amid) / median(calm))} times`,
      broken: brokenOf(
        [lost.length > 0, `${lost.length} lost, such as ${lost[0]}`],
        [slowest > withinMs, `another was told after ${seconds(slowest)}, ${seconds(withinMs)} allowed`],
        [attempts === 0, 'nobody tried to tell the crowd'],
        [messages > MESSAGES_MAX, `${number(messages)} messages in the notify queue`],
        [(await countDeadLetters(opwatch)) > 0, 'there are messages in dead-letter queues'],
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
      origins: 40,
      enabled: 1,
      // Five or six a second, or 333 at each sweep: after four attempts in vain the next is two hours away.
      dueSeconds: 3_600,
      lastsSeconds: 180,
      before: 10,
      everyMs: 2_000,
      withinMs: WITHIN_MS,
    }),
};
