/** Who may do what: a role per function, and nothing beyond what it uses. */
import { expect, test } from 'vitest';
import { roles as rolesOf } from '../../deploy/roles.ts';
import { readSettings } from '../../deploy/settings.ts';
import { FUNCTIONS, functionOf, GIVEN, list, nameOf, ofType, type Resources, statementsOf } from './packaged.ts';

const CONSUME = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];
const READ_WRITE = ['dynamodb:BatchGetItem', 'dynamodb:PutItem'];
const SECRETS = { 'parameter/opwatch/*': ['ssm:GetParameters'] };

export const NOTHING_GIVEN = readSettings({
  name: 'opwatch-dev',
  pollQueues: 1,
  notifyQueues: 1,
  eventBuses: '',
  secrets: '',
  topics: '',
  alarmEmail: '',
  alarmUrl: '',
  alarmSlackWorkspace: '',
  alarmSlackChannel: '',
});

/** Everything each role may do, and on what. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Trigger: {
    Table: READ_WRITE,
    PollQueueAliyun: ['sqs:SendMessage'],
    PollQueueHuawei: ['sqs:SendMessage'],
    SubmissionDeadLetters: ['sqs:SendMessage'],
  },
  PollerAliyun: {
    Table: READ_WRITE,
    PollQueueAliyun: CONSUME,
    NotifyQueue: ['sqs:SendMessage'],
    PollDeadLettersAliyun: ['sqs:SendMessage'],
    ...SECRETS,
  },
  PollerHuawei: {
    Table: READ_WRITE,
    PollQueueHuawei: CONSUME,
    NotifyQueue: ['sqs:SendMessage'],
    PollDeadLettersHuawei: ['sqs:SendMessage'],
    ...SECRETS,
  },
  Notifier: { Table: READ_WRITE, NotifyQueue: CONSUME, NotifyDeadLetters: ['sqs:SendMessage'], ...SECRETS },
  Sweep: {
    Table: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
    'Table/index/lease': ['dynamodb:Query'],
    PollQueueAliyun: ['sqs:SendMessage'],
    PollQueueHuawei: ['sqs:SendMessage'],
    NotifyQueue: ['sqs:SendMessage'],
  },
  Api: {
    Table: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
    'Table/index/listing': ['dynamodb:Query'],
    PollQueueAliyun: ['sqs:SendMessage'],
    PollQueueHuawei: ['sqs:SendMessage'],
    NotifyQueue: ['sqs:SendMessage'],
  },
  Link: { Table: ['dynamodb:BatchGetItem'] },
  Authorizer: { Table: ['dynamodb:BatchGetItem'] },
};

export const roles = (resources: () => Resources, granted: () => Resources): void => {
  test.each(FUNCTIONS)('%s has its own', (name) => {
    expect(functionOf(resources(), name).Role).toEqual({ 'Fn::GetAtt': [`${name}Role`, 'Arn'] });
    expect(resources()[`${name}Role`]?.Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
  });

  test('and there is no other', () => {
    expect(
      ofType(resources(), 'AWS::IAM::Role')
        .map(([id]) => id)
        .sort(),
    ).toEqual(FUNCTIONS.map((name) => `${name}Role`).sort());
    for (const [, role] of ofType(resources(), 'AWS::IAM::Role')) expect(role.ManagedPolicyArns).toBeUndefined();
  });

  const permissionsOf = (from: Resources, name: string): Record<string, string[]> => {
    const allowed: Record<string, string[]> = {};
    for (const { Effect, Action, Resource } of statementsOf(from[`${name}Role`]?.Properties ?? {})) {
      expect(Effect).toBe('Allow');
      for (const resource of list(Resource))
        allowed[nameOf(resource)] = [...(allowed[nameOf(resource)] ?? []), ...Action];
    }
    return allowed;
  };

  test.each(FUNCTIONS)('%s may do what it does, where it does it, and write its log [S5]', (name) => {
    const log = { [`${name}LogGroup`]: ['logs:CreateLogStream', 'logs:PutLogEvents'] };
    expect(permissionsOf(resources(), name)).toEqual({ ...ALLOWED[name], ...log });
  });

  const WITH_SECRETS = ['PollerAliyun', 'PollerHuawei', 'Notifier'];
  const secretsOf = (name: string) =>
    WITH_SECRETS.includes(name)
      ? {
          [GIVEN.secrets]: ['secretsmanager:GetSecretValue'],
          'parameter/aws/reference/secretsmanager/chats/ops': ['ssm:GetParameters'],
        }
      : {};

  test('the notifier may publish to the buses and topics that are named, and nobody else may [S5]', () => {
    const [operations = '', other = ''] = GIVEN.eventBuses.split(', ');
    expect(permissionsOf(granted(), 'Notifier')).toEqual({
      ...permissionsOf(resources(), 'Notifier'),
      ...secretsOf('Notifier'),
      [operations]: ['events:PutEvents'],
      [other]: ['events:PutEvents'],
      [GIVEN.topics]: ['sns:Publish'],
    });
  });

  test.each(FUNCTIONS.filter((name) => name !== 'Notifier'))(
    '%s may read the secrets that are named, if any [S5]',
    (name) => {
      expect(permissionsOf(granted(), name)).toEqual({ ...permissionsOf(resources(), name), ...secretsOf(name) });
    },
  );

  test('links may be opened by reading the table and the keys of links, and no other secret [S5]', () => {
    const secrets = [GIVEN.secrets, `${GIVEN.secrets.slice(0, -'chats/ops-AbCdEf'.length)}links-AbCdEf`];
    const references = ['ssm:/opwatch/links/new', 'secret:links', 'env:LINK_KEY'];
    const made = rolesOf({ ...NOTHING_GIVEN, secrets }, references) as unknown as Resources;
    expect(permissionsOf(made, 'Link')).toEqual({
      Table: ['dynamodb:BatchGetItem'],
      'parameter/opwatch/links/new': ['ssm:GetParameters'],
      'parameter/aws/reference/secretsmanager/links': ['ssm:GetParameters'],
      [secrets[1] ?? '']: ['secretsmanager:GetSecretValue'],
      LinkLogGroup: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    });
  });

  test('hold no wildcard but the one below /opwatch/ in the parameter store [S5]', () => {
    const wild = ofType(resources(), 'AWS::IAM::Role')
      .flatMap(([, role]) => statementsOf(role))
      .flatMap(({ Action, Resource }) => [...Action, ...list(Resource).map((one) => JSON.stringify(one))])
      .filter((text) => text.includes('*') && !text.includes('parameter/opwatch/*'));
    expect(wild).toEqual([]);
  });

  test('let no poller send to a poll queue [S5] [F17]', () => {
    for (const name of ['PollerAliyun', 'PollerHuawei']) {
      const targets = statementsOf(resources()[`${name}Role`]?.Properties ?? {})
        .filter(({ Action }) => list(Action).some((action) => /SendMessage|\*/.test(action)))
        .flatMap(({ Resource }) => list(Resource).map(nameOf));
      expect(targets.filter((target) => target.startsWith('PollQueue') || target.includes('*'))).toEqual([]);
    }
  });
};
