/** The least that a batch of ten looks can be: the same requests on the same SDK, and nothing done with their answers. */
import http from 'node:http';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Item, Key } from '../../lib/core/item.ts';
import type { HttpRequest } from '../../lib/net/http.ts';
import type { SqsRecord } from '../../lib/store/queue.ts';

export type BareLoop = {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly table: string;
  readonly queueUrl: string;
  readonly records: readonly SqsRecord[];
  readonly keys: readonly Key[];
  readonly lane: Item;
  /** As the poller sends them, already signed. */
  readonly requests: readonly HttpRequest[];
};

/** Answers what makes one batch of looks. */
export const createBareLoop = (parts: BareLoop): (() => Promise<void>) => {
  const { dynamodb, sqs, table, queueUrl, records, keys, lane, requests } = parts;
  const db = DynamoDBDocumentClient.from(dynamodb);
  const agent = new http.Agent({ keepAlive: true });
  const get = (Keys: Record<string, unknown>[]) =>
    db.send(new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }));

  return async () => {
    await get(keys.map(({ pk, sk }) => ({ pk, sk })));
    await get([{ pk: lane.pk, sk: lane.sk }]);
    await db.send(
      new PutCommand({
        TableName: table,
        Item: lane,
        ConditionExpression: '#version = :expected',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':expected': lane.version - 1 },
      }),
    );
    await Promise.all(requests.map((request) => ask(request, agent)));
    await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queueUrl,
        Entries: records.map(({ receiptHandle }, i) => ({
          Id: String(i),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: 38,
        })),
      }),
    );
  };
};

const ask = ({ method, url, headers }: HttpRequest, agent: http.Agent): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    request.on('error', reject);
    request.end();
  });
