/** Pays a watch's debts: makes the deliveries its announcements need, wakes the notifier, and only then takes the debts off. */
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
 * A callback is told everything, a named target the events that the configuration names for it or, left out, that its type is
 * usually told. A target that was not told of a state is not told that it is over. One that keeps such a state is told what
 * ends it, whatever the configuration names, or it would show that state for good.
 */
const wants = (watch: Watch, config: Config, name: string, event: EventType): boolean => {
  const target = config.targets.get(name);
  const events = target && eventsFor(target);
  const isWanted = (type: EventType) => events?.includes(type) ?? true;
  if (isWanted(event) && isWanted(BEGINNINGS[event] ?? event)) return true;
  const keeps = target !== undefined && targetOf(target.type)?.holds !== undefined;
  return keeps && (watch.warned ?? []).some((warning) => isWanted(`operation.${warning}`) && ends(event, warning));
};

/** Whether an event says that such a state is over. */
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

/** Makes a delivery; answers its item, or undefined where it is there already and has nothing new to tell. */
const make = async (wanted: DeliveryItem, { table, now }: Pick<Runtime, 'table' | 'now'>) => {
  if (await table.insert(wanted)) return wanted;
  if (wanted.body.event.event !== 'progress') return undefined;
  const [standing] = (await table.get([wanted])) as DeliveryItem[];
  if (!standing || standing.body.event.at >= wanted.body.event.at) return undefined;
  const body = { ...begunAnew(standing.body, now()), event: wanted.body.event };
  const next = wokenWith(standing, body, now());
  // A function that was faster handles the delivery, and reads the watch as it stands.
  return (await table.replace(next)) ? next : undefined;
};

/**
 * Announces what `item` owes; answers the item without the debts. Deliveries that exist already are left as they are
 * (an earlier try got that far; their own lease wakes them), so doing this twice makes nothing twice.
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
