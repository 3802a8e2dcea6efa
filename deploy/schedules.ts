/**
 * Turns the schedules of opwatch.config.ts into schedules of EventBridge Scheduler. Each runs in its own time zone and
 * sends its submission to the trigger function.
 */
import type { Config } from '../lib/config/config.ts';
import type { Settings } from './settings.ts';
import { arnIn, arnOf, policyOf, type Resources, refTo } from './template.ts';

const TRIGGER = 'TriggerLambdaFunction';
/**
 * The queue for submissions that Scheduler could not give to the trigger function. An alarm rings, and somebody must
 * submit them again.
 */
const LETTERS = 'SubmissionDeadLetters';

const HOUR_SECONDS = 3_600;

/**
 * Returns the logical id of a schedule. A logical id may contain only letters and digits. So different names could give
 * the same id, and the number keeps the ids different.
 */
const idOf = (name: string, i: number): string =>
  `Schedule${i + 1}${name.replace(/(^|-)([a-z0-9])/g, (_all, _dash, letter: string) => letter.toUpperCase()).replaceAll('-', '')}`;

/** Scheduler takes the role only for schedules of this group (Scheduler User Guide, "Confused deputy prevention"). */
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

/**
 * Returns the schedules, their group and their common role. Returns nothing where the configuration has no schedule.
 */
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
          // Scheduler tries a submission for at most six hours. After that the operation would be long over.
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
