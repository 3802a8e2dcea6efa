/** The parts beneath the API: the table and the queues, read and tampered with as an operator could. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetQueueAttributesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Item, Key } from '../../../lib/core/item.ts';
import { createTable, type Table } from '../../../lib/store/store.ts';
import type { Stack } from '../../../offline/stack.ts';
import { until } from './until.ts';

export const QUEUES = ['poll-aliyun', 'poll-huawei', 'notify'] as const;
export type QueueName = (typeof QUEUES)[number];
export const DEAD_LETTERS = QUEUES.map((name) => `${name}-dead` as const);
type AnyQueue = QueueName | `${QueueName}-dead`;

export type Infra = {
  readonly table: Table;
  /** Every item there is. */
  readonly items: () => Promise<Item[]>;
  /** Changes an item whoever else writes it meanwhile. */
  readonly edit: (key: Key, change: (item: Item) => Item) => Promise<void>;
  /** Messages in a queue, hidden ones included. */
  readonly count: (queue: AnyQueue) => Promise<number>;
  readonly send: (queue: AnyQueue, ...bodies: readonly string[]) => Promise<void>;
  /** Takes messages until there are `count` of them, and leaves them hidden. */
  readonly takeAll: (queue: AnyQueue, count: number) => Promise<readonly Message[]>;
  readonly purge: () => Promise<void>;
  readonly close: () => void;
};

const pause = () => Promise.resolve();

export const lookBeneath = ({ urls, table: name }: Pick<Stack, 'urls' | 'table'>): Infra => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: urls.dynamodb, region: 'us-east-1', credentials });
  const documents = DynamoDBDocumentClient.from(client);
  const sqs = new SQSClient({ endpoint: urls.sqs, region: 'us-east-1', credentials });
  const table = createTable(client, name, pause);
  const urlOf = (queue: AnyQueue) => `${urls.sqs}/000000000000/${name}-${queue}`;

  return {
    table,
    items: async () => {
      const items: Item[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await documents.send(
          new ScanCommand({ TableName: name, ConsistentRead: true, ExclusiveStartKey: start }),
        );
        items.push(...((page.Items ?? []) as Item[]));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return items;
    },
    edit: async ({ pk, sk }, change) => {
      for (;;) {
        const [item] = await table.get([{ pk, sk }]);
        if (!item) throw new Error(`there is no item ${pk} ${sk}`);
        if (await table.replace({ ...change(item), version: item.version + 1 })) return;
      }
    },
    count: async (queue) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: urlOf(queue), AttributeNames: ['All'] }),
      );
      return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
    },
    send: async (queue, ...bodies) => {
      const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: urlOf(queue), Entries }));
    },
    takeAll: async (queue, count) => {
      const messages: Message[] = [];
      const takeSome = async (): Promise<boolean> => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: urlOf(queue),
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
            WaitTimeSeconds: 1,
          }),
        );
        messages.push(...Messages);
        return messages.length >= count;
      };
      await until(takeSome, { sight: () => messages.length });
      return messages;
    },
    purge: async () => {
      await Promise.all(QUEUES.map((queue) => sqs.send(new PurgeQueueCommand({ QueueUrl: urlOf(queue) }))));
    },
    close: () => {
      client.destroy();
      sqs.destroy();
    },
  };
};
