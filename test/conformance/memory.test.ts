/** The table and the queues in memory are held to the suites that the emulators are held to. */
import type { Table } from '../../lib/store/store.ts';
import { createMemorySqs } from '../world/memory-sqs.ts';
import { createMemoryTable } from '../world/memory-table.ts';
import { createRng } from '../world/rng.ts';
import { clientOf } from '../world/sqs-client.ts';
import { behavesLikeQueues } from './queue-suite.ts';
import { behavesLikeATable } from './table-suite.ts';

behavesLikeATable('a table in memory', async () => {
  const memory = createMemoryTable({ now: () => 0 });
  const table: Table = {
    get: async (keys) => memory.get(keys),
    insert: async (item) => memory.insert(item),
    replace: async (item) => memory.replace(item),
    remove: async (item) => memory.remove(item),
    beginning: async (...asked) => memory.beginning(...asked),
    partition: async (pk) => memory.partition(pk),
    lapsed: async (...asked) => memory.lapsed(...asked),
    owing: async (shard) => memory.owing(shard),
    listed: async (day, limit, after) => memory.listed(day, limit, after),
  };
  return { table, close: async () => undefined };
});

behavesLikeQueues('queues in memory', async () => {
  let now = Date.UTC(2026, 0, 5, 8);
  let queues = 0;
  const sqs = createMemorySqs({ now: () => now, chance: createRng(1) });
  return {
    client: clientOf(sqs, async (_, act) => act()),
    newQueue: async () => {
      queues += 1;
      const url = `https://sqs.us-east-1.amazonaws.com/123456789012/q${queues}`;
      const deadLetters = `${url}-dead`;
      sqs.create(deadLetters, { visibilitySeconds: 1 });
      sqs.create(url, { visibilitySeconds: 1, maxReceiveCount: 3, deadLetters });
      return { url, deadLetters };
    },
    pass: async (ms) => {
      now += ms;
    },
    close: async () => undefined,
    lacks: [],
  };
});
