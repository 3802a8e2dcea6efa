/**
 * Changes items that many functions share. A function reads the item, changes it, and writes it under a condition. If
 * another function was faster, it tries again.
 */

import type { Item, Key } from '../core/item.ts';
import type { Stores } from './stores.ts';

export type SharedItem<B> = {
  readonly read: (key: Key) => Promise<B>;
  /** Applies `change` to the newest body. If `change` returns the same body, nothing is written. */
  readonly change: <R>(key: Key, change: (body: B) => { readonly body: B; readonly result: R }) => Promise<R>;
};

export type SharedItemDeps = Pick<Stores, 'table' | 'chance' | 'pause'>;

const TRIES = 30;

/**
 * Makes the access to items whose first body is `initial`. `change` throws after it has lost thirty races in a row.
 * Each write sets the end of the item's life with `expiresAt` (epoch seconds). Without `expiresAt` the item stays
 * forever.
 */
export const sharedItem = <B>(
  initial: B,
  { table, chance, pause }: SharedItemDeps,
  expiresAt?: () => number,
): SharedItem<B> => {
  const readItem = async (key: Key): Promise<Item<B>> => {
    const [found] = await table.get([key]);
    return (found as Item<B> | undefined) ?? { ...key, version: 0, body: initial };
  };
  return {
    read: async (key) => (await readItem(key)).body,
    change: async (key, change) => {
      for (let tries = 1; tries <= TRIES; tries += 1) {
        const item = await readItem(key);
        const { body, result } = change(item.body);
        if (body === item.body) return result;
        const next = { ...item, version: item.version + 1, body, ...(expiresAt && { expiresAt: expiresAt() }) };
        if (await (item.version === 0 ? table.insert(next) : table.replace(next))) return result;
        await pause(5 + chance() * 10 * tries);
      }
      throw new Error(`${key.pk} is too busy to be written`);
    },
  };
};
