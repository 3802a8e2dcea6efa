/** Defines the CloudWatch dashboard. It shows the work of opwatch, its delays, and the state of its AWS resources. */
import { alarmNames } from './alarms.ts';
import { CONSUMERS, DEAD_LETTERS, FUNCTIONS, type Metric, metricsOf } from './metrics.ts';
import { workQueues } from './queues.ts';
import type { Settings } from './settings.ts';
import { arnIn, type Resources } from './template.ts';

type Line = { readonly metric: Metric; readonly stat: string; readonly label: string };
type Widget = { readonly type: string; readonly properties: Readonly<Record<string, unknown>> };

const COLUMNS = 3;
const WIDTH = 8;
const HEIGHT = 6;

const REGION = `\${AWS::Region}`;

/** Makes one graph of the dashboard. Source: CloudWatch API Reference, "Dashboard body structure and syntax". */
const graph = (title: string, ...lines: readonly Line[]): Widget => ({
  type: 'metric',
  properties: {
    title,
    region: REGION,
    period: 300,
    metrics: lines.map(({ metric: { namespace, name, dimension, of, queue }, stat, label }) => [
      namespace,
      name,
      dimension,
      typeof of === 'string' ? of : `\${${of.Ref}}`,
      ...(queue === undefined ? [] : ['queue', queue]),
      { stat, label },
    ]),
  },
});

const widgetsOf = (settings: Settings): readonly Widget[] => {
  const { name: deployment } = settings;
  const { own, ownOf, queue, function: lambda, api } = metricsOf(deployment);
  const mine = (name: string, ...stats: readonly string[]): Line[] =>
    stats.map((stat) => ({ metric: own(name), stat, label: `${name} ${stat}` }));
  const each = <T extends string>(whichs: readonly T[], metricOf: (which: T) => Metric, stat: string): Line[] =>
    whichs.map((which) => ({ metric: metricOf(which), stat, label: which }));
  const ofApi = (name: string, stat: string): Line => ({ metric: api(name), stat, label: name });
  const logs = ['pollerAliyun', 'pollerHuawei'].map((name) => `SOURCE '/aws/lambda/${deployment}-${name}'`);

  return [
    {
      type: 'alarm',
      properties: {
        title: 'Alarms: docs/operations.md says what to do',
        alarms: alarmNames(settings).map((name) => arnIn('cloudwatch', `alarm:${name}`)['Fn::Sub']),
      },
    },
    {
      type: 'log',
      properties: {
        title: 'Watches over, by status',
        region: REGION,
        view: 'bar',
        query: [...logs, "filter what = 'watch over'", 'stats count(*) as watches by status'].join(' | '),
      },
    },
    graph('Watches over', ...mine('looks', 'SampleCount')),
    graph('Detection delay, ms', ...mine('detectionDelay', 'p50', 'p99', 'Maximum')),
    graph('Delivery delay, ms', ...mine('deliveryDelay', 'p50', 'p99', 'Maximum')),
    graph('Looks a watch', ...mine('looks', 'Average', 'p99')),
    graph('Attempts a delivery', ...mine('attempts', 'Average', 'p99')),
    graph(
      'Not told, not let in',
      ...['deliveriesParked', 'credentialsRefused', 'throttled'].flatMap((name) => mine(name, 'Sum')),
    ),
    graph(
      'Standing troubles',
      ...['standingParked', 'standingBlocked', 'standingDisabled', 'standingResting'].flatMap((name) =>
        mine(name, 'Maximum'),
      ),
    ),
    graph(
      'Sweeps',
      { metric: lambda('sweep', 'Invocations'), stat: 'Sum', label: 'sweeps' },
      ...['swept', 'sweepDone', 'sweepUndone'].flatMap((name) => mine(name, 'Sum')),
    ),
    graph('Oldest lapse, ms', ...mine('oldestLapse', 'Maximum')),
    ...(settings.canary
      ? [graph('Canary in time', ...each(workQueues(settings), (which) => ownOf(which, 'canaryInTime'), 'Sum'))]
      : []),
    graph(
      'Messages due',
      ...each(workQueues(settings), (which) => queue(which, 'ApproximateNumberOfMessagesVisible'), 'Maximum'),
    ),
    graph(
      'Messages hidden',
      ...each(workQueues(settings), (which) => queue(which, 'ApproximateNumberOfMessagesNotVisible'), 'Maximum'),
    ),
    graph(
      'Oldest message, s',
      ...each(workQueues(settings), (which) => queue(which, 'ApproximateAgeOfOldestMessage'), 'Maximum'),
    ),
    graph(
      'Dead letters',
      ...each(DEAD_LETTERS, (which) => queue(which, 'ApproximateNumberOfMessagesVisible'), 'Maximum'),
    ),
    graph('Errors', ...each(FUNCTIONS, (which) => lambda(which, 'Errors'), 'Sum')),
    graph('Duration, ms', ...each(FUNCTIONS, (which) => lambda(which, 'Duration'), 'p99')),
    graph('Throttles', ...each(FUNCTIONS, (which) => lambda(which, 'Throttles'), 'Sum')),
    graph('At work', ...each(CONSUMERS, (which) => lambda(which, 'ConcurrentExecutions'), 'Maximum')),
    graph('Requests', ofApi('Count', 'Sum'), ofApi('4xx', 'Sum'), ofApi('5xx', 'Sum')),
    graph('Answering, ms', ofApi('Latency', 'p50'), ofApi('Latency', 'p99')),
  ];
};

const placed = (widget: Widget, i: number) => ({
  ...widget,
  x: (i % COLUMNS) * WIDTH,
  y: Math.floor(i / COLUMNS) * HEIGHT,
  width: WIDTH,
  height: HEIGHT,
});

export const dashboard = (settings: Settings): Resources => ({
  Dashboard: {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      DashboardName: settings.name,
      DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets: widgetsOf(settings).map(placed) }) },
    },
  },
});
