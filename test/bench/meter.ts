/** Counts what AWS would bill for what the functions do, request by request. */

import type { Item, Key } from '../../lib/core/item.ts';
import { createLog } from '../../lib/core/log.ts';
import { createLanes } from '../../lib/limits/lanes.ts';
import { createLimits } from '../../lib/limits/quotas.ts';
import { createTargetLimiters } from '../../lib/limits/target-limiters.ts';
import type { Runtime } from '../../lib/runtime.ts';
import type { Queue, SqsRecord } from '../../lib/store/queue.ts';
import type { Table } from '../../lib/store/store.ts';
import type { MemoryTable } from '../world/memory-table.ts';
import { indexWriteUnits, queryUnits, readUnits, writeUnits } from './dynamodb-units.ts';

export type Bill = {
  sqsRequests: number;
  readUnits: number;
  writeUnits: number;
  invocations: number;
  /** Of all functions together. */
  lambdaMs: number;
  logBytes: number;
};

export const emptyBill = (): Bill => ({
  sqsRequests: 0,
  readUnits: 0,
  writeUnits: 0,
  invocations: 0,
  lambdaMs: 0,
  logBytes: 0,
});

const BATCH = 10;
/** Lambda's own lines about a call (START, END, REPORT), and what CloudWatch adds to each line. */
const LINES_OF_LAMBDA = 3;
const BYTES_OF_LAMBDA = 270;
const BYTES_A_LINE = 26;

/** The runtime with everything counted that it asks of the table and the queues; `memory` is what the table holds. */
export const meteredRuntime = (runtime: Runtime, bill: Bill, memory: MemoryTable): Runtime => {
  const { now } = runtime;
  const table = meteredTable(runtime.table, bill, (key) => memory.get([key])[0]);
  const onLine = (line: string): void => {
    bill.logBytes += Buffer.byteLength(line) + BYTES_A_LINE;
  };
  const log = createLog(onLine, { deployment: 'opwatch-prod', now });
  const counting = { ...runtime, table, queue: meteredQueue(runtime.queue, bill), log };
  return {
    ...counting,
    lanes: createLanes(counting),
    targetLimiters: createTargetLimiters(counting),
    limits: createLimits(counting),
  };
};

/** What of a watch stands in the lease index, besides. */
const ENTRY = { pk: `w_${'a'.repeat(26)}`, sk: 'watch', aliveUntil: 1_767_600_000_000 };

const meteredTable = (table: Table, bill: Bill, standing: (key: Key) => Item | undefined): Table => {
  const written = async (item: Item, write: () => Promise<boolean>): Promise<boolean> => {
    const before = standing(item);
    bill.writeUnits += writeUnits(item, before);
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
    lapsed: async (...asked) => {
      const keys = await table.lapsed(...asked);
      bill.readUnits += queryUnits(keys);
      return keys;
    },
    owing: async (shard) => {
      const days = await table.owing(shard);
      const entries = [...days].flatMap(([tenantDay, count]) =>
        Array(count).fill({ ...ENTRY, leaseShard: shard, tenantDay }),
      );
      bill.readUnits += queryUnits(entries);
      return days;
    },
    remove: (item) => written(item, () => table.remove(item)),
    beginning: async (...asked) => {
      const items = await table.beginning(...asked);
      bill.readUnits += queryUnits(items);
      return items;
    },
    partition: async (pk) => {
      const items = await table.partition(pk);
      // Consistent, at twice the price.
      bill.readUnits += 2 * queryUnits(items);
      return items;
    },
  };
};

const meteredQueue = (queue: Queue, bill: Bill): Queue => ({
  send: (url, wakeUps) => {
    bill.sqsRequests += Math.ceil(wakeUps.length / BATCH);
    return queue.send(url, wakeUps);
  },
  hide: (url, hides) => {
    bill.sqsRequests += Math.ceil(hides.length / BATCH);
    return queue.hide(url, hides);
  },
  deadLetter: (...what) => {
    bill.sqsRequests += 1;
    return queue.deadLetter(...what);
  },
});

type Handle = (records: readonly SqsRecord[], urls: readonly string[], runtime: Runtime) => Promise<string[]>;

/** A batch as Lambda bills it: the receive that brought it, the function's time, and the delete of what it is done with. */
export const meteredBatch =
  (handle: Handle, bill: Bill): Handle =>
  async (records, urls, runtime) => {
    const staying = await metered(bill, runtime, () => handle(records, urls, runtime));
    bill.sqsRequests += staying.length < records.length ? 2 : 1;
    return staying;
  };

/** One call of a function. */
export const metered = async <T>(bill: Bill, { now }: Pick<Runtime, 'now'>, work: () => Promise<T>): Promise<T> => {
  const began = now();
  const result = await work();
  bill.invocations += 1;
  bill.lambdaMs += now() - began;
  bill.logBytes += BYTES_OF_LAMBDA + LINES_OF_LAMBDA * BYTES_A_LINE;
  return result;
};
