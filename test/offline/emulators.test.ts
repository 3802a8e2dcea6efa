import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchGetItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, expect, test } from 'vitest';
import { type Child, startChild } from '../../offline/child.ts';
import { deploy } from '../../offline/deploy.ts';
import type { EmulatorUrls } from '../../offline/emulators.ts';
import { createResolver } from '../../offline/resolve.ts';

const dir = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
const children: Child[] = [];
afterAll(async () => {
  await Promise.all(children.map((child) => child.kill()));
  rmSync(dir, { recursive: true });
});

const resources = (visibility: number, rangeKey = 'sk') => ({
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'watches',
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      AttributeDefinitions: ['pk', rangeKey].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: rangeKey, KeyType: 'RANGE' },
      ],
    },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead', SqsManagedSseEnabled: true } },
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'poll',
      VisibilityTimeout: visibility,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 1000 },
    },
  },
});

const start = async () => {
  const options = JSON.stringify({ ports: { dynamodb: 0, sqs: 0, ssm: 0 }, dir });
  const script = join(import.meta.dirname, '../../offline/emulators.ts');
  const child = await startChild({
    command: [script, options],
    cwd: dir,
    env: { PATH: process.env.PATH },
    logFile: join(dir, 'log'),
  });
  children.push(child);
  const urls = child.ready as EmulatorUrls;
  const local = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const dynamodb = new DynamoDBClient({ ...local, endpoint: urls.dynamodb, maxAttempts: 1 });
  const sqs = new SQSClient({ ...local, endpoint: urls.sqs });
  const ssm = new SSMClient({ ...local, endpoint: urls.ssm });
  const put = (template: ReturnType<typeof resources>) => {
    const resolve = createResolver({ resources: template, region: 'us-east-1', sqsUrl: urls.sqs, attributes: {} });
    return deploy({ resources: template, resolve, dynamodb, sqs });
  };
  return { child, urls, dynamodb, sqs, ssm, put, QueueUrl: `${urls.sqs}/000000000000/poll` };
};

test('what the emulators hold outlives their being killed', async () => {
  const first = await start();
  await first.put(resources(180));
  const Item = { pk: { S: 'a' }, sk: { S: 'b' }, n: { N: '1' } };
  await first.dynamodb.send(new PutItemCommand({ TableName: 'watches', Item }));
  for (const MessageBody of ['visible', 'hidden', 'released']) {
    await first.sqs.send(new SendMessageCommand({ QueueUrl: first.QueueUrl, MessageBody }));
  }
  const { Messages = [] } = await first.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: first.QueueUrl, MaxNumberOfMessages: 3 }),
  );
  for (const { Body, ReceiptHandle } of Messages) {
    const VisibilityTimeout = Body === 'hidden' ? 2 : 0;
    await first.sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: first.QueueUrl, ReceiptHandle, VisibilityTimeout }),
    );
  }
  await first.child.kill();

  const second = await start();
  await second.put(resources(180));
  const Key = { pk: { S: 'a' }, sk: { S: 'b' } };
  const found = await second.dynamodb.send(new GetItemCommand({ TableName: 'watches', Key, ConsistentRead: true }));
  expect(found.Item).toEqual(Item);
  const receive = new ReceiveMessageCommand({ QueueUrl: second.QueueUrl, MessageSystemAttributeNames: ['All'] });
  await expect
    .poll(async () => (await second.sqs.send(receive)).Messages)
    .toMatchObject([{ Body: 'hidden', Attributes: { ApproximateReceiveCount: '2' } }]);
  await second.child.kill();
});

test('a table says "not now" as often as it is told to, and is whole again when it is let be', async () => {
  const { child, put, dynamodb, urls } = await start();
  await put(resources(180));
  const keys = ['a', 'b', 'c'].map((name) => ({ pk: { S: name }, sk: { S: 'x' } }));
  for (const Item of keys) await dynamodb.send(new PutItemCommand({ TableName: 'watches', Item }));
  const play = async (faults: object) => {
    const answer = await fetch(`${urls.dynamodb}/_control/faults`, { method: 'POST', body: JSON.stringify(faults) });
    return [answer.status, await answer.json()];
  };
  const readAll = async () => {
    const RequestItems = { watches: { Keys: keys, ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await dynamodb.send(new BatchGetItemCommand({ RequestItems }));
    return [Responses?.watches?.length, UnprocessedKeys?.watches];
  };

  expect(await play({ unprocessed: 1 })).toEqual([200, { throttled: 0, unprocessed: 0 }]);
  expect(await readAll()).toEqual([2, { Keys: [keys[2]], ConsistentRead: true }]);
  await play({ throttled: 1 });
  await expect(readAll()).rejects.toThrow(/[Tt]hroughput/);
  expect(await play({})).toEqual([200, { throttled: 1, unprocessed: 1 }]);
  expect(await readAll()).toEqual([3, undefined]);
  expect(await play({ throttled: 2 })).toMatchObject([400, {}]);
  await child.kill();
});

test('parameters are put, replaced and read, and outlive a kill', async () => {
  const first = await start();
  const put = (Value: string, Overwrite = false) =>
    first.ssm.send(new PutParameterCommand({ Name: '/opwatch/a', Type: 'SecureString', Value, Overwrite }));
  await put('one');
  await expect(put('two')).rejects.toThrow('ParameterAlreadyExists');
  expect(await put('two', true)).toMatchObject({ Version: 2 });
  await first.child.kill();
  const { child, ssm } = await start();
  const read = await ssm.send(new GetParametersCommand({ Names: ['/opwatch/a', '/opwatch/b'], WithDecryption: true }));
  expect(read).toMatchObject({
    Parameters: [{ Name: '/opwatch/a', Value: 'two', Type: 'SecureString' }],
    InvalidParameters: ['/opwatch/b'],
  });
  await child.kill();
});

test('what serverless.yml changes about a queue takes effect, about the keys of a table it cannot', async () => {
  const { put, sqs, QueueUrl } = await start();
  await put(resources(90));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes?.VisibilityTimeout).toBe('90');
  expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
    maxReceiveCount: 1000,
  });
  await expect(put(resources(90, 'other'))).rejects.toThrow('remove .opwatch');
});
