/** The alarms: each says what is wrong and where docs/operations.md says what to do. */
import { CONSUMERS, DEAD_LETTERS, FUNCTIONS, type Metric, metricsOf } from './metrics.ts';
import { workQueues } from './queues.ts';
import type { Settings } from './settings.ts';
import { type Resources, refTo } from './template.ts';

type Alarm = {
  /** The heading of docs/operations.md, as an anchor. */
  readonly section: string;
  /** Which, where there is one for each of several. */
  readonly which?: string;
  readonly says: string;
  readonly metric: Metric;
  readonly statistic?: 'Sum' | 'Maximum';
  readonly seconds?: number;
  readonly periods?: number;
  /** Of so many periods, one is enough: for what is seen only now and then. */
  readonly isRare?: boolean;
  /** At this value and above it something is wrong; with `isMissed`, below it, and when there is no value. */
  readonly threshold?: number;
  readonly isMissed?: boolean;
  /** Without a value it stays as it is: that there are none is for another alarm. */
  readonly isGauge?: boolean;
};

/** One lost message is found after a minute; the third in a row after 28 (leaseAfterLapses in lib/core/schedule.ts). */
const OVERDUE_MS = 20 * 60_000;

/** 80 % of the 120,000 messages that a standard queue can have hidden (SQS Developer Guide, quotas). */
const NEARLY_FULL = 96_000;

/** Counts of what stays wrong until somebody mends it: the sweep writes them every minute (lib/sweep/count-standing.ts). */
const GAUGES = [
  { section: 'deliveries-parked', says: 'Deliveries are parked', gauge: 'standingParked' },
  { section: 'watches-blocked', says: 'Watches are blocked', gauge: 'standingBlocked' },
  { section: 'target-disabled', says: 'Targets or origins of callbacks are disabled', gauge: 'standingDisabled' },
  {
    section: 'credentials-refused',
    says: 'Connections rest: a cloud refuses our credentials',
    gauge: 'standingResting',
  },
] as const;

type Named = Pick<Settings, 'name' | 'pollQueues' | 'notifyQueues' | 'canary'>;

const alarmsOf = (settings: Named): readonly Alarm[] => {
  const { own, ownOf, queue, function: lambda, api } = metricsOf(settings.name);
  return [
    ...DEAD_LETTERS.map((which) => ({
      section: 'dead-letters',
      which: which.replace(/-dead$/, ''),
      says: 'A message was set aside',
      metric: queue(which, 'ApproximateNumberOfMessagesVisible'),
      statistic: 'Maximum' as const,
    })),
    ...workQueues(settings).map((which) => ({
      section: 'queue-nearly-full',
      which,
      says: 'A queue has 96,000 hidden messages and can have 120,000',
      metric: queue(which, 'ApproximateNumberOfMessagesNotVisible'),
      statistic: 'Maximum' as const,
      threshold: NEARLY_FULL,
    })),
    ...CONSUMERS.map((which) => ({
      section: 'recursion',
      which,
      says: 'Lambda took the queue for a loop and dropped invocations',
      metric: lambda(which, 'RecursiveInvocationsDropped'),
    })),
    {
      section: 'overdue',
      says: 'Work has lain unattended for more than twenty minutes',
      metric: own('oldestLapse'),
      statistic: 'Maximum',
      periods: 120,
      isRare: true,
      threshold: OVERDUE_MS,
    },
    ...GAUGES.map(({ section, says, gauge }) => ({
      section,
      says,
      metric: own(gauge),
      statistic: 'Maximum' as const,
      isGauge: true,
    })),
    {
      section: 'throttled',
      says: 'A cloud has us asking too often for a quarter of an hour',
      metric: own('throttled'),
      seconds: 300,
      periods: 3,
    },
    {
      section: 'no-sweep',
      says: 'No sweep has done everything for three minutes',
      // Written at its end: an invocation that dies or leaves work undone is none.
      metric: own('sweepDone'),
      seconds: 180,
      isMissed: true,
    },
    ...(settings.canary ? workQueues(settings) : []).map((which) => ({
      section: 'canary',
      which,
      says: 'The outcome of the canary was not delivered in time',
      // Two of its operations in a row: each is given five minutes.
      metric: ownOf(which, 'canaryInTime'),
      seconds: 600,
      isMissed: true,
    })),
    ...FUNCTIONS.map((which) => ({
      section: 'functions-failing',
      which,
      says: 'A function has ended with an error',
      metric: lambda(which, 'Errors'),
      seconds: 300,
    })),
    { section: 'requests-failing', says: 'The HTTP API answers 5xx', metric: api('5xx') },
  ];
};

const pascal = (text: string): string => text.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

const nameOf = ({ section, which }: Alarm): string => (which === undefined ? section : `${section}-${which}`);

/** Names of all alarms of a deployment. */
export const alarmNames = (settings: Named): readonly string[] =>
  alarmsOf(settings).map((alarm) => `${settings.name}-${nameOf(alarm)}`);

export const alarms = (settings: Settings): Resources =>
  Object.fromEntries(
    alarmsOf(settings).map((alarm) => {
      const { section, says, metric, statistic = 'Sum', seconds = 60, periods = 1, threshold = 1 } = alarm;
      const { isMissed, isRare, isGauge } = alarm;
      return [
        `${pascal(nameOf(alarm))}Alarm`,
        {
          Type: 'AWS::CloudWatch::Alarm',
          Properties: {
            AlarmName: `${settings.name}-${nameOf(alarm)}`,
            AlarmDescription: `${says}; docs/operations.md#${section}`,
            Namespace: metric.namespace,
            MetricName: metric.name,
            Dimensions: [
              { Name: metric.dimension, Value: metric.of },
              ...(metric.queue === undefined ? [] : [{ Name: 'queue', Value: metric.queue }]),
            ],
            Statistic: statistic,
            Period: seconds,
            EvaluationPeriods: periods,
            DatapointsToAlarm: isRare ? 1 : periods,
            Threshold: threshold,
            ComparisonOperator: isMissed ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
            TreatMissingData: isMissed ? 'breaching' : isGauge ? 'ignore' : 'notBreaching',
            AlarmActions: [refTo('AlarmTopic')],
            OKActions: [refTo('AlarmTopic')],
          },
        },
      ];
    }),
  );
