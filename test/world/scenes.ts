/** What most tests in the world begin with, and what they ask it in the end. */
import { newDelivery } from '../../lib/core/delivery.ts';
import type { WatchView } from '../../lib/core/view.ts';
import { type DeliveryItem, newDeliveryItem, newWatchItem, type WatchItem, wakeUpOf } from '../../lib/store/items.ts';
import { watchId, webhookId } from '../../lib/store/keys.ts';
import { writeWakeUp } from '../../lib/store/queue.ts';
import { OPERATIONS, watchWith } from '../samples.ts';
import type { ProviderName } from './asked.ts';
import type { Fault, Faults } from './process.ts';
import type { CloudState } from './statements.ts';
import { NOTIFY_QUEUE, QUEUES, type World } from './world.ts';

type Scene = {
  readonly provider?: ProviderName & keyof typeof OPERATIONS;
  /** Fields of the operation that differ from the sample's. */
  readonly operation?: Readonly<Record<string, string>>;
  readonly notify?: readonly string[];
  readonly deadline?: string;
  readonly tenant?: string;
  /** When the operation ends, ms from now, and how; left out, it runs on. */
  readonly endsAfter?: number;
  readonly end?: CloudState;
};

/** Puts an operation on stage that is under way from now on. Answers what to submit. */
export const stage = (
  world: World,
  { provider = 'aliyun-emr', operation = {}, notify = ['chat'], deadline, endsAfter, end = 'succeeded' }: Scene = {},
) => {
  const now = world.timeline.now();
  const fields = { ...OPERATIONS[provider], ...operation };
  const script = [
    { at: now, state: 'running' as const },
    ...(endsAfter === undefined ? [] : [{ at: now + endsAfter, state: end }]),
  ];
  world.clouds.add(provider, fields, script);
  return { provider, operation: fields, notify, ...(deadline !== undefined && { deadline }) };
};

/** The same, submitted; answers the id of the watch. */
export const submitted = async (world: World, scene: Scene = {}): Promise<string> => {
  const receipt = await world.timeline.finish(world.submit(stage(world, scene), scene.tenant));
  if (!('url' in receipt.body)) throw new Error(JSON.stringify(receipt.body));
  return (receipt.body as WatchView).id;
};

type Debt = { readonly to: string; readonly tenant?: string; readonly count: number };

/** Watches that have just failed, one delivery each on its way to `to`. Answers the webhook-ids. */
export const owed = (world: World, { to, tenant = 'default', count }: Debt): string[] => {
  const at = world.timeline.now();
  return Array.from({ length: count }, (_, i) => {
    const operation = { ...OPERATIONS['aliyun-emr'], OperationId: `op-${to}-${i}-${at}` };
    const identity = { tenant, connection: 'aliyun', provider: 'aliyun-emr', operation };
    const id = watchId(identity, 1);
    const watch = watchWith({ ...identity, id, notify: [to], submittedAt: at, status: 'failed', endedAt: at });
    const event = { event: 'failed', at } as const;
    const delivery = newDelivery({ id: webhookId(watch, event.event, at, to), tenant, target: to, event }, at);
    const { leaseShard: _shard, aliveUntil: _until, ...item } = newWatchItem(watch, at);
    const owing = newDeliveryItem(id, delivery, at);
    world.table.insert(item);
    world.table.insert(owing);
    world.sqs.send(NOTIFY_QUEUE, [{ Id: '1', MessageBody: writeWakeUp(wakeUpOf(owing)) }]);
    return delivery.id;
  });
};

export const watchOf = (world: World, id: string): WatchItem => {
  const [item] = world.table.get([{ pk: id, sk: 'watch' }]);
  if (!item) throw new Error(`there is no watch ${id}`);
  return item as WatchItem;
};

export const deliveriesOf = (world: World, id: string): DeliveryItem[] =>
  world.table.partition(id).filter(({ sk }) => sk.startsWith('delivery#')) as DeliveryItem[];

/** Messages in all queues but the dead letters. */
export const messagesIn = (world: World): number =>
  QUEUES.reduce((sum, url) => sum + world.sqs.messages(url).length, 0);

/** What was logged, without the fields that vary. */
export const logged = (world: World, what: string): Record<string, unknown>[] =>
  world.lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line.what === what);

/** Lets time pass, ms. */
export const pass = (world: World, ms: number): Promise<void> => world.timeline.runUntil(world.timeline.now() + ms);

/** The first effect of this kind fails so. */
export const once = (what: string, fault: Fault): Faults => {
  let isDone = false;
  return (effect) => {
    if (isDone || effect.what !== what) return undefined;
    isDone = true;
    return fault;
  };
};
