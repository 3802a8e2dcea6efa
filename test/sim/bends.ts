/** How faults of design are put between the real code and the world. */
import type { Delivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import type { Watch } from '../../lib/core/watch.ts';
import type { Runtime } from '../../lib/runtime.ts';
import type { Table } from '../../lib/store/store.ts';
import type { DesignFault } from './run.ts';

export type Bend = NonNullable<DesignFault['bend']>;

export const isWatch = (item: Item): item is Item<Watch> => item.sk === 'watch';
export const isDelivery = (item: Item): item is Item<Delivery> => item.sk.startsWith('delivery#');

export const tableBent =
  (bend: (table: Table, runtime: Runtime, process: Parameters<Bend>[1]) => Partial<Table>): Bend =>
  (runtime, process) => ({ ...runtime, table: { ...runtime.table, ...bend(runtime.table, runtime, process) } });

/** Every write of an item goes through `change`. */
export const writesBent = (change: (item: Item, runtime: Runtime, process: Parameters<Bend>[1]) => Item): Bend =>
  tableBent((table, runtime, process) => ({
    insert: (item) => table.insert(change(item, runtime, process)),
    replace: (item) => table.replace(change(item, runtime, process)),
  }));

export const queueBent =
  (bend: (queue: Runtime['queue'], runtime: Runtime) => Partial<Runtime['queue']>): Bend =>
  (runtime) => ({ ...runtime, queue: { ...runtime.queue, ...bend(runtime.queue, runtime) } });

/** What a process has read, by key. */
export const lastRead = () => {
  const versions = new Map<string, Item>();
  const key = ({ pk, sk }: { pk: string; sk: string }) => `${pk} ${sk}`;
  return { note: (item: Item) => versions.set(key(item), item), of: (item: Item) => versions.get(key(item)) };
};
