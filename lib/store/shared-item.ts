/** Items that many functions change: read, changed, written under condition, and tried again when somebody was faster. */

import type { Item, Key } from '../core/item.ts';
import type { Stores } from './stores.ts';

export type SharedItem<B> = {
  readonly read: (key: Key) => Promise<B>;
  /** Applies `change` to the freshest body; a body that `change` leaves as it is is not written. */
  readonly change: <R>(key: Key, change: (body: B) => { readonly body: B; readonly result: R }) => Promise<R>;
};

export type SharedItemDeps = Pick<Stores, 'table' | 'chance' | 'pause'>;

const TRIES = 30;

/**
 * Bodies that begin as `initial`. `change` throws when it lost thirty races in a row. Each write says by `expiresAt` (epoch
 * seconds) until when the item is kept; left out, for good.
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
