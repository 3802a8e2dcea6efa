/**
 * Writes notices to people. A notice becomes a delivery to each target in the configuration's `operators`, or to a
 * tenant's own targets.
 */

import type { Config } from '../config/config.ts';
import { DEFAULT_TENANT } from '../config/tenants.ts';
import { newDelivery } from '../core/delivery.ts';
import { isUrgent, type Notice } from '../core/notice.ts';
import { isCallback, targetName } from '../core/target-name.ts';
import { takeNotice } from '../limits/notice-limit.ts';
import type { Runtime } from '../runtime.ts';
import { newDeliveryItem } from '../store/items.ts';
import { deliveryKey, noticeId, noticeWebhookId } from '../store/keys.ts';
import type { SharedItemDeps } from '../store/shared-item.ts';
import { targetOf } from '../targets/index.ts';

type NoticeDeps = Pick<Runtime, 'config' | 'table' | 'now'>;
type LimitDeps = NoticeDeps & SharedItemDeps & Pick<Runtime, 'log'>;

/** The targets of a notice, and the tenant of its deliveries. */
type Addressed = { readonly targets: readonly string[]; readonly as: string };

const toOperators = (notice: Notice, { operators }: Config): Addressed => ({
  targets: withoutItself(operators, notice),
  as: DEFAULT_TENANT,
});

/**
 * Writes a notice to the operators. A second call with the same notice and the same targets changes nothing. So a
 * function writes the notice before it writes the event: if it is killed in between, the next function writes both. A
 * target with a new name is another target, and its notice has another webhook-id. This call sends no message
 * to a queue, because the notifier must not be able to feed its own queue. The leases of the deliveries end at once,
 * and the sweep wakes them within a minute.
 */
export const tellOperators = (notice: Notice, deps: NoticeDeps): Promise<void> =>
  owe(notice, toOperators(notice, deps.config), deps);

/**
 * Writes a notice to the operators about an event that a tenant has caused. Each tenant has a limit for each hour.
 * opwatch drops further notices, except urgent ones.
 */
export const tellOperatorsOf = (tenant: string, notice: Notice, deps: LimitDeps): Promise<void> =>
  oweWithin(tenant, notice, toOperators(notice, deps.config), deps);

/**
 * Writes a notice to a tenant. It goes to the tenant's own targets (`tenants.<name>.notify`) that can show notices.
 * Without such targets it goes to the operators. Without operators it goes to the tenant's usual targets.
 */
export const tellTenant = (notice: Notice & { readonly tenant: string }, deps: LimitDeps): Promise<void> => {
  const { config } = deps;
  const { tenant } = notice;
  const through = (names: readonly string[] = []): Addressed => ({
    targets: withoutItself(names, notice).filter((name) => canTell(name, config)),
    as: tenant,
  });
  const usual = through(config.notifyFor(tenant));
  const choice = [through(config.targetsOf(tenant)), toOperators(notice, config), usual];
  return oweWithin(tenant, notice, choice.find(({ targets }) => targets.length > 0) ?? usual, deps);
};

const oweWithin = async (tenant: string, notice: Notice, to: Addressed, deps: LimitDeps): Promise<void> => {
  const { table, log, now } = deps;
  if (to.targets.length === 0 || isUrgent(notice)) return owe(notice, to, deps);
  const id = noticeId(notice);
  const known = await table.get(to.targets.map((target) => deliveryKey(id, noticeWebhookId(id, target))));
  // A function that was killed may have counted the same notice before. A notice must not count twice.
  if (known.length > 0 || (await takeNotice(tenant, deps))) return owe(notice, to, deps);
  log.warn('notice left out', { notice: notice.event, tenant });
  return owe({ event: 'notices_left_out', at: now(), tenant }, to, deps);
};

/**
 * Removes a target from the recipients of the notice about that target, because the notice could not be delivered
 * there.
 */
const withoutItself = (targets: readonly string[], notice: Notice): readonly string[] =>
  targets.filter((target) => !('target' in notice) || targetName(target) !== notice.target);

const canTell = (name: string, { targets }: Config): boolean =>
  isCallback(name) || targetOf(targets.get(name)?.type ?? '')?.notice !== undefined;

/** Writes the deliveries of a notice. It does not change a delivery that exists already. */
const owe = async (notice: Notice, { targets, as: tenant }: Addressed, { table, now }: NoticeDeps): Promise<void> => {
  const id = noticeId(notice);
  await Promise.all(
    targets.map((target) => {
      const parts = { id: noticeWebhookId(id, target), tenant, target, event: notice };
      return table.insert({ ...newDeliveryItem(id, newDelivery(parts, now()), now()), aliveUntil: now() });
    }),
  );
};
