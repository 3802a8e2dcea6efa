/** Defines the alarms. Each alarm says what is wrong, and names the section of docs/operations.md with the cure. */
import { CONSUMERS, DEAD_LETTERS, FUNCTIONS, type Metric, metricsOf } from './metrics.ts';
import { workQueues } from './queues.ts';
import type { Settings } from './settings.ts';
import { type Resources, refTo } from './template.ts';

type Alarm = {
  /** The anchor of a heading in docs/operations.md. The section below it explains the cure. */
  readonly section: string;
  /** The name of the queue or function. It is set where several queues or functions have the same kind of alarm. */
  readonly which?: string;
  readonly says: string;
  readonly metric: Metric;
  readonly statistic?: 'Sum' | 'Maximum';
  readonly seconds?: number;
  readonly periods?: number;
  /** The alarm rings after one bad period of several. It is for events that happen only now and then. */
  readonly isRare?: boolean;
  /** The alarm rings at this value or above it. With `isMissed` it rings below this value, and also without a value. */
  readonly threshold?: number;
  readonly isMissed?: boolean;
  /** Without a value the alarm keeps its state. Another alarm rings when values are missing. */
  readonly isGauge?: boolean;
};

/**
 * The sweep finds a lost message after one minute, and the third lost message in a row after 28 minutes
 * (leaseAfterLapses in lib/core/schedule.ts).
 */
const OVERDUE_MS = 20 * 60_000;

/**
 * The limit for the alarm about hidden messages: 80 % of the 120,000 hidden messages that a standard queue can have
 * (SQS Developer Guide, quotas).
 */
const NEARLY_FULL = 96_000;

/**
 * The gauges of faults that last until somebody repairs them. The sweep writes these counts every minute
 * (lib/sweep/count-standing.ts).
 */
const GAUGES = [
  { section: 'deliveries-parked', says: 'Deliveries are parked', gauge: 'standingParked' },
  { section: 'watches-blocked', says: 'Watches are blocked', gauge: 'standingBlocked' },
  { section: 'target-disabled', says: 'Targets or origins of callbacks are disabled', gauge: 'standingDisabled' },
  {
    section: 'credentials-refused',
    says: 'A cloud refuses the credentials of a connection',
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
      says: 'opwatch has set a message aside',
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
      says: 'Lambda has detected a loop through the queue and has dropped invocations',
      metric: lambda(which, 'RecursiveInvocationsDropped'),
    })),
    {
      section: 'overdue',
      says: 'Work has waited for a function for more than twenty minutes',
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
      says: 'A cloud has answered "too many requests" for a quarter of an hour',
      metric: own('throttled'),
      seconds: 300,
      periods: 3,
    },
    {
      section: 'no-sweep',
      says: 'No sweep has finished all its work for three minutes',
      // A sweep writes the metric `sweepDone` at its end. A sweep that dies or that leaves work undone does not write
      // it.
      metric: own('sweepDone'),
      seconds: 180,
      isMissed: true,
    },
    ...(settings.canary ? workQueues(settings) : []).map((which) => ({
      section: 'canary',
      which,
      says: 'opwatch did not deliver the outcome of the canary in time',
      // The period covers two operations of the canary in a row. Each operation has five minutes.
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

/** Returns the names of all alarms of a deployment. */
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
