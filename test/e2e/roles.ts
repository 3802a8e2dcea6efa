/** What the functions did in all these tests, held to the roles they have on AWS. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../offline/calls.ts';
import { createResolver, LOCAL_ACCOUNT } from '../../offline/resolve.ts';
import { ofType, type Properties, packOnce, type Resources, statementsOf } from '../deploy/packaged.ts';
import { type Deed, grantsOf, isAllowed, type Rule, uses } from '../deploy/policy.ts';
import type { Opwatch } from './kit/opwatch.ts';

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:${LOCAL_ACCOUNT}:${name}`;
const queue = (name: string) => arn('sqs', `opwatch-dev-${name}`);
const table = arn('dynamodb', 'table/opwatch-dev');
const logOf = (name: string) => arn('logs', `log-group:/aws/lambda/opwatch-dev-${name}:*`);

/** Works out what `serverless package` leaves to CloudFormation, to the names that the local stack has. */
const resolverOf = (resources: Resources) => {
  const groups = ofType(resources, 'AWS::Logs::LogGroup').map(([id, { LogGroupName }]) => [
    `${id}.Arn`,
    arn('logs', `log-group:${LogGroupName}:*`),
  ]);
  return createResolver({ resources, region: 'us-east-1', sqsUrl: '', attributes: Object.fromEntries(groups) });
};

/** The rules of each function's role, by the function's name without its deployment. */
const rulesIn = (resources: Resources): ReadonlyMap<string, readonly Rule[]> => {
  const resolve = resolverOf(resources);
  return new Map(
    ofType(resources, 'AWS::Lambda::Function').map(([, { FunctionName, Role }]) => {
      const { 'Fn::GetAtt': [role = ''] = [] } = Role as { 'Fn::GetAtt'?: string[] };
      const properties: Properties = resources[role]?.Properties ?? {};
      return [String(FunctionName).replace('opwatch-dev-', ''), resolve(statementsOf(properties)) as Rule[]];
    }),
  );
};

/** Lambda takes from a queue with the function's role. Source: Lambda Developer Guide, "Using Lambda with Amazon SQS", permissions. */
const TAKING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const taking = (from: string): Deed[] => TAKING.map((action) => ({ action, resource: queue(from) }));

/** Lambda writes the log with it. Source: Lambda Developer Guide, "Sending Lambda function logs to CloudWatch Logs". */
const logging = (name: string): Deed[] =>
  ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({ action, resource: logOf(name) }));

/** The stack's targets have their secrets in the environment; that `ssm:` references are read by GetParameters: test/secrets.test.ts. */
const readingSecrets: Deed = {
  action: 'ssm:GetParameters',
  resource: arn('ssm', 'parameter/opwatch/targets/ops/secret'),
};

/** What is done with a role where these tests cannot see it. */
const UNSEEN: Readonly<Record<string, readonly Deed[]>> = {
  // Source: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations", execution role.
  trigger: [{ action: 'sqs:SendMessage', resource: queue('submissions-dead') }],
  pollerAliyun: taking('poll-aliyun'),
  pollerHuawei: taking('poll-huawei'),
  notifier: [...taking('notify'), readingSecrets],
  // It takes out the entries of troubles that are over: test/standing.test.ts.
  sweep: [{ action: 'dynamodb:DeleteItem', resource: table }],
};

const EVERYBODY = ['trigger', 'pollerAliyun', 'pollerHuawei', 'notifier', 'sweep', 'api', 'link', 'authorizer'];
const ALL_QUEUES = ['poll-aliyun', 'poll-huawei', 'notify'].flatMap((name) => [name, `${name}-dead`]);
const but = (...names: readonly string[]) => EVERYBODY.filter((name) => !names.includes(name));

/** Who must never be able to do what. */
const FORBIDDEN: readonly [
  what: string,
  who: readonly string[],
  actions: readonly string[],
  resources: readonly string[],
][] = [
  [
    'feed the queue it lives on',
    ['pollerAliyun', 'pollerHuawei'],
    ['sqs:SendMessage'],
    [queue('poll-aliyun'), queue('poll-huawei')],
  ],
  [
    'tell by itself again',
    ['notifier'],
    ['sqs:SendMessage'],
    [queue('notify'), queue('poll-aliyun'), queue('poll-huawei')],
  ],
  [
    'take what is the other cloud’s',
    ['pollerAliyun'],
    [...TAKING, 'sqs:ChangeMessageVisibility'],
    [queue('poll-huawei')],
  ],
  [
    'take what is the other cloud’s',
    ['pollerHuawei'],
    [...TAKING, 'sqs:ChangeMessageVisibility'],
    [queue('poll-aliyun')],
  ],
  [
    'take messages at all',
    ['trigger', 'sweep', 'api', 'link', 'authorizer'],
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
    ALL_QUEUES.map(queue),
  ],
  [
    'empty, change or remove a queue',
    EVERYBODY,
    ['sqs:PurgeQueue', 'sqs:DeleteQueue', 'sqs:SetQueueAttributes'],
    ALL_QUEUES.map(queue),
  ],
  [
    'take out dead letters',
    EVERYBODY,
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:StartMessageMoveTask'],
    ALL_QUEUES.filter((name) => name.endsWith('-dead')).map(queue),
  ],
  // The sweep takes out the entries of troubles that are over.
  ['delete an item', but('sweep'), ['dynamodb:DeleteItem'], [table]],
  [
    'delete many items, or the table',
    EVERYBODY,
    ['dynamodb:BatchWriteItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteTable', 'dynamodb:UpdateTable'],
    [table],
  ],
  [
    'read everything there is',
    EVERYBODY,
    ['dynamodb:Scan', 'dynamodb:ExportTableToPointInTime'],
    [table, `${table}/index/lease`, `${table}/index/listing`],
  ],
  [
    'read another table',
    EVERYBODY,
    ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    [`${table}-2`, arn('dynamodb', 'table/opwatch-prod')],
  ],
  ['write', ['link', 'authorizer'], ['dynamodb:PutItem'], [table]],
  ['list watches', but('api'), ['dynamodb:Query'], [`${table}/index/listing`]],
  ['read whole partitions', but('api', 'sweep'), ['dynamodb:Query'], [table]],
  [
    'read a secret',
    ['trigger', 'sweep', 'api', 'link', 'authorizer'],
    ['ssm:GetParameters', 'ssm:GetParameter'],
    [arn('ssm', 'parameter/opwatch/aliyun/credentials')],
  ],
  [
    'read what is not opwatch’s',
    EVERYBODY,
    ['ssm:GetParameters'],
    [arn('ssm', 'parameter/opwatch-prod/x'), arn('ssm', 'parameter/other')],
  ],
  [
    'change a secret',
    EVERYBODY,
    ['ssm:PutParameter', 'ssm:DeleteParameter'],
    [arn('ssm', 'parameter/opwatch/aliyun/credentials')],
  ],
  [
    'read from Secrets Manager, unless told where',
    EVERYBODY,
    ['secretsmanager:GetSecretValue'],
    [arn('secretsmanager', 'secret:x-AbCdEf')],
  ],
  [
    'publish, unless told where',
    EVERYBODY,
    ['sns:Publish', 'events:PutEvents'],
    [arn('sns', 'opwatch-dev-alarms'), arn('events', 'event-bus/default')],
  ],
  [
    'become somebody else, or call others',
    EVERYBODY,
    ['sts:AssumeRole', 'iam:PassRole', 'lambda:InvokeFunction', 'kms:Decrypt'],
    [`arn:aws:iam::${LOCAL_ACCOUNT}:role/admin`, arn('lambda', 'function:opwatch-dev-sweep'), arn('kms', 'key/x')],
  ],
  ['write another function’s log', ['pollerAliyun'], ['logs:PutLogEvents', 'logs:DeleteLogGroup'], [logOf('api')]],
];

/** To come after everything else: what has been done by then is all there is to see. */
export const itKeepsToItsRoles = (running: () => Opwatch): void => {
  let rules: ReadonlyMap<string, readonly Rule[]>;
  let calls: readonly Call[];
  beforeAll(async () => {
    rules = rulesIn((await packOnce()).resources);
    calls = readFileSync(running().stack.callsFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  });

  const rulesOf = (name: string): readonly Rule[] => rules.get(name) ?? [];
  const deedsOf = (name: string): readonly Deed[] =>
    calls.filter(({ by }) => by === `opwatch-dev-${name}`).map(({ action, resource }) => ({ action, resource }));

  it('knows them all', () => {
    expect([...rules.keys()].toSorted()).toEqual(EVERYBODY.toSorted());
  });

  describe.each(EVERYBODY)('%s', (name) => {
    it('was allowed whatever it did [S5]', () => {
      expect(deedsOf(name).length).toBeGreaterThan(0);
      expect(deedsOf(name).filter((deed) => !isAllowed(rulesOf(name), deed))).toEqual([]);
    });

    it('did whatever it is allowed to do, or Lambda does it', () => {
      const done = [...deedsOf(name), ...logging(name), ...(UNSEEN[name] ?? [])];
      expect(grantsOf(rulesOf(name)).filter((grant) => !done.some((deed) => uses(deed, grant)))).toEqual([]);
    });
  });

  it.each(FORBIDDEN)('nobody may %s: %j [S5]', (_, who, actions, resources) => {
    const deeds = actions.flatMap((action) => resources.map((resource) => ({ action, resource })));
    expect(deeds.length).toBeGreaterThan(0);
    for (const name of who) expect(deeds.filter((deed) => isAllowed(rulesOf(name), deed))).toEqual([]);
  });
};
