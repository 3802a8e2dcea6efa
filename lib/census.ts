/**
 * Counts the watches at work, tenant by tenant, from the lease index: whatever was lost on the way, the next count is true
 * again. docs/decisions/ says why nothing else keeps it.
 */
import { type Allowance, counted, untouched } from './allowance.ts';
import { LEASE_SHARDS, tenantOf } from './items.ts';
import { allowanceKey, TENANTS } from './limits.ts';
import { type SharedTools, sharedItem } from './shared-item.ts';
import type { Item } from './store.ts';

/** Writes the count down where it has changed. Answers it. */
export const census = async (tools: SharedTools): Promise<ReadonlyMap<string, number>> => {
  const { table } = tools;
  const standing = new Map((await table.partition(TENANTS)).map((item) => [item.sk, (item as Item<Allowance>).body]));
  const active = new Map<string, number>();
  for (const days of await Promise.all(LEASE_SHARDS.map(table.owing))) {
    for (const [day, count] of days) active.set(tenantOf(day), (active.get(tenantOf(day)) ?? 0) + count);
  }
  const allowances = sharedItem<Allowance>(untouched, tools);
  for (const tenant of new Set([...standing.keys(), ...active.keys()])) {
    const seen = standing.get(tenant) ?? untouched;
    const settle = (allowance: Allowance) => counted(allowance, active.get(tenant) ?? 0, seen.begun);
    if (settle(seen) === seen) continue;
    await allowances.change(allowanceKey(tenant), (allowance) => ({ body: settle(allowance), result: undefined }));
  }
  return active;
};
