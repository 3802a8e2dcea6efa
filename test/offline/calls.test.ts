import { expect, test } from 'vitest';
import { callsOf } from '../../offline/calls.ts';

const ARN = 'us-east-1:000000000000';
const signedBy = (by: string, service: string, target: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${by}/20261125/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  'x-amz-target': target,
});

test.each<[string, string, object, string, string, string[]?]>([
  [
    'sqs',
    'AmazonSQS.SendMessageBatch',
    { QueueUrl: 'http://127.0.0.1:1/0/o-notify', Entries: [] },
    'sqs:SendMessage',
    `sqs:${ARN}:o-notify`,
  ],
  ['sqs', 'AmazonSQS.DeleteMessage', { QueueUrl: 'http://h/0/q' }, 'sqs:DeleteMessage', `sqs:${ARN}:q`],
  [
    'dynamodb',
    'DynamoDB_20120810.PutItem',
    { TableName: 'o', Item: { pk: { S: 'lane#huawei' }, sk: { S: 'lane' }, body: { M: { pk: { S: 'w_x' } } } } },
    'dynamodb:PutItem',
    `dynamodb:${ARN}:table/o`,
    ['lane#'],
  ],
  [
    'dynamodb',
    'DynamoDB_20120810.BatchGetItem',
    { RequestItems: { o: { Keys: ['w_b', 'tokens', 'w_a', 'n_c'].map((S) => ({ pk: { S }, sk: { S: 'x' } })) } } },
    'dynamodb:BatchGetItem',
    `dynamodb:${ARN}:table/o`,
    ['n_', 'tokens', 'w_'],
  ],
  [
    'dynamodb',
    'DynamoDB_20120810.DeleteItem',
    { TableName: 'o', Key: { pk: { S: 'standing#3' }, sk: { S: 'parked#w_a#x' } } },
    'dynamodb:DeleteItem',
    `dynamodb:${ARN}:table/o`,
    ['standing#'],
  ],
  [
    'dynamodb',
    'DynamoDB_20120810.Query',
    { TableName: 'o', ExpressionAttributeValues: { ':pk': { S: 'tenants' }, ':prefix': { S: 'w_' } } },
    'dynamodb:Query',
    `dynamodb:${ARN}:table/o`,
    ['tenants'],
  ],
  [
    'dynamodb',
    'DynamoDB_20120810.Query',
    { IndexName: 'lease', TableName: 'o' },
    'dynamodb:Query',
    `dynamodb:${ARN}:table/o/index/lease`,
  ],
])('a call of %s, %s, is told in the words of IAM', (service, target, body, action, resource, partitions) => {
  expect(callsOf(signedBy('o-poller', service, target), JSON.stringify(body))).toEqual([
    { by: 'o-poller', action, resource: `arn:aws:${resource}`, ...(partitions && { partitions }) },
  ]);
});

test('a call for several parameters is one of each', () => {
  const headers = signedBy('o-poller', 'ssm', 'AmazonSSM.GetParameters');
  const calls = callsOf(headers, JSON.stringify({ Names: ['/a', '/b/c'], WithDecryption: true }));
  expect(calls.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
    `ssm:GetParameters arn:aws:ssm:${ARN}:parameter/a`,
    `ssm:GetParameters arn:aws:ssm:${ARN}:parameter/b/c`,
  ]);
});

test('what nobody has signed is no call', () => {
  expect(callsOf({ 'x-amz-target': 'AmazonSQS.SendMessage' }, '{}')).toEqual([]);
  expect(callsOf({}, '')).toEqual([]);
});
