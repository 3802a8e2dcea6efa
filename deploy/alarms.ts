/** The alarms: each says what is wrong and where docs/operations.md says what to do. */
import { CONSUMERS, DEAD_LETTERS, FUNCTIONS, type Metric, metricsOf, WORK_QUEUES } from './metrics.ts';
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
};

/** One lost message is found after a minute; the third in a row after 28 (leaseAfterLapses in lib/schedule.ts). */
const OVERDUE_MS = 20 * 60_000;

/** 80 % of the 120,000 messages that a standard queue can have hidden (SQS Developer Guide, quotas). */
const NEARLY_FULL = 96_000;

const alarmsOf = (deployment: string): readonly Alarm[] => {
  const { own, queue, function: lambda, api } = metricsOf(deployment);
  return [
    ...DEAD_LETTERS.map((which) => ({
      section: 'dead-letters',
      which: which.replace(/-dead$/, ''),
      says: 'A message was set aside',
      metric: queue(which, 'ApproximateNumberOfMessagesVisible'),
      statistic: 'Maximum' as const,
    })),
    ...WORK_QUEUES.map((which) => ({
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
    { section: 'deliveries-parked', says: 'A target was not told', metric: own('deliveriesParked') },
    {
      section: 'credentials-refused',
      says: 'A cloud refuses our credentials',
      metric: own('credentialsRefused'),
      // Longer than the three minutes between two trials (REFUSED_PAUSE_MS in lib/lane.ts).
      seconds: 300,
    },
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
export const alarmNames = (deployment: string): readonly string[] =>
  alarmsOf(deployment).map((alarm) => `${deployment}-${nameOf(alarm)}`);

export const alarms = ({ name: deployment }: Settings): Resources =>
  Object.fromEntries(
    alarmsOf(deployment).map((alarm) => {
      const { section, says, metric, statistic = 'Sum', seconds = 60, periods = 1, threshold = 1 } = alarm;
      const { isMissed, isRare } = alarm;
      return [
        `${pascal(nameOf(alarm))}Alarm`,
        {
          Type: 'AWS::CloudWatch::Alarm',
          Properties: {
            AlarmName: `${deployment}-${nameOf(alarm)}`,
            AlarmDescription: `${says}; docs/operations.md#${section}`,
            Namespace: metric.namespace,
            MetricName: metric.name,
            Dimensions: [{ Name: metric.dimension, Value: metric.of }],
            Statistic: statistic,
            Period: seconds,
            EvaluationPeriods: periods,
            DatapointsToAlarm: isRare ? 1 : periods,
            Threshold: threshold,
            ComparisonOperator: isMissed ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
            TreatMissingData: isMissed ? 'breaching' : 'notBreaching',
            AlarmActions: [refTo('AlarmTopic')],
            OKActions: [refTo('AlarmTopic')],
          },
        },
      ];
    }),
  );
