/** Who may do what: a role per function, and nothing beyond what it uses. */
import { expect, test } from 'vitest';
import { readSettings } from '../../deploy/settings.ts';
import { FUNCTIONS, functionOf, GIVEN, list, nameOf, ofType, type Resources, statementsOf } from './packaged.ts';

const CONSUME = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];
const [GET, QUERY, PUT, DELETE] = ['BatchGetItem', 'Query', 'PutItem', 'DeleteItem'].map((name) => `dynamodb:${name}`);

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

/** What opwatch.config.ts names. */
const KEYS = {
  aliyun: 'parameter/opwatch/aliyun/credentials',
  huawei: 'parameter/opwatch/huawei/credentials',
} as const;
const TOLD = ['targets/ops/secret', 'targets/ops/url', 'tenants/default/signing'].map(
  (name) => `parameter/opwatch/${name}`,
);
const reading = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, ['ssm:GetParameters']]));

const of = (...partitions: readonly string[]) => `Table of ${partitions.join(' ')}`;
const [W, N, HEAD, LANE, TURN, HELD, STANDING] = ['w_*', 'n_*', 'head#*', 'lane#*', 'turn#*', 'held#*', 'standing#*'];
const POLLED = { [of(W, N, LANE, STANDING)]: [GET, PUT] };

/** Everything each role may do, and on what. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, readonly (string | undefined)[]>>>> = {
  Trigger: {
    [of(W, N, HEAD, LANE, 'tenants')]: [GET],
    [of(W, N, HEAD, 'tenants')]: [PUT],
    PollQueueAliyun: ['sqs:SendMessage'],
    PollQueueHuawei: ['sqs:SendMessage'],
    SubmissionDeadLetters: ['sqs:SendMessage'],
  },
  PollerAliyun: {
    ...POLLED,
    PollQueueAliyun: CONSUME,
    NotifyQueue: ['sqs:SendMessage'],
    PollDeadLettersAliyun: ['sqs:SendMessage'],
    ...reading(KEYS.aliyun),
  },
  PollerHuawei: {
    ...POLLED,
    PollQueueHuawei: CONSUME,
    NotifyQueue: ['sqs:SendMessage'],
    PollDeadLettersHuawei: ['sqs:SendMessage'],
    ...reading(KEYS.huawei),
  },
  Notifier: {
    [of(W, N, TURN, HELD, STANDING)]: [GET, PUT],
    NotifyQueue: CONSUME,
    NotifyDeadLetters: ['sqs:SendMessage'],
    ...reading(...TOLD),
  },
  Sweep: {
    [of(W, N, LANE, TURN, 'tenants')]: [GET],
    [of('tenants', STANDING, TURN, 'token-ends')]: [QUERY],
    [of(W, N, 'tenants')]: [PUT],
    [of(STANDING, TURN)]: [DELETE],
    'Table/index/lease': ['dynamodb:Query'],
    PollQueueAliyun: ['sqs:SendMessage'],
    PollQueueHuawei: ['sqs:SendMessage'],
    NotifyQueue: ['sqs:SendMessage'],
  },
  Api: {
    [of(W, HEAD, LANE, TURN, 'tenants', STANDING)]: [GET],
    [of(W, TURN)]: [QUERY],
    [of(W, HEAD, TURN, 'tenants', STANDING)]: [PUT],
    'Table/index/listing': ['dynamodb:Query'],
    PollQueueAliyun: ['sqs:SendMessage'],
    PollQueueHuawei: ['sqs:SendMessage'],
    NotifyQueue: ['sqs:SendMessage'],
  },
  Link: { [of(W)]: [GET] },
  Keys: reading('parameter/opwatch/tenants/default/signing'),
  Openapi: {},
  Authorizer: { [of('tokens')]: [GET] },
};

/** The partitions that a statement is for, behind the table's name. Throws on any other condition. */
const partitionsOf = (condition: unknown): string => {
  if (condition === undefined) return '';
  const { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } = { 'dynamodb:LeadingKeys': [] }, ...others } =
    condition as { 'ForAllValues:StringLike'?: { 'dynamodb:LeadingKeys': readonly string[] } };
  if (keys.length === 0 || Object.keys(others).length > 0)
    throw new Error(`a strange condition: ${JSON.stringify(condition)}`);
  return ` of ${keys.join(' ')}`;
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
    for (const { Effect, Action, Resource, Condition } of statementsOf(from[`${name}Role`]?.Properties ?? {})) {
      expect(Effect).toBe('Allow');
      for (const resource of list(Resource).map((one) => nameOf(one) + partitionsOf(Condition)))
        allowed[resource] = [...(allowed[resource] ?? []), ...Action];
    }
    return allowed;
  };

  test.each(FUNCTIONS)('%s may do what it does, where it does it, and write its log [S5]', (name) => {
    const log = { [`${name}LogGroup`]: ['logs:CreateLogStream', 'logs:PutLogEvents'] };
    expect(permissionsOf(resources(), name)).toEqual({ ...ALLOWED[name], ...log });
  });

  test('the notifier may publish to the buses and topics that are named, and nobody else may [S5]', () => {
    const [operations = '', other = ''] = GIVEN.eventBuses.split(', ');
    expect(permissionsOf(granted(), 'Notifier')).toEqual({
      ...permissionsOf(resources(), 'Notifier'),
      [operations]: ['events:PutEvents'],
      [other]: ['events:PutEvents'],
      [GIVEN.topics]: ['sns:Publish'],
    });
  });

  test.each(FUNCTIONS.filter((name) => name !== 'Notifier'))(
    '%s may do nothing more where a secret is let in that the configuration does not name [S5]',
    (name) => {
      expect(permissionsOf(granted(), name)).toEqual(permissionsOf(resources(), name));
    },
  );

  test('hold no wildcard in an action or a resource [S5]', () => {
    const wild = ofType(resources(), 'AWS::IAM::Role')
      .flatMap(([, role]) => statementsOf(role))
      .flatMap(({ Action, Resource }) => [...Action, ...list(Resource).map((one) => JSON.stringify(one))])
      .filter((text) => /[*?]/.test(text));
    expect(wild).toEqual([]);
  });

  test('only the authorizer reads tokens, and no function writes them [S17]', () => {
    const holders = FUNCTIONS.flatMap((name) =>
      Object.entries(permissionsOf(resources(), name)).flatMap(([what, actions]) =>
        what.startsWith('Table of') && / (tokens|t\*|\*)( |$)/.test(what) ? [`${name}: ${actions.join()}`] : [],
      ),
    );
    expect(holders).toEqual(['Authorizer: dynamodb:BatchGetItem']);
  });

  test('every item of the table is within a condition on its partition [S17]', () => {
    for (const name of FUNCTIONS)
      expect(Object.keys(permissionsOf(resources(), name)).filter((what) => what === 'Table')).toEqual([]);
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
