/** What the functions did in all these tests, held to the roles they have on AWS. */

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { FUNCTIONS } from '../../deploy/metrics.ts';
import type { Call } from '../../offline/calls.ts';
import { createResolver, LOCAL_ACCOUNT } from '../../offline/resolve.ts';
import { ofType, type Properties, packOnce, type Resources, statementsOf } from '../deploy/packaged.ts';
import { type Deed, grantsOf, isAllowed, type Rule, uses } from '../deploy/policy.ts';
import type { Opwatch } from './kit/opwatch.ts';

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:${LOCAL_ACCOUNT}:${name}`;
const queue = (name: string) => arn('sqs', `opwatch-dev-${name}`);
/** Names that begin as those of this deployment do, or differ from them in case alone. */
const OTHER_STAGES = ['opwatch-dev2', 'opwatch-dev-prod', 'opwatch-prod', 'opwatch-DEV', 'opwatch'];
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

/** The stack has its secrets in the environment; that `ssm:` references are read by GetParameters: test/config/secrets.test.ts. */
const reading = (...names: readonly string[]): Deed[] =>
  names.map((name) => ({ action: 'ssm:GetParameters', resource: arn('ssm', `parameter/opwatch/${name}`) }));

/** What needs a fault, or a rare moment, that these tests do not bring: the simulator does, under the same roles (test/world/access.ts). */
const rarely = (action: string, ...partitions: readonly string[]): Deed[] =>
  partitions.map((each) => ({ action: `dynamodb:${action}`, resource: table, partitions: [each] }));

/** What is done with a role where these tests cannot see it. */
const UNSEEN: Readonly<Record<string, readonly Deed[]>> = {
  // Source: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations", execution role.
  trigger: [
    { action: 'sqs:SendMessage', resource: queue('submissions-dead') },
    ...rarely('BatchGetItem', 'n_', 'head#'),
    ...rarely('PutItem', 'n_', 'head#'),
  ],
  pollerAliyun: [
    ...taking('poll-aliyun'),
    ...reading('aliyun/credentials'),
    ...rarely('BatchGetItem', 'n_', 'standing#'),
    ...rarely('PutItem', 'n_', 'standing#'),
  ],
  pollerHuawei: [
    ...taking('poll-huawei'),
    ...reading('huawei/credentials'),
    ...rarely('BatchGetItem', 'n_', 'standing#'),
    ...rarely('PutItem', 'n_', 'standing#'),
  ],
  notifier: [
    ...taking('notify'),
    ...reading('targets/ops/url', 'targets/ops/secret', 'tenants/default/signing'),
    ...rarely('BatchGetItem', 'n_', 'held#', 'standing#'),
    ...rarely('PutItem', 'n_', 'held#', 'standing#'),
  ],
  // It takes out the entries of troubles that are over: test/store/standing.test.ts.
  sweep: [
    ...rarely('DeleteItem', 'standing#', 'turn#'),
    ...rarely('BatchGetItem', 'n_', 'lane#', 'turn#'),
    ...rarely('Query', 'turn#', 'token-ends'),
  ],
  keys: reading('tenants/default/signing'),
  // A watch of a later generation is extended, a target is enabled: test/lifetimes.test.ts, test/security/access.test.ts.
  api: [
    ...rarely('BatchGetItem', 'head#', 'turn#', 'standing#'),
    ...rarely('PutItem', 'head#', 'turn#', 'standing#'),
    ...rarely('Query', 'turn#'),
  ],
};

const EVERYBODY: readonly string[] = FUNCTIONS;
const ALL_QUEUES = ['poll-aliyun', 'poll-huawei', 'notify'].flatMap((name) => [name, `${name}-dead`]);
const PARTITIONS = [
  'w_',
  'n_',
  'n_of#',
  'head#',
  'lane#',
  'turn#',
  'held#',
  'standing#',
  'tenants',
  'tokens',
  'token-ends',
];
const ALL_PARTITIONS_BUT = (...kinds: readonly string[]) => PARTITIONS.filter((each) => !kinds.includes(each));
const but = (...names: readonly string[]) => EVERYBODY.filter((name) => !names.includes(name));

/** What opwatch.config.ts names: the keys of the clouds first. */
const SECRETS = [
  'aliyun/credentials',
  'huawei/credentials',
  'targets/ops/url',
  'targets/ops/secret',
  'tenants/default/signing',
].map((name) => arn('ssm', `parameter/opwatch/${name}`));

/** Who must never be able to do what. */
const FORBIDDEN: readonly [
  what: string,
  who: readonly string[],
  actions: readonly string[],
  resources: readonly string[],
  /** Of a table; left out, every one that there is. */
  partitions?: readonly string[],
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
    ['trigger', 'sweep', 'api', 'link', 'keys', 'openapi', 'authorizer'],
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
    [`${table}-2`, ...OTHER_STAGES.map((name) => arn('dynamodb', `table/${name}`))],
  ],
  [
    'send to or take from a queue of another deployment, or one that this deployment does not have',
    EVERYBODY,
    ['sqs:SendMessage', ...TAKING],
    [
      ...OTHER_STAGES.flatMap((name) => ALL_QUEUES.map((each) => arn('sqs', `${name}-${each}`))),
      ...ALL_QUEUES.map((name) => `${queue(name)}-2`),
    ],
  ],
  ['write', ['link', 'keys', 'openapi', 'authorizer'], ['dynamodb:PutItem'], [table]],
  [
    'read tokens',
    but('authorizer'),
    ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
    [table],
    ['tokens'],
  ],
  [
    'read when tokens end',
    but('sweep'),
    ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
    [table],
    ['token-ends'],
  ],
  ['change when tokens end', EVERYBODY, ['dynamodb:PutItem', 'dynamodb:DeleteItem'], [table], ['token-ends']],
  [
    'read or write what the operators are told',
    ['api', 'link', 'keys', 'openapi', 'authorizer'],
    ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    [table],
    ['n_', 'n_of#'],
  ],
  [
    'read or write what has a trouble',
    ['trigger', 'link', 'keys', 'openapi', 'authorizer'],
    ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    [table],
    ['standing#'],
  ],
  [
    'read or write what a target holds',
    but('notifier'),
    ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    [table],
    ['held#'],
  ],
  [
    'read the pace of connections',
    ['notifier', 'link', 'keys', 'openapi', 'authorizer'],
    ['dynamodb:BatchGetItem', 'dynamodb:Query'],
    [table],
    ['lane#'],
  ],
  ['make, change or remove tokens', EVERYBODY, ['dynamodb:PutItem', 'dynamodb:DeleteItem'], [table], ['tokens']],
  ['read anything but tokens', ['authorizer'], ['dynamodb:BatchGetItem'], [table], ALL_PARTITIONS_BUT('tokens')],
  ['read anything but watches', ['link'], ['dynamodb:BatchGetItem'], [table], ALL_PARTITIONS_BUT('w_')],
  ['read the table at all', ['keys', 'openapi'], ['dynamodb:BatchGetItem', 'dynamodb:Query'], [table]],
  ['read a secret beside the keys of callbacks', ['keys'], ['ssm:GetParameters'], SECRETS.slice(0, 4)],
  [
    'read or write how targets are told',
    ['trigger', 'pollerAliyun', 'pollerHuawei', 'link', 'openapi', 'authorizer'],
    ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
    [table],
    ['turn#', 'held#'],
  ],
  ['write the pace of connections', but('pollerAliyun', 'pollerHuawei'), ['dynamodb:PutItem'], [table], ['lane#']],
  [
    'read or write what tenants may ask for',
    ['pollerAliyun', 'pollerHuawei', 'notifier', 'link', 'openapi', 'authorizer'],
    ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    [table],
    ['tenants'],
  ],
  [
    'read or write the heads of operations',
    but('trigger', 'api'),
    ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
    [table],
    ['head#'],
  ],
  [
    'remove anything but entries of troubles and of what sleeps',
    EVERYBODY,
    ['dynamodb:DeleteItem'],
    [table],
    ALL_PARTITIONS_BUT('standing#', 'turn#'),
  ],
  [
    'touch a partition of another kind',
    EVERYBODY,
    ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:DeleteItem'],
    [table],
    // Partitions whose names begin as those of a kind do, or go on after one, are no partitions of that kind.
    [
      ...['other#', 'x', 'w', 'W_x', ' w_x', 'n', 'lane', 'LANE#x', 'turn', 'held', 'head', 'standing', '*', '?', ''],
      ...['token', 'tokens2', 'tokens#x', 'TOKENS', 'token*', 'tenant', 'tenants2', 'tenants#default', 'token-ends2'],
    ],
  ],
  ['list watches', but('api'), ['dynamodb:Query'], [`${table}/index/listing`]],
  ['read whole partitions', but('api', 'sweep'), ['dynamodb:Query'], [table]],
  ['read whole partitions of watches', ['sweep'], ['dynamodb:Query'], [table], ['w_']],
  [
    'read a secret',
    ['trigger', 'sweep', 'api', 'link', 'openapi', 'authorizer'],
    ['ssm:GetParameters', 'ssm:GetParameter'],
    SECRETS,
  ],
  [
    'read the keys of the other cloud, or what targets are told with',
    ['pollerAliyun'],
    ['ssm:GetParameters'],
    SECRETS.filter((name) => !name.includes('/aliyun/')),
  ],
  [
    'read the keys of the other cloud, or what targets are told with',
    ['pollerHuawei'],
    ['ssm:GetParameters'],
    SECRETS.filter((name) => !name.includes('/huawei/')),
  ],
  ['read the keys of a cloud', ['notifier'], ['ssm:GetParameters'], SECRETS.slice(0, 2)],
  [
    'read what the configuration does not name: other stages, other things of this account',
    EVERYBODY,
    ['ssm:GetParameters', 'ssm:GetParameter', 'ssm:GetParametersByPath'],
    [
      ...['opwatch/prod/aliyun/credentials', 'opwatch-prod/x', 'opwatch/x', 'opwatch', 'other'],
      ...['credentials2', 'credentials/x', 'Credentials', 'credential', '*'].map((name) => `opwatch/aliyun/${name}`),
      ...['OPWATCH/aliyun/credentials', '/opwatch/aliyun/credentials', 'opwatch/*', '*'],
      ...['aliyun/credentials', 'opwatch/aliyun/credentials'].map((name) => `aws/reference/secretsmanager/${name}`),
    ].map((name) => arn('ssm', `parameter/${name}`)),
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
    ['x-AbCdEf', 'opwatch/aliyun/credentials-AbCdEf', 'opwatch/prod/x-AbCdEf'].map((name) =>
      arn('secretsmanager', `secret:${name}`),
    ),
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

/** The local stack's configuration names its parameters otherwise than opwatch.config.ts. */
const asDeployed = (resource: string): string =>
  resource.replace(/parameter\/opwatch\/(aliyun|huawei)$/, 'parameter/opwatch/$1/credentials');

const isSame = (done: Deed, { action, resource, partitions = [] }: Deed): boolean =>
  done.action === action &&
  done.resource === resource &&
  (partitions.length === 0 || partitions.some((each) => done.partitions?.includes(each)));

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
    calls
      .filter(({ by }) => by === `opwatch-dev-${name}`)
      .map(({ action, resource, partitions = [] }) => ({ action, resource: asDeployed(resource), partitions }));

  it('knows them all', () => {
    expect([...rules.keys()].toSorted()).toEqual(EVERYBODY.toSorted());
  });

  describe.each(EVERYBODY)('%s', (name) => {
    it('was allowed whatever it did [S5]', () => {
      // The keys of callbacks of the local stack stand in the environment, and the description of the API in its code.
      if (name !== 'keys' && name !== 'openapi') expect(deedsOf(name).length).toBeGreaterThan(0);
      expect(deedsOf(name).filter((deed) => !isAllowed(rulesOf(name), deed))).toEqual([]);
    });

    it('did whatever it is allowed to do, or Lambda does it', () => {
      const done = [...deedsOf(name), ...logging(name), ...(UNSEEN[name] ?? [])];
      expect(grantsOf(rulesOf(name)).filter((grant) => !done.some((deed) => uses(deed, grant)))).toEqual([]);
    });
  });

  it.each(FORBIDDEN)('nobody may %s: %j [S5]', (_, who, actions, resources, partitions = PARTITIONS) => {
    const deeds: Deed[] = actions.flatMap((action) =>
      resources.flatMap((resource) =>
        resource.startsWith(table) && !resource.includes('/index/')
          ? partitions.map((each) => ({ action, resource, partitions: [each] }))
          : [{ action, resource }],
      ),
    );
    expect(deeds.length).toBeGreaterThan(0);
    for (const name of who) {
      expect(deeds.filter((deed) => isAllowed(rulesOf(name), deed))).toEqual([]);
      expect(deedsOf(name).filter((done) => deeds.some((deed) => isSame(done, deed)))).toEqual([]);
    }
  });
};
