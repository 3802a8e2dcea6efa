/** The head of an operation: a shortcut past its generations that are over. Nothing depends on it being up to date. */

import type { Item } from '../core/item.ts';
import type { Watch } from '../core/watch.ts';
import { headExpiresAt } from './items.ts';
import { headKey } from './keys.ts';
import type { Stores } from './stores.ts';

type Identity = Pick<Watch, 'tenant' | 'connection' | 'provider' | 'operation'>;
type HeadDeps = Pick<Stores, 'table' | 'now'>;

/** Points the head, `head` as it was read, to a generation, and keeps it for as long as that may live. */
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

/** Keeps the head of a watch that is kept longer: without it, the same submission would begin with the first generation again. */
export const keepHead = async (watch: Watch, deps: HeadDeps): Promise<void> => {
  if (watch.generation === 1) return;
  const [head] = (await deps.table.get([headKey(watch)])) as Item<{ readonly generation: number }>[];
  await moveHead(watch, Math.max(watch.generation, head?.body.generation ?? 1), head, deps);
};
