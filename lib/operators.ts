/** Tells people: a notice becomes a delivery to each of the configuration's `operators`, or to a tenant's own targets. */
import { DEFAULT_TENANT } from './caller.ts';
import type { Config } from './config.ts';
import { newDelivery } from './delivery.ts';
import { newDeliveryItem, noticeId, noticeWebhookId } from './items.ts';
import type { Notice } from './notice.ts';
import { isCallback, placeOf } from './place.ts';
import type { Runtime } from './runtime.ts';
import { targetOf } from './targets/index.ts';

type Tools = Pick<Runtime, 'config' | 'table' | 'now'>;

/**
 * Owes a notice to the operators; the same one again changes nothing. Whoever does so before writing down what the notice is
 * about can be killed in between: it is done again. No message is sent here, because the notifier must not be able to feed
 * its own queue: the leases lapse at once, and the sweep wakes the deliveries within a minute.
 */
export const tellOperators = (notice: Notice, tools: Tools): Promise<void> =>
  owe(notice, withoutItself(tools.config.operators, notice), DEFAULT_TENANT, tools);

/**
 * Owes a tenant a notice: to those of its own targets (`tenants.<name>.notify`) that can be told one, or to the operators where
 * there are none.
 */
export const tellTenant = (notice: Notice & { readonly tenant: string }, tools: Tools): Promise<void> => {
  const { config } = tools;
  const own = withoutItself(config.targetsOf(notice.tenant), notice).filter((name) => canTell(name, config));
  return own.length > 0 ? owe(notice, own, notice.tenant, tools) : tellOperators(notice, tools);
};

/** Who cannot be told cannot be told that either. */
const withoutItself = (targets: readonly string[], notice: Notice): readonly string[] =>
  targets.filter((target) => !('target' in notice) || placeOf(target) !== notice.target);

const canTell = (name: string, { targets }: Config): boolean =>
  isCallback(name) || targetOf(targets.get(name)?.type ?? '')?.notice !== undefined;

const owe = async (
  notice: Notice,
  targets: readonly string[],
  tenant: string,
  { table, now }: Tools,
): Promise<void> => {
  const id = noticeId(notice);
  await Promise.all(
    targets.map((target) => {
      const parts = { id: noticeWebhookId(id, target), tenant, target, event: notice };
      return table.insert({ ...newDeliveryItem(id, newDelivery(parts, now()), now()), aliveUntil: now() });
    }),
  );
};
