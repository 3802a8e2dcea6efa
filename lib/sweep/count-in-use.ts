/**
 * Counts the active watches and the waiting deliveries of each tenant, from the index of leases. Each count starts
 * anew, so an error in one count does not last. docs/decisions/ explains why there is no running counter.
 */
import { type Allowance, type Counted, counted, untouched } from '../core/allowance.ts';
import type { Item } from '../core/item.ts';
import { allowanceKey, TENANTS } from '../limits/quotas.ts';
import { isDeliveries, LEASE_SHARDS, tenantOf } from '../store/keys.ts';
import { type SharedItemDeps, sharedItem } from '../store/shared-item.ts';

/** Writes the counts that have changed, and returns all counts. */
export const countInUse = async (deps: SharedItemDeps): Promise<ReadonlyMap<string, Counted>> => {
  const { table } = deps;
  const standing = new Map((await table.partition(TENANTS)).map((item) => [item.sk, (item as Item<Allowance>).body]));
  const found = new Map<string, Counted>();
  for (const days of await Promise.all(LEASE_SHARDS.map(table.owing))) {
    for (const [day, count] of days) {
      const { active, waiting } = found.get(tenantOf(day)) ?? NONE;
      const isWaiting = isDeliveries(day);
      found.set(tenantOf(day), {
        active: active + (isWaiting ? 0 : count),
        waiting: waiting + (isWaiting ? count : 0),
      });
    }
  }
  const allowances = sharedItem<Allowance>(untouched, deps);
  for (const tenant of new Set([...standing.keys(), ...found.keys()])) {
    const seen = standing.get(tenant) ?? untouched;
    const settle = (allowance: Allowance) => counted(allowance, found.get(tenant) ?? NONE, seen);
    if (settle(seen) === seen) continue;
    await allowances.change(allowanceKey(tenant), (allowance) => ({ body: settle(allowance), result: undefined }));
  }
  return found;
};

const NONE: Counted = { active: 0, waiting: 0 };
