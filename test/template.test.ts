/** What serverless.yml deploys, read from what `serverless package` makes of it, with an empty environment. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

type Properties = Readonly<Record<string, unknown>>;
type Resource = { readonly Type: string; readonly DeletionPolicy?: string; readonly Properties: Properties };
type Resources = Readonly<Record<string, Resource>>;
type Statement = { readonly Effect: string; readonly Action: string[]; readonly Resource: unknown };

const root = join(import.meta.dirname, '..');
const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
const home = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
afterAll(() => rmSync(home, { recursive: true }));

/** Packages with nothing in the environment but a home to write to. */
const pack = async (name: string, ...args: string[]): Promise<Resources> => {
  const dir = join(home, name);
  const env = { PATH: process.env.PATH, HOME: home };
  await promisify(execFile)(process.execPath, [serverless, 'package', '--package', dir, ...args], { cwd: root, env });
  return JSON.parse(readFileSync(join(dir, 'cloudformation-template-update-stack.json'), 'utf8')).Resources;
};

let resources: Resources;
let prod: Resources;
beforeAll(async () => {
  resources = await pack('dev');
  prod = await pack('prod', '--stage', 'prod', '--param', 'auth=iam');
}, 60_000);

const ofType = (type: string, from = resources): [id: string, properties: Properties][] =>
  Object.entries(from).flatMap(([id, { Type, Properties }]) => (Type === type ? [[id, Properties]] : []));

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** A resource as a policy names it: `Queue` for its ARN, `Table/index/x`, `parameter/x` for text around it. */
const nameOf = (resource: unknown): string => {
  const { 'Fn::GetAtt': attribute, 'Fn::Sub': text } = resource as Record<string, unknown>;
  if (Array.isArray(attribute)) return attribute[1] === 'Arn' ? String(attribute[0]) : attribute.join('.');
  return String(text)
    .replace(/^\$\{(\w+)\.Arn\}/, '$1')
    .replace(/^arn:\$\{AWS::Partition\}:\w+:\$\{AWS::Region\}:\$\{AWS::AccountId\}:/, '');
};

const refOf = (value: unknown): string => String((value as Record<string, unknown>).Ref);

const statementsOf = (role: Properties): readonly Statement[] =>
  (role.Policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );

const functionOf = (name: string): Properties => resources[`${name}LambdaFunction`]?.Properties ?? {};

const FUNCTIONS = ['Trigger', 'PollerAliyun', 'PollerHuawei', 'Notifier', 'Sweep', 'Api', 'Authorizer'];
const CONSUMERS = [
  ['PollerAliyun', 'PollQueueAliyun', 'PollDeadLettersAliyun'],
  ['PollerHuawei', 'PollQueueHuawei', 'PollDeadLettersHuawei'],
  ['Notifier', 'NotifyQueue', 'NotifyDeadLetters'],
] as const;

const CONSUME = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];
const READ_WRITE = ['dynamodb:BatchGetItem', 'dynamodb:PutItem'];
const SECRETS = { 'parameter/opwatch/*': ['ssm:GetParameters'] };

/** Everything each role may do, and on what. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Trigger: { Table: READ_WRITE, PollQueueAliyun: ['sqs:SendMessage'], PollQueueHuawei: ['sqs:SendMessage'] },
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
    Table: READ_WRITE,
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
  Authorizer: { Table: ['dynamodb:BatchGetItem'] },
};

describe('roles', () => {
  test.each(FUNCTIONS)('%s has its own', (name) => {
    expect(functionOf(name).Role).toEqual({ 'Fn::GetAtt': [`${name}Role`, 'Arn'] });
    expect(resources[`${name}Role`]?.Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
  });

  test('and there is no other', () => {
    expect(
      ofType('AWS::IAM::Role')
        .map(([id]) => id)
        .sort(),
    ).toEqual(FUNCTIONS.map((name) => `${name}Role`).sort());
    for (const [, role] of ofType('AWS::IAM::Role')) expect(role.ManagedPolicyArns).toBeUndefined();
  });

  test.each(FUNCTIONS)('%s may do what it does, where it does it, and write its log', (name) => {
    const allowed: Record<string, string[]> = {};
    for (const { Effect, Action, Resource } of statementsOf(resources[`${name}Role`]?.Properties ?? {})) {
      expect(Effect).toBe('Allow');
      for (const resource of list(Resource))
        allowed[nameOf(resource)] = [...(allowed[nameOf(resource)] ?? []), ...Action];
    }
    expect(allowed).toEqual({ ...ALLOWED[name], [`${name}LogGroup`]: ['logs:CreateLogStream', 'logs:PutLogEvents'] });
  });

  test('hold no wildcard but the one below /opwatch/ in the parameter store', () => {
    const wild = ofType('AWS::IAM::Role')
      .flatMap(([, role]) => statementsOf(role))
      .flatMap(({ Action, Resource }) => [...Action, ...list(Resource).map((one) => JSON.stringify(one))])
      .filter((text) => text.includes('*') && !text.includes('parameter/opwatch/*'));
    expect(wild).toEqual([]);
  });

  test('let no poller send to a poll queue', () => {
    for (const name of ['PollerAliyun', 'PollerHuawei']) {
      const targets = statementsOf(resources[`${name}Role`]?.Properties ?? {})
        .filter(({ Action }) => Action.some((action) => /SendMessage|\*/.test(action)))
        .flatMap(({ Resource }) => list(Resource).map(nameOf));
      expect(targets.filter((target) => target.startsWith('PollQueue') || target.includes('*'))).toEqual([]);
    }
  });
});

describe('queues', () => {
  const mappingOf = (name: string) =>
    ofType('AWS::Lambda::EventSourceMapping').find(
      ([, { FunctionName }]) => nameOf(FunctionName) === `${name}LambdaFunction`,
    )?.[1];

  test.each(CONSUMERS)('%s takes batches of ten from its own, at once, and reports what failed', (name, queue) => {
    const mapping = mappingOf(name);
    expect(nameOf(mapping?.EventSourceArn)).toBe(queue);
    expect(mapping).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
    expect(mapping?.MaximumBatchingWindowInSeconds).toBeUndefined();
    expect(functionOf(name).ReservedConcurrentExecutions).toBeGreaterThanOrEqual(10);
  });

  test('nothing else is mapped', () => {
    expect(ofType('AWS::Lambda::EventSourceMapping')).toHaveLength(CONSUMERS.length);
  });

  test.each(CONSUMERS)('%s has a sixth of its queue’s visibility timeout to finish', (name, queue) => {
    const visibility = Number(resources[queue]?.Properties.VisibilityTimeout);
    expect(visibility).toBeGreaterThanOrEqual(6 * Number(functionOf(name).Timeout));
  });

  test.each(CONSUMERS)('what %s cannot read ends in a dead-letter queue of its own', (_, queue, dead) => {
    expect(resources[queue]?.Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [dead, 'Arn'] },
      maxReceiveCount: 1000,
    });
  });

  test('all keep a message for 14 days, encrypted', () => {
    const queues = ofType('AWS::SQS::Queue');
    expect(queues.map(([id]) => id).sort()).toEqual(CONSUMERS.flatMap(([, queue, dead]) => [queue, dead]).sort());
    for (const [, queue] of queues) {
      expect(queue).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    }
  });

  test('all refuse whoever comes without TLS', () => {
    const policies = ofType('AWS::SQS::QueuePolicy');
    const covered = policies.flatMap(([, { Queues }]) => list(Queues).map(refOf));
    expect(covered.sort()).toEqual(
      ofType('AWS::SQS::Queue')
        .map(([id]) => id)
        .sort(),
    );
    for (const [, { PolicyDocument }] of policies) {
      expect(PolicyDocument).toMatchObject({
        Statement: [
          { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        ],
      });
    }
  });
});

describe('the table', () => {
  test('is one, encrypted, on demand, can be restored to any second and forgets what has expired', () => {
    expect(ofType('AWS::DynamoDB::Table').map(([id]) => id)).toEqual(['Table']);
    expect(resources.Table?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
  });

  test.each([
    ['lease', 'leaseShard', 'aliveUntil', 'N'],
    ['listing', 'tenantDay', 'listedAt', 'S'],
  ])('has the index %s, of keys only', (IndexName, hash, range, type) => {
    const { GlobalSecondaryIndexes, AttributeDefinitions } = resources.Table?.Properties ?? {};
    expect(GlobalSecondaryIndexes).toContainEqual({
      IndexName,
      KeySchema: [
        { AttributeName: hash, KeyType: 'HASH' },
        { AttributeName: range, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    });
    expect(AttributeDefinitions).toContainEqual({ AttributeName: hash, AttributeType: 'S' });
    expect(AttributeDefinitions).toContainEqual({ AttributeName: range, AttributeType: type });
  });

  test('goes with a trial stack and outlives a production stack', () => {
    expect(resources.Table).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    expect(resources.Table?.Properties.DeletionProtectionEnabled).toBe(false);
    expect(prod.Table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(prod.Table?.Properties.DeletionProtectionEnabled).toBe(true);
  });
});

describe('the HTTP API', () => {
  const ROUTES = [
    'DELETE /watches/{id}',
    'GET /watches',
    'GET /watches/{id}',
    'PATCH /watches/{id}',
    'POST /deliveries/resend',
    'POST /targets/{name}/enable',
    'POST /watches',
    'POST /watches/{id}/deliveries/{delivery}/resend',
  ];
  const routesOf = (from: Resources) =>
    ofType('AWS::ApiGatewayV2::Route', from)
      .map(([, { RouteKey, AuthorizationType, AuthorizerId }]) => ({ RouteKey, AuthorizationType, AuthorizerId }))
      .sort((a, b) => String(a.RouteKey).localeCompare(String(b.RouteKey)));

  test('asks the authorizer about every request', () => {
    const AuthorizerId = { Ref: 'HttpApiAuthorizerToken' };
    expect(routesOf(resources)).toEqual(
      ROUTES.map((RouteKey) => ({ RouteKey, AuthorizationType: 'CUSTOM', AuthorizerId })),
    );
    expect(resources.HttpApiAuthorizerToken?.Properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization'],
      AuthorizerResultTtlInSeconds: 30,
    });
    expect(JSON.stringify(resources.HttpApiAuthorizerToken)).toContain('AuthorizerLambdaFunction');
  });

  test('or, with auth=iam, has them signed with AWS credentials', () => {
    expect(routesOf(prod)).toEqual(
      ROUTES.map((RouteKey) => ({ RouteKey, AuthorizationType: 'AWS_IAM', AuthorizerId: undefined })),
    );
    expect(ofType('AWS::ApiGatewayV2::Authorizer', prod)).toEqual([]);
  });

  test('cannot be deployed open', async () => {
    await expect(pack('open', '--param', 'auth=none')).rejects.toMatchObject({
      stdout: expect.stringContaining('Cannot resolve variable at "provider.httpApi.authorizers"'),
    });
  }, 20_000);
});

describe('functions', () => {
  test.each(FUNCTIONS)(
    '%s runs on arm64 and Node 24, keeps its log for a while, and may be stopped in a loop',
    (name) => {
      expect(functionOf(name)).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x' });
      expect(functionOf(name).RecursiveLoop).toBeUndefined();
      expect(resources[`${name}LogGroup`]?.Properties.RetentionInDays).toBe(30);
    },
  );

  test.each([
    ['Trigger', 'POLL_QUEUE_URLS_ALIYUN POLL_QUEUE_URLS_HUAWEI PUBLIC_URL TABLE_NAME'],
    ['PollerAliyun', 'DEAD_LETTER_QUEUE_URL NOTIFY_QUEUE_URL POLL_QUEUE_URLS_ALIYUN TABLE_NAME VENDOR'],
    ['PollerHuawei', 'DEAD_LETTER_QUEUE_URL NOTIFY_QUEUE_URL POLL_QUEUE_URLS_HUAWEI TABLE_NAME VENDOR'],
    ['Notifier', 'DEAD_LETTER_QUEUE_URL NOTIFY_QUEUE_URL PUBLIC_URL TABLE_NAME'],
    ['Sweep', 'NOTIFY_QUEUE_URL POLL_QUEUE_URLS_ALIYUN POLL_QUEUE_URLS_HUAWEI TABLE_NAME'],
    ['Api', 'NOTIFY_QUEUE_URL POLL_QUEUE_URLS_ALIYUN POLL_QUEUE_URLS_HUAWEI PUBLIC_URL TABLE_NAME'],
    ['Authorizer', 'TABLE_NAME'],
  ])('%s is told what it uses', (name, variables) => {
    const { Variables } = functionOf(name).Environment as { Variables: Record<string, unknown> };
    expect(Object.keys(Variables).sort().join(' ')).toBe(variables);
  });

  test('each poller is told its own cloud and queue', () => {
    for (const [name, queue, dead] of CONSUMERS.slice(0, 2)) {
      const { Variables } = functionOf(name).Environment as { Variables: Record<string, unknown> };
      const vendor = name.replace('Poller', '').toLowerCase();
      expect(Variables).toMatchObject({
        VENDOR: vendor,
        [`POLL_QUEUE_URLS_${vendor.toUpperCase()}`]: { Ref: queue },
        DEAD_LETTER_QUEUE_URL: { Ref: dead },
      });
    }
  });

  test('the sweep comes every minute', () => {
    expect(ofType('AWS::Events::Rule').map(([, rule]) => rule.ScheduleExpression)).toEqual(['rate(1 minute)']);
  });

  test.each([
    ['trigger', 'trigger'],
    ['pollerAliyun', 'poller'],
    ['pollerHuawei', 'poller'],
    ['notifier', 'notifier'],
    ['sweep', 'sweep'],
    ['api', 'api'],
    ['authorizer', 'authorizer'],
  ])('the artifact of %s holds its own module and nothing else', (name, module) => {
    expect(filesIn(readFileSync(join(home, 'dev', `${name}.zip`)))).toEqual([`${module}.mjs`]);
    expect(functionOf(name.replace(/^./, (first) => first.toUpperCase())).Handler).toBe(`${module}.handler`);
  });
});

/** Names in a zip's central directory (PKWARE APPNOTE 4.3.12). */
const filesIn = (zip: Buffer): string[] => {
  const names: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 46)) {
    names.push(zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)));
  }
  return names;
};

describe('alarms', () => {
  const alarms = () => ofType('AWS::CloudWatch::Alarm', resources);
  const guide = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
  const sections = [...guide.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));

  test('say where to read what to do, and it is there', () => {
    const named = alarms().map(([, alarm]) => /docs\/operations\.md#(.+)$/.exec(String(alarm.AlarmDescription))?.[1]);
    expect(named.filter((section) => section === undefined || !sections.includes(section))).toEqual([]);
    expect(new Set(named)).toEqual(new Set(sections.filter((section) => section !== 'metrics')));
  });

  test('tell the topic when they begin and when they end', () => {
    for (const [, { AlarmActions, OKActions }] of alarms()) {
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: 'AlarmTopic' }], [{ Ref: 'AlarmTopic' }]]);
    }
  });

  test('watch metrics that the code writes, under the name of this deployment', () => {
    const written = ['deliver', 'look', 'sweep']
      .map((file) => readFileSync(join(root, 'lib', `${file}.ts`), 'utf8'))
      .join();
    const own = alarms().filter(([, { Namespace }]) => Namespace === 'opwatch');
    expect(own).toHaveLength(4);
    for (const [, { MetricName, Dimensions }] of own) {
      expect(written).toContain(`${MetricName}: [`);
      expect(Dimensions).toEqual([{ Name: 'deployment', Value: 'opwatch-dev' }]);
    }
  });

  test.each(['PollDeadLettersAliyun', 'PollDeadLettersHuawei', 'NotifyDeadLetters'])('one looks at %s', (queue) => {
    expect(JSON.stringify(alarms())).toContain(`{"Fn::GetAtt":["${queue}","QueueName"]}`);
  });
});
