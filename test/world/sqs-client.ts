/** An SQS client that asks the queues in memory: what lib/store/queue.ts and the conformance suite are handed in place of the SDK's. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Lineage, MemorySqs } from './memory-sqs.ts';

/** Has one request made: now, later, twice, or never. */
export type Request = <T>(what: string, act: () => T) => Promise<T>;

export const clientOf = (sqs: MemorySqs, request: Request, lineage: Lineage = {}): SQSClient => {
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof SendMessageBatchCommand) {
      const { QueueUrl = '', Entries = [] } = command.input;
      const entries = Entries.map(({ Id = '', MessageBody = '', DelaySeconds, MessageAttributes }) => {
        const reason = MessageAttributes?.reason?.StringValue;
        return {
          Id,
          MessageBody,
          ...(DelaySeconds !== undefined && { DelaySeconds }),
          ...(reason !== undefined && { reason }),
        };
      });
      return { Failed: await request('send messages', () => sqs.send(QueueUrl, entries, lineage)) };
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const { QueueUrl = '', Entries = [] } = command.input;
      const entries = Entries.map(({ Id = '', ReceiptHandle = '', VisibilityTimeout = 0 }) => ({
        Id,
        ReceiptHandle,
        VisibilityTimeout,
      }));
      return { Failed: await request('hide messages', () => sqs.hide(QueueUrl, entries)) };
    }
    if (command instanceof ReceiveMessageCommand) {
      const { QueueUrl = '', MaxNumberOfMessages = 1 } = command.input;
      const received = await request('receive messages', () => sqs.receive(QueueUrl, MaxNumberOfMessages));
      const Messages = received.map(({ record, reason }) => ({
        MessageId: record.messageId,
        ReceiptHandle: record.receiptHandle,
        Body: record.body,
        Attributes: record.attributes,
        ...(reason !== undefined && { MessageAttributes: { reason: { DataType: 'String', StringValue: reason } } }),
      }));
      return Messages.length > 0 ? { Messages } : {};
    }
    if (command instanceof DeleteMessageBatchCommand) {
      const { QueueUrl = '', Entries = [] } = command.input;
      await request('delete messages', () =>
        sqs.remove(
          QueueUrl,
          Entries.map(({ ReceiptHandle = '' }) => ReceiptHandle),
        ),
      );
      return {};
    }
    throw new Error('the queues in memory do not know this command');
  };
  return { send } as unknown as SQSClient;
};
