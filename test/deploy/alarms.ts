/** Alarms and the dashboard. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ofType, type Properties, type Resources, root } from './packaged.ts';

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

/** As it comes, and with everything that there can be. */
export const alarms = (resources: () => Resources, full: () => Resources): void => {
  const all = () => ofType(resources(), 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm);
  const ofAlarm = ({ Namespace, MetricName, Dimensions }: Properties): Named => {
    const [{ Name, Value } = { Name: '', Value: '' }] = Dimensions as { Name: string; Value: unknown }[];
    const of = typeof Value === 'string' ? Value : `\${${(Value as { Ref: string }).Ref}}`;
    return { namespace: String(Namespace), name: String(MetricName), dimension: Name, of };
  };
  const widgets = (from: Resources = resources()): readonly Widget[] => {
    const body = from.Dashboard?.Properties.DashboardBody as { 'Fn::Sub': string };
    return JSON.parse(body['Fn::Sub']).widgets;
  };
  const onDashboard = (from?: Resources): Named[] =>
    widgets(from)
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
      'functions-failing',
      'no-sweep',
      'overdue',
      'queue-nearly-full',
      'recursion',
      'requests-failing',
      'target-disabled',
      'throttled',
      'watches-blocked',
    ]);
  });

  test('tell the topic when they begin and when they end', () => {
    for (const { AlarmActions, OKActions } of all()) {
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: 'AlarmTopic' }], [{ Ref: 'AlarmTopic' }]]);
    }
  });

  const QUIET = { Period: 60, EvaluationPeriods: 1, DatapointsToAlarm: 1, TreatMissingData: 'notBreaching' };
  const ONCE = { ...QUIET, Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' };
  const gauge = (MetricName: string) => ({
    ...ONCE,
    MetricName,
    Statistic: 'Maximum',
    TreatMissingData: 'ignore',
  });
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
    ['deliveries that are given up [F44]', 'opwatch-dev-deliveries-parked', gauge('standingParked')],
    ['watches that are blocked', 'opwatch-dev-watches-blocked', gauge('standingBlocked')],
    ['targets that are disabled', 'opwatch-dev-target-disabled', gauge('standingDisabled')],
    ['refused credentials, from trial to trial [F38]', 'opwatch-dev-credentials-refused', gauge('standingResting')],
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
      'three minutes without a sweep that has done everything',
      'opwatch-dev-no-sweep',
      {
        MetricName: 'sweepDone',
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

  test('are there for the errors of every function', () => {
    const seen = all().map(ofAlarm);
    const functions = ofType(resources(), 'AWS::Lambda::Function').map(([, { FunctionName }]) => String(FunctionName));
    expect(functions).toHaveLength(10);
    for (const of of functions)
      expect(seen).toContainEqual({ namespace: 'AWS/Lambda', name: 'Errors', dimension: 'FunctionName', of });
  });

  test('and the dashboard name only metrics that there are, of what there is', () => {
    const named = [...all().map(ofAlarm), ...onDashboard()];
    expect(named.length).toBeGreaterThan(60);
    const isThere = ({ namespace, name }: Named) =>
      (namespace === 'opwatch' ? written : AWS[namespace])?.includes(name);
    expect(named.filter((each) => !isThere(each) || !exists(each))).toEqual([]);
  });

  test('every metric that the code writes is on the dashboard and in docs/operations.md', () => {
    const shown = new Set(
      onDashboard(full()).flatMap(({ namespace, name }) => (namespace === 'opwatch' ? [name] : [])),
    );
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
    expect(readFileSync(join(root, 'lib', 'look', 'watch-news.ts'), 'utf8')).toContain(
      "'watch over',\n      { watch: id, provider, status,",
    );
  });
};
