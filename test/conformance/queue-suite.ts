/** What every queue must do, whatever stands behind it. Sources: the SQS developer guide and API reference. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQueue, type SqsRecord, type WakeUp } from '../../lib/store/queue.ts';

export type QueueSubject = {
  readonly client: SQSClient;
  /** A fresh queue: what is received is hidden for a second; after three receipts it goes to the other. */
  readonly newQueue: () => Promise<{ readonly url: string; readonly deadLetters: string }>;
  readonly pass: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
  /** Behaviors it is known not to have. */
  readonly lacks: readonly string[];
};

const wakeUps = (count: number): WakeUp[] =>
  Array.from({ length: count }, (_, i) => ({ pk: `w_${i}`, sk: 'watch', ticket: 1 }));
const entries = (count: number): SendMessageBatchRequestEntry[] =>
  Array.from({ length: count }, (_, i) => ({ Id: String(i), MessageBody: `m${i}` }));

const recordOf = ({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} }: Message): SqsRecord => ({
  messageId: MessageId,
  receiptHandle: ReceiptHandle,
  body: Body,
  attributes: Attributes as SqsRecord['attributes'],
  eventSourceARN: '',
});

export const behavesLikeQueues = (name: string, create: () => Promise<QueueSubject>): void => {
  describe(name, () => {
    let subject: QueueSubject;
    const queue = () => createQueue(subject.client);

    beforeAll(async () => {
      subject = await create();
    });
    afterAll(() => subject.close());

    const receive = async (url: string, max = 10): Promise<Message[]> => {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: max,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      return (await subject.client.send(command)).Messages ?? [];
    };
    const receiveAll = async (url: string): Promise<Message[]> => {
      const some = await receive(url);
      return some.length === 0 ? [] : [...some, ...(await receiveAll(url))];
    };
    const send = async (url: string, Entries: SendMessageBatchRequestEntry[]) =>
      (await subject.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }))).Failed ?? [];
    const hide = async (url: string, ReceiptHandle: string | undefined, VisibilityTimeout: number) => {
      const Entries = [{ Id: '0', ReceiptHandle, VisibilityTimeout }];
      return (
        (await subject.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }))).Failed ?? []
      );
    };
    const remove = (url: string, ReceiptHandle: string | undefined) =>
      subject.client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: '0', ReceiptHandle }] }));

    /** A behavior; where the subject is known to lack it, that it still does. */
    const behavior = (what: string, holds: () => Promise<void>): void => {
      test(what, async () => {
        if (subject.lacks.includes(what)) await expect(holds()).rejects.toThrow();
        else await holds();
      });
    };

    behavior('what is sent arrives, in batches of ten at most', async () => {
      const { url } = await subject.newQueue();
      expect(await queue().send(url, wakeUps(25))).toEqual([]);
      const first = await receive(url);
      expect(first.length).toBeLessThanOrEqual(10);
      const bodies = [...first, ...(await receiveAll(url))].map(({ Body }) => Body);
      expect(bodies.sort()).toEqual(
        wakeUps(25)
          .map(({ pk }) => `{"v":1,"pk":"${pk}","sk":"watch","ticket":1}`)
          .sort(),
      );
    });

    behavior('a batch of eleven is refused', async () => {
      const { url } = await subject.newQueue();
      await expect(send(url, entries(11))).rejects.toThrow();
    });

    behavior('a batch of none is refused', async () => {
      const { url } = await subject.newQueue();
      await expect(send(url, [])).rejects.toThrow();
    });

    behavior('a batch with an id twice is refused', async () => {
      const { url } = await subject.newQueue();
      await expect(send(url, [...entries(1), ...entries(1)])).rejects.toThrow();
    });

    behavior('a delay of more than 900 s is refused', async () => {
      const { url } = await subject.newQueue();
      const refused = await send(url, [{ Id: '0', MessageBody: 'late', DelaySeconds: 901 }]).catch(() => ['all']);
      expect(refused).toHaveLength(1);
    });

    behavior('a queue that is not there takes nothing', async () => {
      const { url } = await subject.newQueue();
      await expect(send(`${url}-none`, entries(1))).rejects.toThrow();
    });

    behavior('a message in flight is hidden, comes back when its time is over, and counts its receipts', async () => {
      const { url } = await subject.newQueue();
      await send(url, entries(1));
      const [first] = await receive(url);
      expect(first?.Attributes).toMatchObject({
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
      });
      expect(await receive(url)).toEqual([]);
      await subject.pass(1_200);
      const [second] = await receive(url);
      expect(second).toMatchObject({
        MessageId: first?.MessageId,
        Attributes: { ApproximateReceiveCount: '2', SentTimestamp: first?.Attributes?.SentTimestamp },
      });
      expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    });

    behavior('a message is hidden for as long as it is told, once', async () => {
      const { url } = await subject.newQueue();
      await send(url, entries(1));
      const [first] = await receive(url);
      await queue().hide(url, [{ receiptHandle: first?.ReceiptHandle ?? '', seconds: 3 }]);
      await subject.pass(1_500);
      expect(await receive(url)).toEqual([]);
      await subject.pass(2_000);
      expect(await receive(url)).toHaveLength(1);
      await subject.pass(1_200);
      expect(await receive(url)).toHaveLength(1);
    });

    behavior('hidden for no time at all, it is back at once', async () => {
      const { url } = await subject.newQueue();
      await send(url, entries(1));
      const [first] = await receive(url);
      expect(await hide(url, first?.ReceiptHandle, 0)).toEqual([]);
      expect(await receive(url)).toHaveLength(1);
    });

    behavior('nothing is hidden for more than 12 h', async () => {
      const { url } = await subject.newQueue();
      await send(url, entries(1));
      const [first] = await receive(url);
      const refused = await hide(url, first?.ReceiptHandle, 43_201).catch(() => ['all']);
      expect(refused).toHaveLength(1);
    });

    behavior('the 12 h count from the receipt', async () => {
      const { url } = await subject.newQueue();
      await send(url, entries(1));
      const [first] = await receive(url);
      await subject.pass(500);
      const refused = await hide(url, first?.ReceiptHandle, 43_200).catch(() => ['all']);
      expect(refused).toHaveLength(1);
    });

    behavior('what is back already cannot be hidden', async () => {
      const { url } = await subject.newQueue();
      await send(url, entries(1));
      const [first] = await receive(url);
      await subject.pass(1_200);
      expect(await hide(url, first?.ReceiptHandle, 10)).toHaveLength(1);
    });

    behavior('a handle that never was hides nothing', async () => {
      const { url } = await subject.newQueue();
      const refused = await hide(url, 'AQEBnone', 10).catch(() => ['all']);
      expect(refused).toHaveLength(1);
    });

    behavior('what is deleted is gone', async () => {
      const { url } = await subject.newQueue();
      await send(url, entries(1));
      const [first] = await receive(url);
      await remove(url, first?.ReceiptHandle);
      await subject.pass(1_200);
      expect(await receive(url)).toEqual([]);
    });

    behavior('after three receipts a message goes to the dead letters', async () => {
      const { url, deadLetters } = await subject.newQueue();
      await send(url, entries(1));
      for (let i = 0; i < 3; i += 1) {
        const [message] = await receive(url);
        await hide(url, message?.ReceiptHandle, 0);
      }
      expect(await receive(url)).toEqual([]);
      expect((await receive(deadLetters)).map(({ Body }) => Body)).toEqual(['m0']);
    });

    behavior('a dead-lettered message keeps its body and says why', async () => {
      const { url, deadLetters } = await subject.newQueue();
      await send(url, [{ Id: '0', MessageBody: '{"v":1' }]);
      const [message] = await receive(url);
      if (message) await queue().deadLetter(deadLetters, recordOf(message), 'not JSON');
      const [letter] = await receive(deadLetters);
      expect(letter?.Body).toBe('{"v":1');
      expect(letter?.MessageAttributes?.reason?.StringValue).toBe('not JSON');
    });
  });
};
