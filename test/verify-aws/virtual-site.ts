/** A site in memory and virtual time, that behaves like AWS unless it is bent. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { play } from '../../checks/verify-aws/probe/mapped.ts';
import type { Site } from '../../checks/verify-aws/site.ts';
import { createQueue, type SqsRecord } from '../../lib/store/queue.ts';
import type { Table } from '../../lib/store/store.ts';
import { failedIn } from '../../offline/event-source-mapping.ts';
import { createMemorySqs, type MemorySqs } from '../world/memory-sqs.ts';
import { createMemoryTable } from '../world/memory-table.ts';
import { createRng } from '../world/rng.ts';
import { clientOf } from '../world/sqs-client.ts';

const T0 = Date.UTC(2026, 0, 5, 8);
const STEP_MS = 250;
const url = (name: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;
const QUEUES = { plain: url('plain'), deadLetters: url('dead'), mapped: url('mapped') };
const VISIBILITY = { [QUEUES.plain]: 30, [QUEUES.deadLetters]: 30, [QUEUES.mapped]: 24 };

export type Batch = {
  readonly records: readonly SqsRecord[];
  /** What the function answers; throws when it fails. */
  readonly run: () => Promise<unknown>;
  readonly sqs: MemorySqs;
  readonly queueUrl: string;
};

/** Which messages of a batch stay in the queue: as Lambda has it. */
export const stayingOf = async ({ records, run }: Batch): Promise<ReadonlySet<string>> => {
  const ids = records.map(({ messageId }) => messageId);
  try {
    return failedIn(await run(), ids);
  } catch {
    return new Set(ids);
  }
};

export type Bend = {
  readonly staying?: (batch: Batch) => Promise<ReadonlySet<string>>;
  readonly sqs?: (client: SQSClient) => SQSClient;
  readonly table?: (table: Table) => Table;
  readonly attributes?: Readonly<Record<string, string>>;
};

export const createVirtualSite = ({
  staying = stayingOf,
  sqs: bendSqs,
  table: bendTable,
  attributes,
}: Bend = {}): Site => {
  let now = T0;
  let batches = 0;
  const chance = createRng(1);
  const memory = createMemorySqs({ now: () => now, chance });
  for (const [queue, visibilitySeconds] of Object.entries(VISIBILITY)) {
    memory.create(queue, { visibilitySeconds, maxReceiveCount: 1_000, deadLetters: QUEUES.deadLetters });
  }
  const inMemory = clientOf(memory, async (_, act) => act());
  const client = {
    send: async (command: unknown) => {
      if (!(command instanceof GetQueueAttributesCommand)) return inMemory.send(command as never);
      const RedrivePolicy = JSON.stringify({ maxReceiveCount: 1_000 });
      const VisibilityTimeout = String(VISIBILITY[command.input.QueueUrl ?? '']);
      return { Attributes: { RedrivePolicy, VisibilityTimeout, MessageRetentionPeriod: '1209600', ...attributes } };
    },
  } as unknown as SQSClient;
  const items = createMemoryTable({ now: () => now });
  const table: Table = {
    get: async (keys) => items.get(keys),
    insert: async (item) => items.insert(item),
    replace: async (item) => items.replace(item),
    remove: async (item) => items.remove(item),
    beginning: async (...asked) => items.beginning(...asked),
    partition: async (pk) => items.partition(pk),
    lapsed: async (...asked) => items.lapsed(...asked),
    owing: async (shard) => items.owing(shard),
    listed: async (day, limit, after) => items.listed(day, limit, after),
  };
  const sqs = bendSqs?.(client) ?? client;

  const handOver = async (): Promise<void> => {
    const received = memory.receive(QUEUES.mapped, 10);
    if (received.length === 0) return;
    const records = received.map(({ record }) => ({
      ...record,
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:mapped',
    }));
    const queue = createQueue(client);
    batches += 1;
    const pause = async (ms: number) => {
      now += ms;
    };
    const run = () => play(records, String(batches), { table, queue, queueUrl: QUEUES.mapped, now: () => now, pause });
    const stay = await staying({ records, run, sqs: memory, queueUrl: QUEUES.mapped });
    const done = records.filter(({ messageId }) => !stay.has(messageId));
    memory.remove(
      QUEUES.mapped,
      done.map(({ receiptHandle }) => receiptHandle),
    );
  };

  return {
    table: bendTable?.(table) ?? table,
    sqs,
    queues: QUEUES,
    api: 'http://127.0.0.1:9',
    now: () => now,
    pause: async (ms) => {
      for (const end = now + ms; now < end; ) {
        now += STEP_MS;
        await handOver();
      }
    },
  };
};
