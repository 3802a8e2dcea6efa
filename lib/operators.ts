/** Tells whoever runs opwatch: a notice becomes a delivery to each of the configuration's `operators`. */
import { DEFAULT_TENANT } from './caller.ts';
import { newDelivery } from './delivery.ts';
import { newDeliveryItem, noticeId, noticeWebhookId } from './items.ts';
import type { Notice } from './notice.ts';
import type { Runtime } from './runtime.ts';

/**
 * Owes a notice to the operators; the same one again changes nothing. Whoever does so before writing down what the notice is
 * about can be killed in between: it is done again. No message is sent here, because the notifier must not be able to feed
 * its own queue: the leases lapse at once, and the sweep wakes the deliveries within a minute.
 */
export const tellOperators = async (
  notice: Notice,
  { config, table, now }: Pick<Runtime, 'config' | 'table' | 'now'>,
): Promise<void> => {
  const id = noticeId(notice);
  // Who cannot be told cannot be told that either.
  const told = config.operators.filter((target) => !('target' in notice) || target !== notice.target);
  await Promise.all(
    told.map((target) => {
      const parts = { id: noticeWebhookId(id, target), tenant: DEFAULT_TENANT, target, event: notice };
      return table.insert({ ...newDeliveryItem(id, newDelivery(parts, now()), now()), aliveUntil: now() });
    }),
  );
};
