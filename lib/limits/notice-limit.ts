/**
 * How many notices the doings of one tenant may make: it chooses how many origins it has called, and each that fails makes one.
 * What is beyond is in the log and in the gauges; the operators are told once an hour that it is left out.
 */

import { HOUR, SECOND } from '../core/schedule.ts';
import { type SharedItemDeps, sharedItem } from '../store/shared-item.ts';
import type { Stores } from '../store/stores.ts';

/** Beside the one that says that others are left out. */
export const NOTICES_AN_HOUR = 10;

type Made = { readonly hour: number; readonly count: number };

/** Counts one more notice of a tenant in this hour, and answers whether it may be told. */
export const takeNotice = (tenant: string, tools: SharedItemDeps & Pick<Stores, 'now'>): Promise<boolean> => {
  const hour = Math.floor(tools.now() / HOUR);
  const expiresAt = () => Math.ceil((tools.now() + 2 * HOUR) / SECOND);
  const made = sharedItem<Made>({ hour, count: 0 }, tools, expiresAt);
  return made.change({ pk: `n_of#${tenant}`, sk: 'made' }, (body) => {
    const count = body.hour === hour ? body.count : 0;
    return count < NOTICES_AN_HOUR ? { body: { hour, count: count + 1 }, result: true } : { body, result: false };
  });
};
