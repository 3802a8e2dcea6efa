import { describe, expect, test } from 'vitest';
import { grantsOf, isAllowed, type Rule, uses } from './policy.ts';

const allow = (Action: string | string[], Resource: string | string[]): Rule => ({ Effect: 'Allow', Action, Resource });
const deny = (Action: string, Resource: string): Rule => ({ Effect: 'Deny', Action, Resource });

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:poll';

describe('a policy', () => {
  test.each<[string, Rule[], string, string, boolean]>([
    ['without rules allows nothing', [], 'sqs:SendMessage', QUEUE, false],
    ['allows what it names', [allow('sqs:SendMessage', QUEUE)], 'sqs:SendMessage', QUEUE, true],
    ['allows no other action', [allow('sqs:SendMessage', QUEUE)], 'sqs:SendMessageBatch', QUEUE, false],
    ['allows it on nothing else', [allow('sqs:SendMessage', QUEUE)], 'sqs:SendMessage', `${QUEUE}-dead`, false],
    ['reads lists', [allow(['sqs:A', 'sqs:B'], ['x', QUEUE])], 'sqs:B', QUEUE, true],
    ['does not care how an action is written', [allow('SQS:sendmessage', QUEUE)], 'sqs:SendMessage', QUEUE, true],
    [
      'cares how a resource is written',
      [allow('sqs:SendMessage', QUEUE.toUpperCase())],
      'sqs:SendMessage',
      QUEUE,
      false,
    ],
    ['takes * for any text', [allow('sqs:*', 'arn:aws:sqs:*:poll')], 'sqs:SendMessage', QUEUE, true],
    ['takes ? for one character', [allow('sqs:SendMessag?', `${QUEUE}?`)], 'sqs:SendMessage', QUEUE, false],
    ['takes . for itself', [allow('sqs.SendMessage', QUEUE)], 'sqs:SendMessage', QUEUE, false],
    ['denies before it allows', [allow('sqs:*', '*'), deny('sqs:Send*', QUEUE)], 'sqs:SendMessage', QUEUE, false],
    ['denies no more than it says', [allow('sqs:*', '*'), deny('sqs:Send*', QUEUE)], 'sqs:DeleteMessage', QUEUE, true],
  ])('%s', (_, rules, action, resource, allowed) => {
    expect(isAllowed(rules, { action, resource })).toBe(allowed);
  });

  const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/o';
  const within = (...patterns: string[]): Rule => ({
    ...allow('dynamodb:BatchGetItem', TABLE),
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns } },
  });

  test.each<[string, string[], string[], boolean]>([
    ['a partition that it names', ['w_*', 'tenants'], ['tenants'], true],
    ['partitions by their beginning', ['w_*'], ['w_a', 'w_b'], true],
    ['no other partition', ['w_*'], ['tokens'], false],
    ['no request of which one partition is another', ['w_*'], ['w_a', 'tokens'], false],
    ['no partition whose beginning alone is named whole', ['token'], ['tokens'], false],
    ['no partition that holds the beginning elsewhere', ['w_*'], ['lane#w_a'], false],
  ])('with a condition allows %s', (_, patterns, partitions, allowed) => {
    expect(isAllowed([within(...patterns)], { action: 'dynamodb:BatchGetItem', resource: TABLE, partitions })).toBe(
      allowed,
    );
  });

  test('with a condition grants each of its partitions', () => {
    const [watches, tenants] = grantsOf([within('w_*', 'tenants')]);
    expect([watches?.partitions, tenants?.partitions]).toEqual([['w_*'], ['tenants']]);
    const deed = { action: 'dynamodb:BatchGetItem', resource: TABLE, partitions: ['w_a'] };
    expect([watches, tenants].map((grant) => grant && uses(deed, grant))).toEqual([true, false]);
  });

  test('that says more than is understood is refused', () => {
    const conditional = { ...allow('sqs:*', '*'), Condition: { Bool: { 'aws:SecureTransport': 'true' } } };
    expect(() => isAllowed([conditional as unknown as Rule], { action: 'sqs:SendMessage', resource: QUEUE })).toThrow(
      'Condition',
    );
  });

  test('grants each of its actions on each of its resources', () => {
    expect(grantsOf([allow(['a:B', 'a:C'], ['x', 'y']), deny('a:D', 'x')])).toEqual([
      { action: 'a:B', resource: 'x' },
      { action: 'a:B', resource: 'y' },
      { action: 'a:C', resource: 'x' },
      { action: 'a:C', resource: 'y' },
    ]);
    expect(uses({ action: 'a:B', resource: 'x/1' }, { action: 'a:B', resource: 'x/*' })).toBe(true);
    expect(uses({ action: 'a:B', resource: 'y/1' }, { action: 'a:B', resource: 'x/*' })).toBe(false);
  });
});
