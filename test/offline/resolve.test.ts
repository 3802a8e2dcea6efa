// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how CloudFormation writes them
import { describe, expect, test } from 'vitest';
import { createResolver } from '../../offline/resolve.ts';

const resolve = createResolver({
  resources: {
    Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'watches' } },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'poll' } },
    Named: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': '${AWS::Region}-${Table}' } } },
    Nameless: { Type: 'AWS::SQS::Queue', Properties: {} },
    Role: { Type: 'AWS::IAM::Role' },
  },
  region: 'eu-west-1',
  sqsUrl: 'http://127.0.0.1:1234',
  attributes: { 'HttpApi.ApiEndpoint': 'http://127.0.0.1:4100' },
});

describe('what the template says, on one machine', () => {
  test.each([
    ['plain text', 'text', 'text'],
    ['a number', 180, 180],
    ['null', null, null],
    ['Ref of a queue: its URL', { Ref: 'Queue' }, 'http://127.0.0.1:1234/000000000000/poll'],
    ['Ref of a table: its name', { Ref: 'Table' }, 'watches'],
    ['Ref of the region', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['Ref of the account', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:eu-west-1:000000000000:poll'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Queue.QueueName' }, 'poll'],
    ['GetAtt of a table', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:eu-west-1:000000000000:table/watches'],
    ['GetAtt of what osls adds', { 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] }, 'http://127.0.0.1:4100'],
    ['Sub with names', { 'Fn::Sub': '${Table}@${AWS::Region}' }, 'watches@eu-west-1'],
    ['Sub with an attribute', { 'Fn::Sub': '${Queue.Arn}/x' }, 'arn:aws:sqs:eu-west-1:000000000000:poll/x'],
    [
      'Sub with values of its own',
      { 'Fn::Sub': ['${a}-${Table}', { a: { Ref: 'Queue' } }] },
      'http://127.0.0.1:1234/000000000000/poll-watches',
    ],
    ['Sub with a literal', { 'Fn::Sub': '${!Table}' }, '${Table}'],
    ['Join', { 'Fn::Join': [',', [{ Ref: 'Table' }, 'b', 3]] }, 'watches,b,3'],
    ['a name that must be worked out', { Ref: 'Named' }, 'http://127.0.0.1:1234/000000000000/eu-west-1-watches'],
    [
      'anything, however deep',
      { a: [{ b: { Ref: 'Table' } }], RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
      { a: [{ b: 'watches' }], RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:poll' } },
    ],
    ['a property that only looks like a function', { Ref: 'Table', Other: 1 }, { Ref: 'Table', Other: 1 }],
  ])('%s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test.each([
    ['an unknown resource', { Ref: 'Nobody' }, 'Nobody'],
    ['a resource of another kind', { Ref: 'Role' }, 'Role'],
    ['an unknown attribute', { 'Fn::GetAtt': ['Queue', 'Color'] }, 'Queue.Color'],
    ['an unknown name in a Sub', { 'Fn::Sub': '${Nobody}' }, 'Nobody'],
    ['an unknown function', { 'Fn::ImportValue': 'x' }, 'Fn::ImportValue'],
    ['a queue without a name', { Ref: 'Nameless' }, 'Nameless'],
  ])('refuses %s, by name', (_, value, name) => {
    expect(() => resolve(value)).toThrow(name);
  });
});
