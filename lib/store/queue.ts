/**
 * The queues. Only this file uses SQS, and only this file writes and reads the wire format.
 *
 * A message is a wake-up: it names an item and the ticket of the item, and says nothing else. A hidden message comes
 * back by itself. Lambda keeps a record that the function reports in batchItemFailures, and deletes every other record.
 */
import { ChangeMessageVisibilityBatchCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as v from 'valibot';

export type WakeUp = { readonly pk: string; readonly sk: string; readonly ticket: number };

/** The used part of an SQS record. */
export type SqsRecord = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string; readonly SentTimestamp: string };
  readonly eventSourceARN: string;
};

export type Queue = {
  /**
   * Sends wake-ups in independent batches. Never throws. Returns the wake-ups that the queue did not take. Their leases
   * will lapse, and the sweep then sends them again.
   */
  readonly send: (queueUrl: string, wakeUps: readonly WakeUp[]) => Promise<WakeUp[]>;
  /**
   * Hides messages. A message that cannot be hidden is not lost: it comes back after the queue's own visibility
   * timeout.
   */
  readonly hide: (queueUrl: string, hides: readonly Hide[]) => Promise<void>;
  /** Sends an unusable message to the dead-letter queue, with the reason. Throws when that queue does not take it. */
  readonly deadLetter: (deadLetterQueueUrl: string, record: Pick<SqsRecord, 'body'>, reason: string) => Promise<void>;
};

export type Hide = { readonly receiptHandle: string; readonly seconds: number };

const WireV1 = v.strictObject({
  v: v.literal(1),
  pk: v.pipe(v.string(), v.maxLength(256)),
  sk: v.pipe(v.string(), v.maxLength(256)),
  ticket: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

export const writeWakeUp = ({ pk, sk, ticket }: WakeUp): string => JSON.stringify({ v: 1, pk, sk, ticket });

export type Read = { readonly wakeUp: WakeUp } | { readonly malformed: string } | { readonly newer: number };

/**
 * Reads a message body. `malformed` gives the reason why no function can ever read it. `newer` means that a later
 * version of opwatch wrote it during a deployment, and that the message goes back to the queue.
 */
export const readWakeUp = (body: string): Read => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { malformed: 'not JSON' };
  }
  const version = typeof json === 'object' && json !== null && 'v' in json ? json.v : undefined;
  if (typeof version === 'number' && Number.isInteger(version) && version > 1) return { newer: version };
  const read = v.safeParse(WireV1, json);
  if (read.success) return { wakeUp: read.output };
  return { malformed: read.issues.map((issue) => `${v.getDotPath(issue) ?? 'message'}: ${issue.message}`).join('; ') };
};

/**
 * Selects the queue for the messages of an item. opwatch may use several queues, because a standard queue holds at most
 * 120,000 hidden messages.
 */
export const queueFor = (urls: readonly string[], pk: string): string => {
  let hash = 0;
  for (let i = 0; i < pk.length; i += 1) hash = (hash * 31 + pk.charCodeAt(i)) >>> 0;
  const url = urls[hash % urls.length];
  if (url === undefined) throw new Error('no queue is configured');
  return url;
};

/**
 * Returns the URL of the queue from which a record came. It is in the same account as `urls`. During a deployment that
 * removes a queue, it may be none of `urls`.
 */
export const queueOf = (record: Pick<SqsRecord, 'eventSourceARN'>, urls: readonly string[]): string => {
  const [known] = urls;
  if (known === undefined) throw new Error('no queue is configured');
  const name = record.eventSourceARN.split(':').at(-1);
  return `${known.slice(0, known.lastIndexOf('/'))}/${name}`;
};

const BATCH_MAX = 10;

const inBatches = async <T>(list: readonly T[], work: (batch: T[], offset: number) => Promise<void>): Promise<void> => {
  const starts = Array.from({ length: Math.ceil(list.length / BATCH_MAX) }, (_, i) => i * BATCH_MAX);
  await Promise.all(starts.map((start) => work(list.slice(start, start + BATCH_MAX), start)));
};

export const createQueue = (client: SQSClient): Queue => ({
  send: async (queueUrl, wakeUps) => {
    const left: WakeUp[] = [];
    await inBatches(wakeUps, async (batch) => {
      const Entries = batch.map((wakeUp, i) => ({ Id: String(i), MessageBody: writeWakeUp(wakeUp) }));
      const answer = await client
        .send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
        .catch(() => undefined);
      // SQS answers 200 to a batch even when it did not take all of it.
      const failed = answer ? (answer.Failed ?? []).map(({ Id }) => batch[Number(Id)]) : batch;
      left.push(...failed.filter((wakeUp) => wakeUp !== undefined));
    });
    return left;
  },

  hide: (queueUrl, hides) =>
    inBatches(hides, async (batch) => {
      await client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queueUrl,
          Entries: batch.map(({ receiptHandle, seconds }, i) => ({
            Id: String(i),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          })),
        }),
      );
    }),

  deadLetter: async (deadLetterQueueUrl, record, reason) => {
    const answer = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: deadLetterQueueUrl,
        Entries: [
          {
            Id: '0',
            MessageBody: record.body === '' ? '(empty)' : record.body,
            MessageAttributes: { reason: { DataType: 'String', StringValue: reason.slice(0, 1_000) } },
          },
        ],
      }),
    );
    if (answer.Failed?.length) throw new Error(`the dead-letter queue refused a message: ${answer.Failed[0]?.Code}`);
  },
});
