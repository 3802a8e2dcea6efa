/** Faults of design by which one tenant gets what is everybody's. Each is put beneath the limits and the target limiters, in what they read and write. */
import type { Allowance } from '../../lib/core/allowance.ts';
import type { Item } from '../../lib/core/item.ts';
import type { TargetLimiter } from '../../lib/core/target-limiter.ts';
import { TENANTS } from '../../lib/limits/quotas.ts';
import { tableBent, writesBent } from './bends.ts';
import type { DesignFault } from './run.ts';

const isTurn = (item: Item): item is Item<TargetLimiter> => item.sk === 'turn';
const isAllowance = (item: Item): item is Item<Allowance> => item.pk === TENANTS;

export const FLOOD_FAULTS: Readonly<Record<string, () => DesignFault>> = {
  'the tenant’s limit is not held': () => ({
    bend: writesBent((item) => (isAllowance(item) ? { ...item, body: { ...item.body, begun: 0, promised: 0 } } : item)),
  }),

  'one tenant’s deliveries take every permit': () => ({
    bend: tableBent((table) => ({
      get: async (keys) => {
        const items = await table.get(keys);
        return items.map((item) => (isTurn(item) ? { ...item, body: { ...item.body, seats: [] } } : item));
      },
    })),
  }),
};
