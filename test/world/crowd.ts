/** One tenant has very many deliveries waiting for receivers that fail; how long another tenant's deliveries take meanwhile. */
import { newDelivery } from '../../lib/core/delivery.ts';
import { asleep, newDeliveryItem, newWatchItem } from '../../lib/store/items.ts';
import { watchId, webhookId } from '../../lib/store/keys.ts';
import { MINUTE, OPERATIONS, SECOND, watchWith } from '../samples.ts';
import { NOTIFIERS } from './hanging.ts';
import { owed, pass } from './scenes.ts';
import { createWorld, NOTIFY_QUEUE } from './world.ts';

export type Crowd = {
  /** Deliveries that wait. */
  readonly waiting: number;
  /** Origins that they go to. */
  readonly origins: number;
  /** Over how long a time their next attempts are spread, ms. */
  readonly spread: number;
  /** How long the other tenant is watched, ms. */
  readonly lasts: number;
};

export type Beside = {
  /** From when a delivery of the other tenant is owed to its arrival, ms. */
  readonly waits: readonly number[];
  /** Messages in the notify queue, at most. */
  readonly most: number;
  /** Attempts made at the crowd's. */
  readonly attempts: number;
};

const EACH = 1_000;

export const besideCrowd = async ({ waiting, origins, spread, lasts }: Crowd): Promise<Beside> => {
  const world = createWorld({
    notifiers: NOTIFIERS,
    reply: (url) => (url.includes('crowd-') ? 'broken' : undefined),
  });
  const at = world.timeline.now();
  for (let from = 0; from < waiting; from += EACH) {
    const operation = { ...OPERATIONS['aliyun-emr'], OperationId: `op-crowd-${from}` };
    const identity = { tenant: 'other', connection: 'aliyun', provider: 'aliyun-emr', operation };
    const id = watchId(identity, 1);
    const watch = watchWith({ ...identity, id, notify: [], submittedAt: at, status: 'failed', endedAt: at });
    const { leaseShard: _s, aliveUntil: _a, ...item } = newWatchItem(watch, at);
    world.table.insert(item);
    for (let i = from; i < Math.min(from + EACH, waiting); i += 1) {
      const target = `https://crowd-${i % origins}.example.com/${i}`;
      const event = { event: 'failed', at } as const;
      const delivery = newDelivery({ id: webhookId(watch, 'failed', at, target), tenant: 'other', target, event }, at);
      const nextAttemptAt = at + ((i * 7919) % waiting) * (spread / waiting);
      const waits = { ...delivery, attempts: 4, nextAttemptAt };
      const sleeper = asleep(newDeliveryItem(id, waits, at), nextAttemptAt, at);
      world.table.insert({ ...sleeper, version: 1 });
    }
  }
  world.start();
  const sent = new Map<string, number>();
  let most = 0;
  for (let passed = 0; passed < lasts; passed += 20 * SECOND) {
    for (const id of owed(world, { to: 'https://mine.example.com/hook', count: 1 })) sent.set(id, world.timeline.now());
    await pass(world, 20 * SECOND);
    most = Math.max(most, world.sqs.messages(NOTIFY_QUEUE).length);
  }
  await pass(world, MINUTE);
  const received = world.receivers.received;
  const waits = [...sent].map(([id, since]) => {
    const arrived = received.find((each) => each.id === id);
    return arrived ? arrived.at - since : Number.POSITIVE_INFINITY;
  });
  return { waits, most, attempts: received.filter(({ url }) => url.includes('crowd-')).length };
};
