/** Alarms, who hears of them, and the dashboard. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../deploy/settings.ts';
import { subscribers } from '../../deploy/subscribers.ts';
import { GIVEN, ofType, type Properties, type Resources, root } from './packaged.ts';

const guide = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
const sections = [...guide.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));

/** Metrics that the code writes, by its own words: `looks: [looks, 'Count']`. */
const written = globSync('{lib,functions}/**/*.ts', { cwd: root })
  .flatMap((file) => [
    ...readFileSync(join(root, file), 'utf8').matchAll(/(\w+): \[[^\]]+, '(?:Count|Milliseconds)'\]/g),
  ])
  .map(([, name = '']) => name)
  .toSorted();

/** AWS's own, of what the template has. Sources: the developer guides of Lambda, SQS and API Gateway, "metrics". */
const AWS: Readonly<Record<string, readonly string[]>> = {
  'AWS/Lambda': [
    'Invocations',
    'Errors',
    'Throttles',
    'Duration',
    'ConcurrentExecutions',
    'RecursiveInvocationsDropped',
  ],
  'AWS/SQS': [
    'ApproximateNumberOfMessagesVisible',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateAgeOfOldestMessage',
  ],
  'AWS/ApiGateway': ['Count', '4xx', '5xx', 'Latency'],
};

type Named = { readonly namespace: string; readonly name: string; readonly dimension: string; readonly of: string };

type Widget = {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>> & { readonly metrics?: readonly (readonly unknown[])[] };
};

export const alarms = (resources: () => Resources, given: () => Resources): void => {
  const all = () => ofType(resources(), 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm);
  const ofAlarm = ({ Namespace, MetricName, Dimensions }: Properties): Named => {
    const [{ Name, Value } = { Name: '', Value: '' }] = Dimensions as { Name: string; Value: unknown }[];
    const of = typeof Value === 'string' ? Value : `\${${(Value as { Ref: string }).Ref}}`;
    return { namespace: String(Namespace), name: String(MetricName), dimension: Name, of };
  };
  const widgets = (): readonly Widget[] => {
    const body = resources().Dashboard?.Properties.DashboardBody as { 'Fn::Sub': string };
    return JSON.parse(body['Fn::Sub']).widgets;
  };
  const onDashboard = (): Named[] =>
    widgets()
      .flatMap(({ properties }) => properties.metrics ?? [])
      .map(([namespace, name, dimension, of]) => ({ namespace, name, dimension, of }) as Named);

  /** Whether the template has what a metric is of. */
  const exists = ({ namespace, dimension, of }: Named): boolean => {
    const names = (type: string, property: string) => ofType(resources(), type).map(([, each]) => each[property]);
    if (namespace === 'opwatch') return dimension === 'deployment' && of === 'opwatch-dev';
    if (dimension === 'FunctionName') return names('AWS::Lambda::Function', 'FunctionName').includes(of);
    if (dimension === 'QueueName') return names('AWS::SQS::Queue', 'QueueName').includes(of);
    return dimension === 'ApiId' && of === `\${HttpApi}` && resources().HttpApi?.Type === 'AWS::ApiGatewayV2::Api';
  };

  test('say where to read what to do, and it is there', () => {
    const named = all().map(({ AlarmDescription }) => /docs\/operations\.md#(.+)$/.exec(String(AlarmDescription))?.[1]);
    expect(named.filter((section) => section === undefined || !sections.includes(section))).toEqual([]);
    expect([...new Set(named)].toSorted()).toEqual([
      'credentials-refused',
      'dead-letters',
      'deliveries-parked',
      'no-sweep',
      'overdue',
      'queue-nearly-full',
      'recursion',
      'requests-failing',
      'throttled',
    ]);
  });

  test('tell the topic when they begin and when they end', () => {
    for (const { AlarmActions, OKActions } of all()) {
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: 'AlarmTopic' }], [{ Ref: 'AlarmTopic' }]]);
    }
  });

  const QUIET = { Period: 60, EvaluationPeriods: 1, DatapointsToAlarm: 1, TreatMissingData: 'notBreaching' };
  const ONCE = { ...QUIET, Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' };
  test.each<[string, string, object]>([
    ['a dead letter [F14]', 'opwatch-dev-dead-letters-notify', { ...ONCE, Statistic: 'Maximum' }],
    [
      'a submission that failed three times [F4]',
      'opwatch-dev-dead-letters-submissions',
      { ...ONCE, Statistic: 'Maximum' },
    ],
    [
      'work that lies, within two hours of the last sign of it [F16]',
      'opwatch-dev-overdue',
      { ...ONCE, Threshold: 1_200_000, EvaluationPeriods: 120, Statistic: 'Maximum' },
    ],
    ['a delivery that is given up [F44]', 'opwatch-dev-deliveries-parked', { ...ONCE, Statistic: 'Sum' }],
    [
      'refused credentials, from trial to trial [F38]',
      'opwatch-dev-credentials-refused',
      { ...ONCE, Period: 300, Statistic: 'Sum' },
    ],
    [
      'a connection that is throttled for a quarter of an hour',
      'opwatch-dev-throttled',
      { ...ONCE, Period: 300, EvaluationPeriods: 3, DatapointsToAlarm: 3, Statistic: 'Sum' },
    ],
    ['a loop that Lambda has cut [F17]', 'opwatch-dev-recursion-pollerAliyun', { ...ONCE, Statistic: 'Sum' }],
    [
      'a queue that is full to 80 % [F20]',
      'opwatch-dev-queue-nearly-full-poll-huawei',
      { ...ONCE, Threshold: 0.8 * 120_000, Statistic: 'Maximum' },
    ],
    [
      'three minutes without a sweep',
      'opwatch-dev-no-sweep',
      {
        Period: 180,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      },
    ],
    ['answers of 5xx', 'opwatch-dev-requests-failing', { ...ONCE, Statistic: 'Sum' }],
  ])('one sees %s', (_, name, expected) => {
    expect(all().find(({ AlarmName }) => AlarmName === name)).toMatchObject(expected);
  });

  test('are there for every dead-letter queue and every queue of work [F14] [F20]', () => {
    const seen = all().map(ofAlarm);
    const dead = ofType(resources(), 'AWS::SQS::Queue').map(([, { QueueName }]) => String(QueueName));
    expect(dead).toHaveLength(7);
    for (const of of dead) {
      const name = of.endsWith('-dead')
        ? 'ApproximateNumberOfMessagesVisible'
        : 'ApproximateNumberOfMessagesNotVisible';
      expect(seen).toContainEqual({ namespace: 'AWS/SQS', name, dimension: 'QueueName', of });
    }
  });

  test('are there for every function that takes from a queue, should Lambda see a loop [F17]', () => {
    const seen = all().map(ofAlarm);
    for (const which of ['pollerAliyun', 'pollerHuawei', 'notifier']) {
      const of = `opwatch-dev-${which}`;
      expect(seen).toContainEqual({
        namespace: 'AWS/Lambda',
        name: 'RecursiveInvocationsDropped',
        dimension: 'FunctionName',
        of,
      });
    }
  });

  test('and the dashboard name only metrics that there are, of what there is', () => {
    const named = [...all().map(ofAlarm), ...onDashboard()];
    expect(named.length).toBeGreaterThan(60);
    const isThere = ({ namespace, name }: Named) =>
      (namespace === 'opwatch' ? written : AWS[namespace])?.includes(name);
    expect(named.filter((each) => !isThere(each) || !exists(each))).toEqual([]);
  });

  test('every metric that the code writes is on the dashboard and in docs/operations.md', () => {
    const shown = new Set(onDashboard().flatMap(({ namespace, name }) => (namespace === 'opwatch' ? [name] : [])));
    expect([...shown].toSorted()).toEqual([...new Set(written)]);
    const table = guide.slice(guide.indexOf('## Metrics'));
    for (const name of written) expect(table).toContain(`\`${name}\``);
  });

  test('the dashboard shows every alarm, and watches over by their status', () => {
    const [states, over] = widgets();
    const arn = (name: unknown) => `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${name}`;
    expect(states?.properties.alarms).toEqual(all().map(({ AlarmName }) => arn(AlarmName)));
    expect(over?.properties.query).toBe(
      "SOURCE '/aws/lambda/opwatch-dev-pollerAliyun' | SOURCE '/aws/lambda/opwatch-dev-pollerHuawei' | filter what = 'watch over' | stats count(*) as watches by status",
    );
    expect(readFileSync(join(root, 'lib', 'poll.ts'), 'utf8')).toContain(
      "'watch over',\n      { watch: id, provider, status,",
    );
  });

  describe('the topic', () => {
    test('is encrypted with a key that CloudWatch may use, and nobody but the account besides [S6]', () => {
      expect(resources().AlarmTopic?.Properties.KmsMasterKeyId).toEqual({ Ref: 'AlarmKey' });
      expect(resources().AlarmKey?.Properties).toMatchObject({
        EnableKeyRotation: true,
        KeyPolicy: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
            },
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            },
          ],
        },
      });
    });

    test('takes alarms of this deployment alone, and nothing without TLS [S6]', () => {
      expect(resources().AlarmTopicPolicy?.Properties).toMatchObject({
        Topics: [{ Ref: 'AlarmTopic' }],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: { Ref: 'AlarmTopic' },
              Condition: {
                StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
                ArnLike: { 'aws:SourceArn': { 'Fn::Sub': expect.stringMatching(/:alarm:opwatch-dev-\*$/) } },
              },
            },
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 'sns:Publish',
              Resource: { Ref: 'AlarmTopic' },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      });
    });
  });

  describe('whoever is to hear of them', () => {
    const TYPES = ['AWS::SNS::Subscription', 'AWS::Chatbot::SlackChannelConfiguration', 'AWS::IAM::ManagedPolicy'];

    test('is nobody, if nobody is named', () => {
      expect(TYPES.flatMap((type) => ofType(resources(), type))).toEqual([]);
    });

    test('is told by e-mail, at an address, and in a channel that can do nothing [S5]', () => {
      const TopicArn = { Ref: 'AlarmTopic' };
      expect(given().AlarmEmail?.Properties).toEqual({ TopicArn, Protocol: 'email', Endpoint: GIVEN.alarmEmail });
      expect(given().AlarmUrl?.Properties).toEqual({ TopicArn, Protocol: 'https', Endpoint: GIVEN.alarmUrl });
      expect(given().AlarmSlack?.Properties).toEqual({
        ConfigurationName: 'opwatch-prod-alarms',
        SlackWorkspaceId: GIVEN.alarmSlackWorkspace,
        SlackChannelId: GIVEN.alarmSlackChannel,
        IamRoleArn: { 'Fn::GetAtt': ['AlarmSlackRole', 'Arn'] },
        GuardrailPolicies: [{ Ref: 'AlarmSlackGuardrail' }],
        SnsTopicArns: [TopicArn],
      });
      const { Policies, ManagedPolicyArns } = given().AlarmSlackRole?.Properties ?? {};
      expect([Policies, ManagedPolicyArns]).toEqual([undefined, undefined]);
      expect(given().AlarmSlackGuardrail?.Properties.PolicyDocument).toMatchObject({
        Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
      });
    });

    const NOBODY = {
      name: 'x',
      eventBuses: '',
      topics: '',
      secrets: '',
      alarmEmail: '',
      alarmUrl: '',
      alarmSlackWorkspace: '',
      alarmSlackChannel: '',
    };
    test.each<[object, string[]]>([
      [{ alarmEmail: 'ops@example.com' }, ['AlarmEmail']],
      [{ alarmUrl: 'https://alarms.example.com' }, ['AlarmUrl']],
      [{ alarmSlackWorkspace: 'T1', alarmSlackChannel: 'C1' }, ['AlarmSlackRole', 'AlarmSlackGuardrail', 'AlarmSlack']],
    ])('may be one alone: %j', (one, ids) => {
      expect(Object.keys(subscribers(readSettings({ ...NOBODY, ...one })))).toEqual(ids);
    });

    test.each<[object, string]>([
      [{ alarmEmail: 'nobody' }, 'alarmEmail is no e-mail address'],
      [{ alarmUrl: 'http://alarms.example.com' }, 'alarmUrl must begin with https://'],
      [{ alarmSlackWorkspace: 'T1' }, 'alarmSlackWorkspace and alarmSlackChannel go together'],
      [
        { alarmSlackWorkspace: 'acme', alarmSlackChannel: '#ops' },
        'alarmSlackWorkspace must be the id of a workspace, T…; alarmSlackChannel must be',
      ],
      [{ eventBuses: 'operations' }, 'eventBuses.0 is no ARN of events'],
      [{ topics: 'arn:aws:sns:eu-west-1:123456789012:*' }, 'topics.0 is no ARN of sns'],
      [{ secrets: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:*' }, 'secrets.0 is no ARN of a secret'],
    ])('and what is wrong is told before anything is deployed: %j', (wrong, says) => {
      expect(() => readSettings({ ...NOBODY, ...wrong })).toThrow(says);
    });
  });
};
