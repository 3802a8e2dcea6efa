/**
 * The head of an operation points to its newest generation, so that a submission skips the old ones. A head may be out
 * of date without harm.
 */

import type { Item } from '../core/item.ts';
import type { Watch } from '../core/watch.ts';
import { headExpiresAt } from './items.ts';
import { headKey } from './keys.ts';
import type { Stores } from './stores.ts';

type Identity = Pick<Watch, 'tenant' | 'connection' | 'provider' | 'operation'>;
type HeadDeps = Pick<Stores, 'table' | 'now'>;

/**
 * Points the head to a generation and extends its life for as long as this generation may live. `head` is the item as
 * opwatch read it.
 */
export const moveHead = async (
  identity: Identity,
  generation: number,
  head: Item | undefined,
  { table, now }: HeadDeps,
): Promise<void> => {
  const next = {
    ...headKey(identity),
    version: (head?.version ?? 0) + 1,
    body: { generation },
    expiresAt: headExpiresAt(now()),
  };
  await (head ? table.replace(next) : table.insert(next));
};

/**
 * Extends the life of the head when a watch lives longer. Without the head, a repeated submission would start again at
 * the first generation.
 */
export const keepHead = async (watch: Watch, deps: HeadDeps): Promise<void> => {
  if (watch.generation === 1) return;
  const [head] = (await deps.table.get([headKey(watch)])) as Item<{ readonly generation: number }>[];
  await moveHead(watch, Math.max(watch.generation, head?.body.generation ?? 1), head, deps);
};
