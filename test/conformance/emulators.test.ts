/** The emulators of the local stack, through the project's own lib/store/store.ts and lib/store/queue.ts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createTable } from '../../lib/store/store.ts';
import { startDynamodb } from '../../offline/dynamodb.ts';
import { startSqs } from '../../offline/sqs.ts';
import { behavesLikeQueues } from './queue-suite.ts';
import { behavesLikeATable } from './table-suite.ts';

const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 1 };

const newDir = () => mkdtemp(join(tmpdir(), 'opwatch-'));

/** As serverless.yml has it. */
const TABLE = new CreateTableCommand({
  TableName: 'opwatch',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: (['pk', 'sk', 'leaseShard', 'aliveUntil', 'tenantDay', 'listedAt'] as const).map(
    (AttributeName) => ({
      AttributeName,
      AttributeType: AttributeName === 'aliveUntil' ? 'N' : 'S',
    }),
  ),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'lease',
      KeySchema: [
        { AttributeName: 'leaseShard', KeyType: 'HASH' },
        { AttributeName: 'aliveUntil', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['tenantDay'] },
    },
    {
      IndexName: 'listing',
      KeySchema: [
        { AttributeName: 'tenantDay', KeyType: 'HASH' },
        { AttributeName: 'listedAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
});

behavesLikeATable('dynalite', async () => {
  const dir = await newDir();
  const emulator = await startDynamodb(0, dir);
  const client = new DynamoDBClient({ ...LOCAL, endpoint: emulator.url });
  await client.send(TABLE);
  return {
    table: createTable(client, 'opwatch', async (ms) => sleep(ms)),
    close: async () => {
      client.destroy();
      await emulator.close();
      await rm(dir, { recursive: true });
    },
  };
});

behavesLikeQueues('fauxqs', async () => {
  const dir = await newDir();
  const emulator = await startSqs(0, dir);
  const client = new SQSClient({ ...LOCAL, endpoint: emulator.url });
  let queues = 0;

  const create = async (QueueName: string, Attributes: Record<string, string>): Promise<string> => {
    await client.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '1', ...Attributes } }));
    return `${emulator.url}/000000000000/${QueueName}`;
  };
  return {
    client,
    newQueue: async () => {
      queues += 1;
      const deadLetters = await create(`q${queues}-dead`, {});
      const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:q${queues}-dead`;
      const url = await create(`q${queues}`, {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }),
      });
      return { url, deadLetters };
    },
    pass: async (ms) => sleep(ms),
    close: async () => {
      client.destroy();
      await emulator.close();
      await rm(dir, { recursive: true });
    },
    // fauxqs 2.4.1 is laxer than AWS here; nothing in opwatch may rely on it.
    lacks: [
      'a delay of more than 900 s is refused',
      'the 12 h count from the receipt',
      'what is back already cannot be hidden',
    ],
  };
});
