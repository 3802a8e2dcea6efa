/**
 * Standing troubles: states that last until a person acts. Each trouble has an entry that names its item. A function
 * writes the entry before it writes the item. If the function dies in between, there is one entry too many and never
 * one too few. The sweep compares the entries with their items, counts the true ones and removes the others. Alarms
 * depend on these counts. They do not depend on log lines, because a function that dies writes none.
 */
import type { Delivery } from '../core/delivery.ts';
import type { Item, Key } from '../core/item.ts';
import type { Lane } from '../core/lane.ts';
import { HOUR, MINUTE } from '../core/schedule.ts';
import type { TargetLimiter } from '../core/target-limiter.ts';
import { isOver, type Watch } from '../core/watch.ts';
import { standingKey } from './keys.ts';
import type { Stores } from './stores.ts';

/**
 * The kinds of trouble. `parked`: a delivery. `blocked`: a watch. `disabled`: a target or an origin. `resting`: a
 * connection with refused credentials.
 */
export const TROUBLES = ['parked', 'blocked', 'disabled', 'resting'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Above this number, a count says "or more". */
export const COUNT_MAX = 10_000;

export type Standing = {
  /** The time when a function last wrote this entry, just before it wrote the trouble itself, epoch ms. */
  readonly at: number;
  /** The item that has the trouble. */
  readonly of: Key;
};

/**
 * An entry younger than this may exist before its item shows the trouble. A frozen function cannot write after this
 * time.
 */
export const AHEAD_MS = HOUR;
/** An entry younger than this does not need a new time. */
const YOUNG_MS = 20 * MINUTE;
const TRIES = 10;

type StandingDeps = Pick<Stores, 'table' | 'now'>;

/**
 * Writes the entry of a trouble before the caller writes the trouble itself. If it throws, the caller must not write
 * the trouble.
 */
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

/** Answers whether the item still has the trouble. A deleted item has none. */
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
      return (item.body as TargetLimiter).disabled !== undefined;
    case 'resting':
      return (item.body as Lane).refused !== undefined;
  }
};
