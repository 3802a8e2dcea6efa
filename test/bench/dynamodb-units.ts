/**
 * What DynamoDB bills on demand, by its own rules. Sources: Amazon DynamoDB Developer Guide, "Read/write capacity
 * consumption", "Item sizes and formats", "Global secondary indexes" (provisioned throughput considerations).
 */
import type { Item } from '../../lib/core/item.ts';

/** An attribute value as it travels. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Readonly<Record<string, AttributeValue>> };

/** Members that are undefined are left out. */
export const marshalled = (value: unknown): AttributeValue => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null || typeof value !== 'object') return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(marshalled) };
  return { M: marshalledMembers(value) };
};

export const marshalledMembers = (value: object): Readonly<Record<string, AttributeValue>> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, marshalled(member)]),
  );

const sizeOf = (value: AttributeValue): number => {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return Math.ceil(value.N.replace(/[-.]/g, '').length / 2) + 1;
  if ('L' in value) return value.L.reduce((sum, entry) => sum + sizeOf(entry) + 1, 3);
  if ('M' in value) return membersSize(value.M, 1) + 3;
  return 1;
};

const membersSize = (members: Readonly<Record<string, AttributeValue>>, each: number): number =>
  Object.entries(members).reduce((sum, [name, member]) => sum + Buffer.byteLength(name) + sizeOf(member) + each, 0);

export const itemBytes = (item: object): number => membersSize(marshalledMembers(item), 0);

const KB = 1024;

/** A strongly consistent read of one item; one that is not there costs a unit too. */
export const readUnits = (item: Item | undefined): number =>
  Math.max(1, Math.ceil((item ? itemBytes(item) : 0) / (4 * KB)));

/** A query of an index: what it finds is summed up first, and it is eventually consistent, at half the price. */
export const queryUnits = (found: readonly object[]): number => {
  const bytes = found.reduce<number>((sum, item) => sum + itemBytes(item), 0);
  return Math.max(1, Math.ceil(bytes / (4 * KB))) / 2;
};

/** A write, or one whose condition did not hold: by the larger of the two items. */
export const writeUnits = (after: Item, before: Item | undefined): number =>
  Math.ceil(Math.max(itemBytes(after), before ? itemBytes(before) : 0) / KB);

const INDEXES: readonly (readonly [keyof Item, keyof Item])[] = [
  ['leaseShard', 'aliveUntil'],
  ['tenantDay', 'listedAt'],
];

/**
 * What a write costs the two indexes, which hold nothing but keys (less than 1 KB): one to enter, one to leave, two to move.
 */
export const indexWriteUnits = (after: Item, before: Item | undefined): number =>
  INDEXES.reduce((sum, names) => {
    const [was, is] = [before, after].map((item) => entryOf(item, names));
    if (was === is) return sum;
    return sum + (was === undefined ? 0 : 1) + (is === undefined ? 0 : 1);
  }, 0);

const entryOf = (item: Item | undefined, [hash, range]: readonly [keyof Item, keyof Item]): string | undefined =>
  item?.[hash] === undefined || item[range] === undefined ? undefined : `${item[hash]} ${item[range]}`;
