/**
 * An SQS event source mapping: hands batches of a queue's messages to a function and deletes those it is done with.
 *
 * As the AWS Lambda Developer Guide has it ("Using Lambda with Amazon SQS", "Handling errors for an SQS event source"):
 * a message that failed is left alone. Nothing but the function itself touches its visibility, so a time it has set for it
 * stands, and otherwise it comes back when the queue's own visibility timeout has passed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { isRecord } from './resolve.ts';

export type Mapping = {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly region: string;
  readonly batchSize: number;
  /** How many batches may be worked on at a time. */
  readonly concurrency: number;
  /** ReportBatchItemFailures: the function's answer names the messages that failed. */
  readonly reportsItemFailures: boolean;
};

export type MappingDeps = {
  readonly sqs: SQSClient;
  /** Runs the function; throws when it failed. */
  readonly invoke: (event: object) => Promise<unknown>;
  readonly log: (line: string) => void;
};

const LONG_POLL_SECONDS = 20;
const AGAIN_MS = 250;

/** Starts handing over messages. `stop` takes no new ones and waits for the batches that are being worked on. */
export const startMapping = (mapping: Mapping, tools: MappingDeps): { readonly stop: () => Promise<void> } => {
  const stopping = new AbortController();
  const pollers = Array.from({ length: mapping.concurrency }, () => poll(mapping, tools, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(pollers);
    },
  };
};

const poll = async (mapping: Mapping, { sqs, invoke, log }: MappingDeps, signal: AbortSignal): Promise<void> => {
  const receive = new ReceiveMessageCommand({
    QueueUrl: mapping.queueUrl,
    MaxNumberOfMessages: mapping.batchSize,
    WaitTimeSeconds: LONG_POLL_SECONDS,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  while (!signal.aborted) {
    try {
      const { Messages = [] } = await sqs.send(receive, { abortSignal: signal });
      if (Messages.length === 0) continue;
      const answer = await invoke({ Records: Messages.map((message) => recordOf(message, mapping)) });
      const failed = mapping.reportsItemFailures ? failedIn(answer, Messages.map(idOf)) : NONE;
      await remove(
        Messages.filter((message) => !failed.has(idOf(message))),
        mapping,
        sqs,
      );
    } catch (error) {
      if (signal.aborted) return;
      log(`${mapping.queueArn}: ${error instanceof Error ? error.message : error}`);
      // The queue may be away for a moment: it can be killed and started again alone.
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
};

const NONE: ReadonlySet<string> = new Set();
const idOf = ({ MessageId = '' }: Message): string => MessageId;

/**
 * Which of the batch `ids` failed by a function's answer. No answer, or no failures in it: none. Throws where the whole
 * batch counts as failed: an answer of another shape, an identifier that is empty or not of this batch.
 */
export const failedIn = (answer: unknown, ids: readonly string[]): ReadonlySet<string> => {
  if (answer === null || answer === undefined) return NONE;
  const failures = isRecord(answer) ? (answer.batchItemFailures ?? []) : answer;
  if (!Array.isArray(failures) || Array.isArray(answer)) throw badAnswer(answer);
  const failed = failures.map((failure: unknown) => (isRecord(failure) ? failure.itemIdentifier : undefined));
  const isOfBatch = (id: unknown): id is string => typeof id === 'string' && ids.includes(id);
  if (!failed.every(isOfBatch)) throw badAnswer(answer);
  return new Set(failed);
};

const badAnswer = (answer: unknown): Error =>
  new Error(`the answer says that the whole batch failed: ${JSON.stringify(answer)}`);

const remove = async (messages: readonly Message[], { queueUrl }: Mapping, sqs: SQSClient): Promise<void> => {
  if (messages.length === 0) return;
  const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
};

/** A message as functions are given it ("Using Lambda with Amazon SQS", example event). */
const recordOf = (message: Message, { queueArn, region }: Mapping): object => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: message.Attributes ?? {},
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue, BinaryValue, DataType }]) => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
        dataType: DataType,
      },
    ]),
  ),
  md5OfBody: message.MD5OfBody,
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: region,
});
