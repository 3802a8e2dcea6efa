/**
 * Sends the events that a watch owes. It creates their deliveries, sends the messages of the deliveries to the notify
 * queues, and only then removes the events from the outbox.
 */
import type { Config } from '../config/config.ts';
import { begunAnew, type Delivery, newDelivery } from '../core/delivery.ts';
import type { EventType } from '../core/event.ts';
import { isOver, type Owed, type Status, settle, type Warning, type Watch } from '../core/watch.ts';
import { eventsFor } from '../deliver/recipient.ts';
import type { Runtime } from '../runtime.ts';
import { type DeliveryItem, newDeliveryItem, type WatchItem, withBody, wokenWith } from '../store/items.ts';
import { deliveryIdOf, watchKey } from '../store/keys.ts';
import { targetOf } from '../targets/index.ts';
import { wake } from '../wake/wake.ts';

/**
 * Answers whether a target gets an event. A callback gets every event. A named target gets the events in its
 * configuration, or else the default events of its type. The end of a state goes only to a target that got its
 * beginning. A target that shows such a state always gets the end, whatever the configuration says. Otherwise it would
 * show the state forever.
 */
const wants = (watch: Watch, config: Config, name: string, event: EventType): boolean => {
  const target = config.targets.get(name);
  const events = target && eventsFor(target);
  const isWanted = (type: EventType) => events?.includes(type) ?? true;
  if (isWanted(event) && isWanted(BEGINNINGS[event] ?? event)) return true;
  const keeps = target !== undefined && targetOf(target.type)?.holds !== undefined;
  return keeps && (watch.warned ?? []).some((warning) => isWanted(`operation.${warning}`) && ends(event, warning));
};

/** Answers whether an event ends the state that a warning began. */
const ends = (event: EventType, warning: Warning): boolean =>
  BEGINNINGS[event] === `operation.${warning}` || isOver(event.slice('operation.'.length) as Status);

const BEGINNINGS: Partial<Readonly<Record<EventType, EventType>>> = {
  'operation.resumed': 'operation.attention',
  'operation.unblocked': 'operation.blocked',
};

const deliveriesFor = (watch: Watch, debt: Owed, config: Config, now: number): DeliveryItem[] =>
  (debt.to ?? watch.notify)
    .filter((target) => debt.event === 'progress' || wants(watch, config, target, `operation.${debt.event}`))
    .map((target) => {
      const { to: _, ...announced } = debt;
      const event: Delivery['event'] =
        announced.event === 'progress' ? { event: announced.event, at: announced.at } : announced;
      const id = deliveryIdOf(watch, debt, target);
      return newDeliveryItem(watch.id, newDelivery({ id, tenant: watch.tenant, target, event }, now), now);
    });

/**
 * Creates a delivery and returns its item. Returns undefined where the delivery exists already and has nothing new to
 * tell.
 */
const make = async (wanted: DeliveryItem, { table, now }: Pick<Runtime, 'table' | 'now'>) => {
  if (await table.insert(wanted)) return wanted;
  if (wanted.body.event.event !== 'progress') return undefined;
  const [standing] = (await table.get([wanted])) as DeliveryItem[];
  if (!standing || standing.body.event.at >= wanted.body.event.at) return undefined;
  const body = { ...begunAnew(standing.body, now()), event: wanted.body.event };
  const next = wokenWith(standing, body, now());
  // Another function wrote first. That function handles the delivery and reads the present watch.
  return (await table.replace(next)) ? next : undefined;
};

/**
 * Sends all events that a watch owes, and returns its item without them. It does not change a delivery that exists
 * already: an earlier try created it, and its own lease wakes it. So a second call has no further effect.
 */
export const announce = async (
  item: WatchItem,
  runtime: Pick<Runtime, 'config' | 'table' | 'queue' | 'env' | 'log' | 'now'>,
): Promise<WatchItem> => {
  const { config, table, now } = runtime;
  const debts = item.body.owed;
  if (debts.length === 0) return item;

  const wanted = debts.flatMap((debt) => deliveriesFor(item.body, debt, config, now()));
  const made = await Promise.all(wanted.map((delivery) => make(delivery, runtime)));
  await wake(
    made.filter((delivery) => delivery !== undefined),
    runtime,
  );

  let current = item;
  for (;;) {
    const paid = withBody(current, settle(current.body, debts), current.body.nextLookAt, now());
    if (await table.replace(paid)) return paid;
    const [again] = await table.get([watchKey(item.body.id)]);
    if (!again) return paid;
    current = again as WatchItem;
  }
};
