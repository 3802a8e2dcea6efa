/** The probe's function that is deployed under opwatch's own roles: tries one thing and says what came of it. */
import { connect } from 'node:net';
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { LookError } from '../../../lib/core/errors.ts';
import { createSend } from '../../../lib/net/http.ts';

export type Attempt =
  | { readonly send: string; readonly body: string }
  | { readonly receive: string }
  | { readonly scan: string }
  | { readonly parameter: string }
  /** One call for all of them. */
  | { readonly parameters: readonly string[] }
  /** One BatchGetItem for an item that is not there in each of these partitions. */
  | { readonly items: string; readonly partitions: readonly string[] }
  /** A PutItem under a condition that never holds: nothing is written. */
  | { readonly put: string; readonly partition: string }
  /** A DeleteItem, likewise. */
  | { readonly remove: string; readonly partition: string }
  | { readonly query: string; readonly partition: string }
  /** A connection without any guard: `host:port`. */
  | { readonly connect: string }
  /** A GET through the guard that webhooks go through. */
  | { readonly get: string };

/** Stands, in an address, for where Lambda's runtime API listens inside the function. */
export const RUNTIME = '{runtime}';
const addressIn = (text: string): string =>
  text.replace(RUNTIME, process.env.AWS_LAMBDA_RUNTIME_API ?? '127.0.0.1:9001');

const CONNECT_MS = 2_000;

const connects = (address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const [host = '', port = ''] = address.split(':');
    const socket = connect({ host, port: Number(port), timeout: CONNECT_MS }, () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('timeout', () => socket.destroy(new Error('timed out')));
    socket.once('error', reject);
  });

const make = async (attempt: Attempt): Promise<string> => {
  if ('send' in attempt) {
    await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: attempt.send, MessageBody: attempt.body }));
    return 'allowed';
  }
  if ('receive' in attempt) {
    await new SQSClient({}).send(new ReceiveMessageCommand({ QueueUrl: attempt.receive, VisibilityTimeout: 0 }));
    return 'allowed';
  }
  if ('scan' in attempt) {
    await new DynamoDBClient({}).send(new ScanCommand({ TableName: attempt.scan, Limit: 1 }));
    return 'allowed';
  }
  if ('parameters' in attempt) {
    await new SSMClient({}).send(new GetParametersCommand({ Names: [...attempt.parameters], WithDecryption: true }));
    return 'allowed';
  }
  if ('items' in attempt) {
    const Keys = attempt.partitions.map((S) => ({ pk: { S }, sk: { S: 'check' } }));
    await new DynamoDBClient({}).send(new BatchGetItemCommand({ RequestItems: { [attempt.items]: { Keys } } }));
    return 'allowed';
  }
  if ('put' in attempt || 'remove' in attempt) {
    const key = { pk: { S: attempt.partition }, sk: { S: 'check' } };
    const ConditionExpression = 'attribute_exists(pk)';
    const client = new DynamoDBClient({});
    const done =
      'put' in attempt
        ? client.send(new PutItemCommand({ TableName: attempt.put, Item: key, ConditionExpression }))
        : client.send(new DeleteItemCommand({ TableName: attempt.remove, Key: key, ConditionExpression }));
    return done.then(
      () => 'allowed',
      // DynamoDB refuses a caller without the permission before it reads the condition.
      (error: Error) => {
        if (error instanceof ConditionalCheckFailedException) return 'allowed';
        throw error;
      },
    );
  }
  if ('query' in attempt) {
    await new DynamoDBClient({}).send(
      new QueryCommand({
        TableName: attempt.query,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: attempt.partition } },
        Limit: 1,
      }),
    );
    return 'allowed';
  }
  if ('parameter' in attempt) {
    const command = new GetParametersCommand({ Names: [attempt.parameter], WithDecryption: true });
    const { Parameters = [] } = await new SSMClient({}).send(command);
    return Parameters[0]?.Value === undefined ? 'allowed, but there is none' : `allowed: ${Parameters[0].Value}`;
  }
  if ('connect' in attempt) return connects(addressIn(attempt.connect));
  const send = createSend({ timeoutMs: 3_000, maxBytes: 1_024, onTooLong: 'cut', guard: { rules: {} } });
  return `answered ${(await send({ method: 'GET', url: addressIn(attempt.get), headers: {} })).status}`;
};

/** What came of it: `allowed…`, `connected`, `answered 403`, or the error's name (a guard's refusal: its code and reason). */
export const handler = async (attempt: Attempt): Promise<string> => {
  try {
    return await make(attempt);
  } catch (error) {
    if (error instanceof LookError) return `${error.code}: ${error.message}`;
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
};
