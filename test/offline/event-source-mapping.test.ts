import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { failedIn, startMapping } from '../../offline/event-source-mapping.ts';
import { type Emulator, startSqs } from '../../offline/sqs.ts';

const REGION = 'us-east-1';
const dir = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
let emulator: Emulator;
let sqs: SQSClient;
const running: { stop: () => Promise<void> }[] = [];
let queues = 0;

beforeAll(async () => {
  emulator = await startSqs(0, dir);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  sqs = new SQSClient({ endpoint: emulator.url, region: REGION, credentials });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((mapping) => mapping.stop()));
});
afterAll(async () => {
  sqs.destroy();
  await emulator.close();
  rmSync(dir, { recursive: true });
});

const urlOf = (name: string) => `${emulator.url}/000000000000/${name}`;
const arnOf = (name: string) => `arn:aws:sqs:${REGION}:000000000000:${name}`;

const createQueue = async (Attributes: Record<string, string> = {}): Promise<string> => {
  queues += 1;
  const QueueName = `queue-${queues}`;
  await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueName;
};

const send = (name: string, ...bodies: string[]) =>
  sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: urlOf(name),
      Entries: bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody })),
    }),
  );

/** How many messages the queue holds: those that can be received, and those that are hidden. */
const holds = async (name: string): Promise<[visible: number, hidden: number]> => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: urlOf(name), AttributeNames: ['All'] }),
  );
  return [Number(Attributes.ApproximateNumberOfMessages), Number(Attributes.ApproximateNumberOfMessagesNotVisible)];
};

type Seen = { readonly body: string; readonly receives: number; readonly at: number };
type Handler = (records: readonly SQSRecord[]) => unknown;

/** Maps a queue to `handler`; answers everything it was handed. */
const map = (name: string, handler: Handler, { concurrency = 1, reportsItemFailures = true } = {}) => {
  const seen: Seen[] = [];
  const log: string[] = [];
  const invoke = async (event: object): Promise<unknown> => {
    const { Records } = event as SQSEvent;
    for (const { body, attributes } of Records) {
      seen.push({ body, receives: Number(attributes.ApproximateReceiveCount), at: Date.now() });
    }
    return handler(Records);
  };
  const mapping = {
    queueUrl: urlOf(name),
    queueArn: arnOf(name),
    region: REGION,
    batchSize: 10,
    concurrency,
    reportsItemFailures,
  };
  const started = startMapping(mapping, { sqs, invoke, log: (line) => log.push(line) });
  running.push(started);
  return { seen, log, stop: started.stop };
};

const report = (...failed: (SQSRecord | undefined)[]) => ({
  batchItemFailures: failed.map((record) => ({ itemIdentifier: record?.messageId })),
});
const named = (records: readonly SQSRecord[], body: string) => records.find((record) => record.body === body);

describe('a batch', () => {
  test('that succeeded is gone', async () => {
    const queue = await createQueue();
    await send(queue, 'a', 'b', 'c');
    const { seen } = map(queue, () => ({ batchItemFailures: [] }));
    await expect.poll(() => holds(queue)).toEqual([0, 0]);
    expect(seen.map(({ body }) => body).sort()).toEqual(['a', 'b', 'c']);
  });

  test('keeps the messages reported as failed, and only those', async () => {
    const queue = await createQueue({ VisibilityTimeout: '30' });
    await send(queue, 'good', 'bad', 'fine');
    const { seen } = map(queue, (records) => report(named(records, 'bad')));
    await expect.poll(() => holds(queue)).toEqual([0, 1]);
    expect(seen).toHaveLength(3);
  });

  test.each<[string, Handler]>([
    ['whose function threw', () => Promise.reject(new Error('no'))],
    [
      'with an identifier that is not of it',
      (records) => ({ batchItemFailures: [...report(records[0]).batchItemFailures, { itemIdentifier: 'x' }] }),
    ],
    ['with an empty identifier', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
    ['with a key that is misspelled', (records) => ({ batchItemFailures: [{ itemId: records[0]?.messageId }] })],
    ['answered with text', () => 'OK'],
  ])('%s stays whole', async (_, handler) => {
    const queue = await createQueue({ VisibilityTimeout: '30' });
    await send(queue, 'a', 'b', 'c');
    const { log } = map(queue, handler);
    await expect.poll(() => log).toHaveLength(1);
    expect(await holds(queue)).toEqual([0, 3]);
  });

  test('is gone whatever the answer says where failures are not asked for', async () => {
    const queue = await createQueue();
    await send(queue, 'a', 'b');
    map(queue, (records) => report(...records), { reportsItemFailures: false });
    await expect.poll(() => holds(queue)).toEqual([0, 0]);
  });
});

describe('a message', () => {
  test('comes back when its function wanted it to, the same one and counted', async () => {
    // The queue's own timeout would bring it back only after 30 seconds, and after one at the earliest.
    const queue = await createQueue({ VisibilityTimeout: '30' });
    await send(queue, 'hidden', 'done');
    const { seen } = map(queue, async (records) => {
      const record = named(records, 'hidden');
      if (record?.attributes.ApproximateReceiveCount !== '1') return null;
      const { receiptHandle: ReceiptHandle } = record;
      await sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: urlOf(queue), ReceiptHandle, VisibilityTimeout: 1 }),
      );
      return report(record);
    });
    await expect.poll(() => holds(queue)).toEqual([0, 0]);
    const [first, second] = seen.filter(({ body }) => body === 'hidden');
    expect(second?.receives).toBe(2);
    expect(Number(second?.at) - Number(first?.at)).toBeGreaterThanOrEqual(990);
    expect(seen.filter(({ body }) => body === 'done')).toHaveLength(1);
  });

  test('that is poison ends in the dead-letter queue, and its neighbors are served once', async () => {
    const dead = await createQueue();
    const redrive = { deadLetterTargetArn: arnOf(dead), maxReceiveCount: 3 };
    const queue = await createQueue({ VisibilityTimeout: '0', RedrivePolicy: JSON.stringify(redrive) });
    await send(queue, 'poison', 'neighbor', 'other neighbor');
    const { seen } = map(queue, (records) => report(...records.filter(({ body }) => body === 'poison')));
    await expect.poll(() => holds(dead)).toEqual([1, 0]);
    expect(await holds(queue)).toEqual([0, 0]);
    expect(seen.filter(({ body }) => body === 'poison').map(({ receives }) => receives)).toEqual([1, 2, 3]);
    expect(seen.filter(({ body }) => body !== 'poison')).toHaveLength(2);
  });

  test('is handed over as Lambda does', async () => {
    const queue = await createQueue();
    const MessageAttributes = { reason: { DataType: 'String', StringValue: 'why' } };
    const Entries = [{ Id: '0', MessageBody: 'body', MessageAttributes }];
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: urlOf(queue), Entries }));
    const records = await new Promise<readonly SQSRecord[]>((resolve) => {
      map(queue, (batch) => resolve(batch));
    });
    expect(records).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: 'body',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
        },
        messageAttributes: { reason: { stringValue: 'why', dataType: 'String' } },
        md5OfBody: '841a2d689ad86bd1611447453c22c6fc',
        eventSource: 'aws:sqs',
        eventSourceARN: arnOf(queue),
        awsRegion: REGION,
      },
    ]);
  });
});

describe('a mapping', () => {
  test('works on as many batches at a time as it may', async () => {
    const queue = await createQueue();
    let working = 0;
    let most = 0;
    const all = Promise.withResolvers<null>();
    map(
      queue,
      () => {
        working += 1;
        most = Math.max(most, working);
        if (working === 3) all.resolve(null);
        return all.promise;
      },
      { concurrency: 3 },
    );
    for (const body of ['a', 'b', 'c']) {
      await send(queue, body);
      await expect.poll(async () => (await holds(queue))[0]).toBe(0);
    }
    await expect.poll(() => holds(queue)).toEqual([0, 0]);
    expect(most).toBe(3);
  });

  test('finishes its batch when it is stopped, and takes no other', async () => {
    const queue = await createQueue();
    const gate = Promise.withResolvers<null>();
    const { seen, stop } = map(queue, () => gate.promise);
    await send(queue, 'first');
    await expect.poll(() => seen).toHaveLength(1);
    const stopped = stop();
    await send(queue, 'second');
    gate.resolve(null);
    await stopped;
    expect(await holds(queue)).toEqual([1, 0]);
  });

  test('goes on when its queue has been away', async () => {
    const queue = await createQueue();
    const { seen, log } = map(queue, () => null);
    const port = Number(new URL(emulator.url).port);
    await emulator.close();
    await expect.poll(() => log.length).toBeGreaterThan(0);
    emulator = await startSqs(port, dir);
    await send(queue, 'late');
    await expect.poll(() => seen).toHaveLength(1);
  });
});

describe('which messages failed', () => {
  test.each([
    ['nothing', undefined, []],
    ['null', null, []],
    ['an empty answer', {}, []],
    ['a null list', { batchItemFailures: null }, []],
    ['an empty list', { batchItemFailures: [] }, []],
    ['one of them', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
    ['all of them', { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'b' }] }, ['a', 'b']],
    ['one of them twice', { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'a' }] }, ['a']],
  ])('by %s', (_, answer, failed) => {
    expect([...failedIn(answer, ['a', 'b'])]).toEqual(failed);
  });

  test.each([
    ['text', 'OK'],
    ['a number', 1],
    ['a list', []],
    ['failures that are no list', { batchItemFailures: 'a' }],
    ['failures without an identifier', { batchItemFailures: [{}] }],
    ['failures that are text', { batchItemFailures: ['a'] }],
    ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['an identifier of no message', { batchItemFailures: [{ itemIdentifier: 'c' }] }],
  ])('by %s: the whole batch', (_, answer) => {
    expect(() => failedIn(answer, ['a', 'b'])).toThrow('the whole batch failed');
  });
});
