/**
 * Standing troubles: what stays wrong until somebody mends it. Each has an entry that names the item with the trouble. The
 * entry is written before that item, so a function that is killed in between leaves an entry too many and never one too few.
 * The sweep holds the entries against their items, counts those that are true and removes the others; alarms are rung by
 * these counts, and not by a log line that a killed function never writes.
 */
import type { Delivery } from '../core/delivery.ts';
import type { Item, Key } from '../core/item.ts';
import type { Lane } from '../core/lane.ts';
import { HOUR, MINUTE } from '../core/schedule.ts';
import type { Turn } from '../core/turn.ts';
import { isOver, type Watch } from '../core/watch.ts';
import { standingKey } from './keys.ts';
import type { Stores } from './stores.ts';

/** `parked`: a delivery; `blocked`: a watch; `disabled`: a target or an origin; `resting`: a connection with refused credentials. */
export const TROUBLES = ['parked', 'blocked', 'disabled', 'resting'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Beyond, a count says "or more". */
export const COUNT_MAX = 10_000;

export type Standing = {
  /** When the trouble was last about to be written, epoch ms. */
  readonly at: number;
  /** The item that has the trouble. */
  readonly of: Key;
};

/** An entry this young may be ahead of its item: longer than a function can be frozen and still write. */
export const AHEAD_MS = HOUR;
/** An entry younger than this needs no new time. */
const YOUNG_MS = 20 * MINUTE;
const TRIES = 10;

type StandingDeps = Pick<Stores, 'table' | 'now'>;

/** Writes the entry of a trouble that is about to be written. Throws when it cannot: then the trouble must not be written either. */
export const raise = async (trouble: Trouble, of: Key, { table, now }: StandingDeps): Promise<void> => {
  const key = standingKey(trouble, of);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const body: Standing = { at: now(), of: { pk: of.pk, sk: of.sk } };
    if (await table.insert({ ...key, version: 1, body })) return;
    const [entry] = (await table.get([key])) as Item<Standing>[];
    if (!entry) continue;
    if (entry.body.at > now() - YOUNG_MS) return;
    if (await table.replace({ ...entry, version: entry.version + 1, body })) return;
  }
  throw new Error(`the entry of a trouble (${trouble}) is too busy to be written`);
};

/** Whether the item still has the trouble; one that is gone has none. */
export const isStanding = (trouble: Trouble, item: Item | undefined): boolean => {
  if (!item) return false;
  switch (trouble) {
    case 'parked': {
      const { state, dismissedAt } = item.body as Delivery;
      return state === 'parked' && dismissedAt === undefined;
    }
    case 'blocked': {
      const { status, blocked } = item.body as Watch;
      return blocked !== undefined && !isOver(status);
    }
    case 'disabled':
      return (item.body as Turn).disabled !== undefined;
    case 'resting':
      return (item.body as Lane).refused !== undefined;
  }
};
