/** Counts what AWS would bill for what the functions do, request by request. */
import { type Item, type Key, type Table } from '../../lib/store.ts';
import type { Queue, SqsRecord } from '../../lib/queue.ts';
import { indexWriteUnits, queryUnits, readUnits, writeUnits } from './dynamodb-units.ts';

export type Bill = {
  sqsRequests: number;
  readUnits: number;
  writeUnits: number;
  invocations: number;
  /** Of all functions together. */
  lambdaMs: number;
};

export const emptyBill = (): Bill => ({ sqsRequests: 0, readUnits: 0, writeUnits: 0, invocations: 0, lambdaMs: 0 });

const BATCH = 10;

/** `standing` tells what an item is like before a write. */
export const meteredTable = (table: Table, bill: Bill, standing: (key: Key) => Item | undefined): Table => {
  const charge = (item: Item): void => {
    bill.writeUnits += writeUnits(item, standing(item));
  };
  const written = async (item: Item, write: () => Promise<boolean>): Promise<boolean> => {
    const before = standing(item);
    charge(item);
    const isDone = await write();
    if (isDone) bill.writeUnits += indexWriteUnits(item, before);
    return isDone;
  };
  return {
    ...table,
    get: async (keys) => {
      const distinct = new Map(keys.map((key) => [`${key.pk}\n${key.sk}`, key]));
      for (const key of distinct.values()) bill.readUnits += readUnits(standing(key));
      return table.get(keys);
    },
    insert: (item) => written(item, () => table.insert(item)),
    replace: (item) => written(item, () => table.replace(item)),
    partition: async (pk) => {
      const items = await table.partition(pk);
      bill.readUnits += queryUnits(items, true);
      return items;
    },
    lapsed: async (...parameters) => {
      const keys = await table.lapsed(...parameters);
      bill.readUnits += queryUnits(keys, false);
      return keys;
    },
  };
};

export const meteredQueue = (queue: Queue, bill: Bill): Queue => ({
  send: (url, wakeUps) => {
    bill.sqsRequests += Math.ceil(wakeUps.length / BATCH);
    return queue.send(url, wakeUps);
  },
  hide: (url, hides) => {
    bill.sqsRequests += Math.ceil(hides.length / BATCH);
    return queue.hide(url, hides);
  },
  bury: (...parameters) => {
    bill.sqsRequests += 1;
    return queue.bury(...parameters);
  },
});

/** A batch as Lambda bills it: the receive that brought it, the function's time, and the delete of what it is done with. */
export const meteredBatch =
  <R extends { readonly now: () => number }>(
    handle: (records: readonly SqsRecord[], urls: readonly string[], runtime: R) => Promise<string[]>,
    bill: Bill,
  ) =>
  async (records: readonly SqsRecord[], urls: readonly string[], runtime: R): Promise<string[]> => {
    const staying = await metered(bill, runtime, () => handle(records, urls, runtime));
    bill.sqsRequests += staying.length < records.length ? 2 : 1;
    return staying;
  };

export const metered = async <T>(
  bill: Bill,
  { now }: { readonly now: () => number },
  work: () => Promise<T>,
): Promise<T> => {
  const began = now();
  const result = await work();
  bill.invocations += 1;
  bill.lambdaMs += now() - began;
  return result;
};
