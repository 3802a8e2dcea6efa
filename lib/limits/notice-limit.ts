/**
 * Limits the notices that one tenant can cause. A tenant chooses how many origins it calls, and each failing origin
 * makes a notice. The log and the gauges have the rest. Once an hour the operators hear that notices were left out.
 */

import { HOUR, SECOND } from '../core/schedule.ts';
import { type SharedItemDeps, sharedItem } from '../store/shared-item.ts';
import type { Stores } from '../store/stores.ts';

/** Not counting the notice about left-out notices. */
export const NOTICES_AN_HOUR = 10;

type Made = { readonly hour: number; readonly count: number };

/** Counts one more notice of a tenant in this hour, and answers whether opwatch may tell it. */
export const takeNotice = (tenant: string, tools: SharedItemDeps & Pick<Stores, 'now'>): Promise<boolean> => {
  const hour = Math.floor(tools.now() / HOUR);
  const expiresAt = () => Math.ceil((tools.now() + 2 * HOUR) / SECOND);
  const made = sharedItem<Made>({ hour, count: 0 }, tools, expiresAt);
  return made.change({ pk: `n_of#${tenant}`, sk: 'made' }, (body) => {
    const count = body.hour === hour ? body.count : 0;
    return count < NOTICES_AN_HOUR ? { body: { hour, count: count + 1 }, result: true } : { body, result: false };
  });
};
