/**
 * Holds tenants to their limits. A function takes a block from the tenant's item, so that not every request writes. The
 * next block is twice as large if the function used the last one up within five seconds. Otherwise it begins with one
 * again. The unused part of a block is lost, so a tenant never gets more than its limit.
 */

import type { Config } from '../config/config.ts';
import {
  type Allowance,
  type BlockRequest,
  type Grant,
  takeDeliveries,
  takeRequests,
  takeWatches,
  untouched,
} from '../core/allowance.ts';
import type { Key } from '../core/item.ts';
import { SECOND } from '../core/schedule.ts';
import { type SharedItemDeps, sharedItem } from '../store/shared-item.ts';
import type { Stores } from '../store/stores.ts';

export type Limiter = {
  /** Takes all of `count`, or nothing. Then it returns the wait in ms. */
  readonly take: (tenant: string, count: number) => Promise<number>;
};

export type TenantLimits = { readonly requests: Limiter; readonly watches: Limiter; readonly deliveries: Limiter };

/** All tenants are in one partition, so that the count finds those without active watches. */
export const TENANTS = 'tenants';
export const allowanceKey = (tenant: string): Key => ({ pk: TENANTS, sk: tenant });

export type LimitDeps = SharedItemDeps & Pick<Stores, 'now' | 'log'> & { readonly config: Config };

export const createLimits = (tools: LimitDeps): TenantLimits => {
  const { now, config, log } = tools;
  const allowances = sharedItem<Allowance>(untouched, tools);
  const limiter = (limit: string, give: typeof takeRequests) =>
    inBlocks(now, async (tenant, wish) => {
      const answer = await allowances.change(allowanceKey(tenant), (allowance) => {
        const { allowance: body, ...result } = give(allowance, wish, now(), config.limitsFor(tenant));
        return { body, result };
      });
      if (answer.given < wish.needed) log.warn('tenant at its limit', { tenant, limit });
      return answer;
    });
  return {
    requests: limiter('requests', takeRequests),
    watches: limiter('active watches', takeWatches),
    deliveries: limiter('waiting deliveries', takeDeliveries),
  };
};

const BLOCK_MAX = 32;
const HELD_FOR_MS = 5 * SECOND;

type Hand = { left: number; size: number; until: number; emptyUntil: number; taking: Promise<void> | undefined };
type Take = (tenant: string, wish: BlockRequest) => Promise<Omit<Grant, 'allowance'>>;

const inBlocks = (now: () => number, take: Take): Limiter => {
  const hands = new Map<string, Hand>();

  const fill = async (tenant: string, hand: Hand, count: number): Promise<void> => {
    const isInUse = hand.until > now();
    const left = isInUse ? hand.left : 0;
    const size = isInUse ? Math.min(2 * hand.size, BLOCK_MAX) : 1;
    const needed = count - left;
    const { given, retryAt } = await take(tenant, { wanted: Math.max(needed, size), needed });
    Object.assign(hand, { left: left + given, size, until: now() + HELD_FOR_MS });
    // Until then the function refuses from memory. A flood of requests must not become a flood of reads.
    if (given < needed) hand.emptyUntil = Math.max(retryAt, now() + SECOND);
  };

  return {
    take: async (tenant, count) => {
      const hand = hands.get(tenant) ?? { left: 0, size: 0, until: 0, emptyUntil: 0, taking: undefined };
      hands.set(tenant, hand);
      for (;;) {
        if (hand.until > now() && hand.left >= count) {
          hand.left -= count;
          return 0;
        }
        if (hand.emptyUntil > now()) return hand.emptyUntil - now();
        // Each submission of a batch asks alone. One of them takes a block for all.
        hand.taking ??= fill(tenant, hand, count).finally(() => {
          hand.taking = undefined;
        });
        await hand.taking;
      }
    },
  };
};
