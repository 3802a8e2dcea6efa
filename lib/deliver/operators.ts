/** Tells people: a notice becomes a delivery to each of the configuration's `operators`, or to a tenant's own targets. */

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

/** The targets of a notice, and the tenant that its deliveries belong to. */
type Addressed = { readonly targets: readonly string[]; readonly as: string };

const toOperators = (notice: Notice, { operators }: Config): Addressed => ({
  targets: withoutItself(operators, notice),
  as: DEFAULT_TENANT,
});

/**
 * Owes a notice to the operators. The same notice again changes nothing, so a function calls this before it writes the event
 * itself: when it is killed in between, the next one does both. No message is sent here, because the notifier must not be able to
 * feed its own queue. The leases lapse at once, and the sweep wakes the deliveries within a minute.
 */
export const tellOperators = (notice: Notice, deps: NoticeDeps): Promise<void> =>
  owe(notice, toOperators(notice, deps.config), deps);

/** The same for a notice that a tenant has caused. Each hour has a limit; notices beyond it that are not urgent are left out. */
export const tellOperatorsOf = (tenant: string, notice: Notice, deps: LimitDeps): Promise<void> =>
  oweWithin(tenant, notice, toOperators(notice, deps.config), deps);

/**
 * Owes a tenant a notice. It goes to the tenant's own targets (`tenants.<name>.notify`) that can show notices; where there are
 * none, to the operators; where there are none either, to the tenant's usual targets.
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
  // A function that was killed has counted the notice already: it is not counted again.
  if (known.length > 0 || (await takeNotice(tenant, deps))) return owe(notice, to, deps);
  log.warn('notice left out', { notice: notice.event, tenant });
  return owe({ event: 'notices_left_out', at: now(), tenant }, to, deps);
};

/** A notice about a target does not go to that target: it could not be delivered there. */
const withoutItself = (targets: readonly string[], notice: Notice): readonly string[] =>
  targets.filter((target) => !('target' in notice) || targetName(target) !== notice.target);

const canTell = (name: string, { targets }: Config): boolean =>
  isCallback(name) || targetOf(targets.get(name)?.type ?? '')?.notice !== undefined;

/** Writes the deliveries of a notice. A delivery that is there already stays as it is. */
const owe = async (notice: Notice, { targets, as: tenant }: Addressed, { table, now }: NoticeDeps): Promise<void> => {
  const id = noticeId(notice);
  await Promise.all(
    targets.map((target) => {
      const parts = { id: noticeWebhookId(id, target), tenant, target, event: notice };
      return table.insert({ ...newDeliveryItem(id, newDelivery(parts, now()), now()), aliveUntil: now() });
    }),
  );
};
