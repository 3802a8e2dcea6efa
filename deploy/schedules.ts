/** The schedules of opwatch.config.ts, as EventBridge Scheduler runs them: in their time zones, each submission sent to the trigger. */
import type { Config } from '../lib/config/config.ts';
import type { Settings } from './settings.ts';
import { arnIn, arnOf, policyOf, type Resources, refTo } from './template.ts';

const TRIGGER = 'TriggerLambdaFunction';
/** Where a submission goes that the trigger could not be given: an alarm rings, and somebody submits it again. */
const LETTERS = 'SubmissionDeadLetters';

const HOUR_SECONDS = 3_600;

/** A logical id holds letters and digits alone; the number keeps ids apart whose names differ in the rest. */
const idOf = (name: string, i: number): string =>
  `Schedule${i + 1}${name.replace(/(^|-)([a-z0-9])/g, (_all, _dash, letter: string) => letter.toUpperCase()).replaceAll('-', '')}`;

/** Scheduler takes the role for schedules of this group alone (Scheduler User Guide, "Confused deputy prevention"). */
const trustOf = (group: string) =>
  policyOf({
    Effect: 'Allow',
    Principal: { Service: 'scheduler.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: {
        'aws:SourceAccount': refTo('AWS::AccountId'),
        'aws:SourceArn': arnIn('scheduler', `schedule-group/${group}`),
      },
    },
  });

/** The schedules with their group and the role that they share; nothing where there is no schedule. */
export const schedules = (
  { name: deployment }: Pick<Settings, 'name'>,
  { schedules: given }: Pick<Config, 'schedules'>,
): Resources => {
  if (given.length === 0) return {};
  const each = given.map(({ name, cron, timeZone, submission }, i) => [
    idOf(name, i),
    {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: name,
        GroupName: refTo('Schedules'),
        ScheduleExpression: `cron(${cron.trim().split(/\s+/).join(' ')})`,
        ScheduleExpressionTimezone: timeZone,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: arnOf(TRIGGER),
          RoleArn: arnOf('SchedulerRole'),
          Input: JSON.stringify(submission),
          // A submission that comes later would find an operation that is long over.
          RetryPolicy: { MaximumEventAgeInSeconds: 6 * HOUR_SECONDS, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: arnOf(LETTERS) },
        },
      },
    },
  ]);
  return {
    Schedules: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: deployment } },
    SchedulerRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trustOf(deployment),
        Policies: [
          {
            PolicyName: 'own',
            PolicyDocument: policyOf(
              { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: arnOf(TRIGGER) },
              { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: arnOf(LETTERS) },
            ),
          },
        ],
      },
    },
    ...Object.fromEntries(each),
  };
};
