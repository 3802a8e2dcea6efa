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

  test('that says more than is understood is refused', () => {
    const conditional = { ...allow('sqs:*', '*'), Condition: { Bool: { 'aws:SecureTransport': 'true' } } };
    expect(() => isAllowed([conditional], { action: 'sqs:SendMessage', resource: QUEUE })).toThrow('Condition');
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
