/** Pays a watch's debts: makes the deliveries its announcements need, wakes the notifier, and only then takes the debts off. */
import type { Config } from './config.ts';
import { newDelivery } from './delivery.ts';
import type { EventType } from './event.ts';
import { newDeliveryItem, type WatchItem, watchKey, webhookId, withBody } from './items.ts';
import type { Runtime } from './runtime.ts';
import { wake } from './wake.ts';
import { type Owed, settle, type Watch } from './watch.ts';

/** A callback is told everything, a named target what the configuration has it told. */
const wants = (config: Config, target: string, event: EventType): boolean =>
  config.targets.get(target)?.events?.includes(event) ?? true;

const deliveriesFor = (watch: Watch, debt: Owed, config: Config, now: number) =>
  (debt.to ?? watch.notify)
    .filter((target) => wants(config, target, `operation.${debt.event}`))
    .map((target) => {
      const event = { event: debt.event, at: debt.at, ...(debt.word !== undefined && { word: debt.word }) };
      const id = webhookId(watch, debt.event, debt.at, target);
      return newDeliveryItem(newDelivery({ id, watchId: watch.id, tenant: watch.tenant, target, event }, now), now);
    });

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
  const made = await Promise.all(wanted.map((delivery) => table.insert(delivery)));
  await wake(
    wanted.filter((_, i) => made[i]),
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
