/**
 * DynamoDB in memory, as far as lib/store/store.ts uses it: conditional writes, two indexes that lag behind, items of at most
 * 400 KB, deletion of what has expired. Items are kept frozen, so that nobody changes the table by changing what it answered.
 */

import type { Item, Key } from '../../lib/core/item.ts';
import type { Lapsed, ListPage, Table } from '../../lib/store/store.ts';

/** The operations of the table, at once: whoever stands it up adds time and faults. */
export type MemoryTable = {
  readonly [K in keyof Table]: (...args: Parameters<Table[K]>) => Awaited<ReturnType<Table[K]>>;
} & {
  readonly items: () => IterableIterator<Item>;
  /** Deletes what has expired, as DynamoDB does within days; answers what went. */
  readonly deleteExpired: () => Item[];
  /** Puts other items, as they were read once, in place of all that there are: a restore to a point in time. */
  readonly restore: (items: readonly Item[]) => void;
  /** When the first lease lapses, by what is written or by what the index still shows. */
  readonly firstLapse: () => number;
};

export type MemoryTableOptions = {
  readonly now: () => number;
  /** How long an index takes to learn of a write, ms. */
  readonly lag?: () => number;
  /** A page of a listing has no more entries than this: DynamoDB ends one after 1 MB. */
  readonly pageSize?: number;
  /** Told of every write, before it shows. */
  readonly onWrite?: (after: Item, before: Item | undefined) => void;
  /** Shown every text that is stored. */
  readonly inspect?: (text: string) => void;
};

const ITEM_BYTES_MAX = 400 * 1024;
const PK_BYTES_MAX = 2_048;
const SK_BYTES_MAX = 1_024;

/** What the service refuses whatever the table holds. */
export class ValidationError extends Error {
  override readonly name = 'ValidationException';
}

type Indexed = Pick<Item, 'pk' | 'sk' | 'leaseShard' | 'aliveUntil' | 'tenantDay' | 'listedAt'>;

const idOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const createMemoryTable = ({
  now,
  lag = () => 0,
  pageSize = Number.POSITIVE_INFINITY,
  onWrite,
  inspect,
}: MemoryTableOptions): MemoryTable => {
  const items = new Map<string, Item>();
  /** The same by partition and sort key. */
  const partitions = new Map<string, Map<string, Item>>();
  const index = new Map<string, Indexed>();
  const underWay: { readonly at: number; readonly id: string; readonly entry: Indexed | undefined }[] = [];
  const freeze = createFreezer(inspect);

  const tellIndex = (id: string, entry: Indexed | undefined): void => {
    // Updates of an index arrive in the order of the writes.
    underWay.push({ at: Math.max(now() + lag(), underWay.at(-1)?.at ?? 0), id, entry });
  };

  const catchUp = (): void => {
    let arrived = 0;
    for (const { at, id, entry } of underWay) {
      if (at > now()) break;
      if (entry) index.set(id, entry);
      else index.delete(id);
      arrived += 1;
    }
    if (arrived > 0) underWay.splice(0, arrived);
  };

  const drop = ({ pk, sk }: Key): void => {
    const id = idOf({ pk, sk });
    items.delete(id);
    partitions.get(pk)?.delete(sk);
    tellIndex(id, undefined);
  };

  const inOrder = (pk: string): Item[] => [...(partitions.get(pk)?.values() ?? [])].sort((a, b) => byText(a.sk, b.sk));

  const put = (item: Item, isMet: (before: Item | undefined) => boolean): boolean => {
    const id = idOf(item);
    const before = items.get(id);
    const after = freeze(item);
    if (!isMet(before)) return false;
    onWrite?.(after, before);
    items.set(id, after);
    const partition = partitions.get(after.pk);
    if (partition) partition.set(after.sk, after);
    else partitions.set(after.pk, new Map([[after.sk, after]]));
    tellIndex(id, indexed(after));
    return true;
  };

  return {
    get: (keys) =>
      [...new Set(keys.map(idOf))].flatMap((id) => {
        const item = items.get(id);
        return item ? [item] : [];
      }),

    insert: (item) => put(item, (before) => before === undefined),
    replace: (item) => put(item, (before) => before !== undefined && before.version === item.version - 1),

    remove: (item) => {
      if (items.get(idOf(item))?.version !== item.version) return false;
      drop(item);
      return true;
    },

    beginning: (pk, prefix, limit) =>
      inOrder(pk)
        .filter(({ sk }) => sk.startsWith(prefix))
        .slice(0, limit),

    partition: inOrder,

    lapsed: (shard, before, limit, after) => {
      catchUp();
      const lapsed: Lapsed[] = [];
      for (const { pk, sk, leaseShard, aliveUntil = before } of index.values())
        if (leaseShard === shard && aliveUntil < before) lapsed.push({ pk, sk, aliveUntil });
      const byLease = (a: Lapsed, b: Lapsed): number => a.aliveUntil - b.aliveUntil || byText(idOf(a), idOf(b));
      return lapsed
        .filter((entry) => after === undefined || byLease(entry, after) > 0)
        .sort(byLease)
        .slice(0, limit);
    },

    owing: (shard) => {
      catchUp();
      const counts = new Map<string, number>();
      for (const { leaseShard, tenantDay } of index.values())
        if (leaseShard === shard && tenantDay !== undefined) counts.set(tenantDay, (counts.get(tenantDay) ?? 0) + 1);
      return counts;
    },

    listed: (tenantDay, wanted, after) => {
      catchUp();
      const limit = Math.min(wanted, pageSize);
      const entries = [...index.values()]
        .filter(
          (entry) =>
            entry.tenantDay === tenantDay &&
            entry.listedAt !== undefined &&
            (after === undefined || isOlder(entry, after)),
        )
        .sort((a, b) => -byText(a.listedAt ?? '', b.listedAt ?? ''));
      const page = entries.slice(0, limit);
      const last = page.at(-1);
      // A page that is full comes with a place to go on from, even when nothing is left there.
      const next: ListPage['next'] =
        last && page.length === limit
          ? { pk: last.pk, sk: last.sk, tenantDay, listedAt: last.listedAt ?? '' }
          : undefined;
      return { keys: page.map(({ pk, sk }) => ({ pk, sk })), ...(next && { next }) };
    },

    items: () => items.values(),

    deleteExpired: () => {
      const expired = [...items.values()].filter(
        ({ expiresAt }) => expiresAt !== undefined && expiresAt * 1000 <= now(),
      );
      expired.forEach(drop);
      return expired;
    },

    restore: (kept) => {
      underWay.length = 0;
      for (const each of [items, partitions, index]) each.clear();
      for (const item of kept) {
        items.set(idOf(item), item);
        const partition = partitions.get(item.pk);
        if (partition) partition.set(item.sk, item);
        else partitions.set(item.pk, new Map([[item.sk, item]]));
        const entry = indexed(item);
        if (entry) index.set(idOf(item), entry);
      }
    },

    firstLapse: () => {
      catchUp();
      let first = Number.POSITIVE_INFINITY;
      for (const some of [items, index]) {
        for (const { aliveUntil } of some.values())
          if (aliveUntil !== undefined && aliveUntil < first) first = aliveUntil;
      }
      return first;
    },
  };
};

const isOlder = (entry: Indexed, than: NonNullable<ListPage['next']>): boolean =>
  (entry.listedAt ?? '') < than.listedAt || (entry.listedAt === than.listedAt && idOf(entry) < idOf(than));

/** The item as the indexes see it; undefined when it is in neither, for they are sparse. */
const indexed = ({ pk, sk, leaseShard, aliveUntil, tenantDay, listedAt }: Item): Indexed | undefined => {
  const leased = leaseShard !== undefined && aliveUntil !== undefined;
  const listing = tenantDay !== undefined && listedAt !== undefined;
  if (!leased && !listing) return undefined;
  // Of an item that is not listed, the lease index holds whose it is all the same.
  const whose = tenantDay !== undefined && { tenantDay };
  return { pk, sk, ...whose, ...(leased && { leaseShard, aliveUntil }), ...(listing && { listedAt }) };
};

/**
 * Copies what is to be stored, without members that are undefined, and freezes it. What came out of the table before is
 * frozen already and is kept as it is.
 */
const createFreezer = (inspect: ((text: string) => void) | undefined) => {
  const sizeOf = createMeasure();

  const store = (value: unknown): unknown => {
    if (typeof value === 'string') {
      inspect?.(value);
      return value;
    }
    if (typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value !== 'object') throw new ValidationError(`${String(value)} cannot be stored`);
    if (Object.isFrozen(value)) return value;
    return Object.freeze(Array.isArray(value) ? value.map(store) : copyOf(value));
  };

  const copyOf = (map: object): object => {
    if (Object.getPrototypeOf(map) !== Object.prototype) throw new ValidationError('only plain objects can be stored');
    const from = map as Readonly<Record<string, unknown>>;
    const copy: Record<string, unknown> = {};
    for (const name in from) if (from[name] !== undefined) copy[name] = store(from[name]);
    return copy;
  };

  return (item: Item): Item => {
    const copy = store(item) as Item;
    if (sizeOf(copy) > ITEM_BYTES_MAX) throw new ValidationError('Item size has exceeded the maximum allowed size');
    checkKey('pk', item.pk, PK_BYTES_MAX);
    checkKey('sk', item.sk, SK_BYTES_MAX);
    return copy;
  };
};

/**
 * Measures frozen values in bytes, much as DynamoDB does: names, texts in UTF-8 (short ones at their worst), and some more
 * around them. What it has measured before it knows: most of an item is as it was.
 */
const createMeasure = () => {
  const known = new WeakMap<object, number>();

  const sizeOf = (value: unknown): number => {
    if (typeof value === 'string') return value.length < 1_000 ? value.length * 3 : Buffer.byteLength(value);
    if (typeof value !== 'object' || value === null) return typeof value === 'number' ? 21 : 1;
    let size = known.get(value);
    if (size === undefined) {
      size = Array.isArray(value) ? sizeOfEntries(value) : sizeOfMembers(value as Record<string, unknown>);
      known.set(value, size);
    }
    return size;
  };
  const sizeOfEntries = (list: readonly unknown[]): number =>
    list.reduce<number>((sum, each) => sum + 1 + sizeOf(each), 3);
  const sizeOfMembers = (map: Readonly<Record<string, unknown>>): number => {
    let size = 3;
    for (const name in map) size += name.length + 1 + sizeOf(map[name]);
    return size;
  };

  return sizeOf;
};

const checkKey = (name: string, value: string, max: number): void => {
  if (typeof value !== 'string' || value === '')
    throw new ValidationError(`${name} must be a string that is not empty`);
  if (Buffer.byteLength(value) > max) throw new ValidationError(`${name} is longer than ${max} bytes`);
};
