/** What the parameter `canary` adds to a deployment, and that nothing of it is there without. */
import { expect, test } from 'vitest';
import { alarms } from '../../deploy/alarms.ts';
import { readSettings } from '../../deploy/settings.ts';
import { isCanaryInput } from '../../lib/core/canary.ts';
import { nameOf, ofType, type Resources } from './packaged.ts';
import { NOTHING_GIVEN } from './roles.ts';

type Target = { readonly Arn: unknown; readonly Input?: string };

/** Schedules that call the trigger. */
const schedulesIn = (from: Resources) =>
  ofType(from, 'AWS::Events::Rule').flatMap(([, { ScheduleExpression, State, Targets }]) =>
    (Targets as Target[])
      .filter(({ Arn }) => nameOf(Arn) === 'TriggerLambdaFunction')
      .map(({ Input = 'null' }) => ({ ScheduleExpression, State, input: JSON.parse(Input) })),
  );

const alarmsIn = (from: Resources) =>
  ofType(from, 'AWS::CloudWatch::Alarm').filter(([, { MetricName }]) => MetricName === 'canaryInTime');

/** `on` is a production stage with one queue of each cloud. */
export const canary = (off: () => Resources, on: () => Resources): void => {
  test('is off by default', () => {
    expect([schedulesIn(off()), alarmsIn(off())]).toEqual([[], []]);
    expect(JSON.stringify(off())).not.toMatch(/canary/i);
  });

  test('is begun every five minutes, by the input that the trigger knows', () => {
    const [schedule, ...others] = schedulesIn(on());
    expect(others).toEqual([]);
    expect(schedule).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' });
    expect(isCanaryInput(schedule?.input)).toBe(true);
  });

  test('rings an alarm for each queue, by the name that the functions write, and when nothing is written', () => {
    const queues = ['poll-aliyun', 'poll-huawei', 'notify'];
    const Dimensions = (queue: string) => [
      { Name: 'deployment', Value: 'opwatch-prod' },
      { Name: 'queue', Value: `opwatch-prod-${queue}` },
    ];
    expect(alarmsIn(on()).map(([, alarm]) => alarm)).toEqual(
      queues.map((queue) =>
        expect.objectContaining({
          AlarmName: `opwatch-prod-canary-${queue}`,
          AlarmDescription: expect.stringContaining('docs/operations.md#canary'),
          Namespace: 'opwatch',
          Dimensions: Dimensions(queue),
          Statistic: 'Sum',
          Period: 600,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'LessThanThreshold',
          TreatMissingData: 'breaching',
        }),
      ),
    );
    const named = ofType(on(), 'AWS::SQS::Queue').map(([, { QueueName }]) => QueueName);
    expect(named).toEqual(expect.arrayContaining(queues.map((queue) => `opwatch-prod-${queue}`)));
  });

  const given = { ...NOTHING_GIVEN, eventBuses: '', topics: '', secrets: '' };

  test.each([1, 3, 20])(
    'has an alarm for each of %i poll queues of each cloud and of two notify queues',
    (pollQueues) => {
      const ids = Object.keys(alarms(readSettings({ ...given, pollQueues, notifyQueues: 2, canary: 'yes' })));
      expect(ids.filter((id) => id.startsWith('Canary'))).toHaveLength(2 * pollQueues + 2);
    },
  );

  test.each(['on', 'true', '', true, 1])('%j is no answer to whether there is one', (answer) => {
    expect(() => readSettings({ ...given, canary: answer })).toThrow('canary must be yes or no');
  });
};
