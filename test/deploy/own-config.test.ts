/** A configuration of one's own: anywhere, and with the deployment's parameters and schedules in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyCheckout } from '../e2e/kit/checkout.ts';
import { type Packaged, type Properties, packIn, type Resources } from './packaged.ts';

const dir = mkdtempSync(join(tmpdir(), 'opwatch-own-'));
const checkout = copyCheckout();
afterAll(() => {
  rmSync(dir, { recursive: true });
  checkout.remove();
});
const pack = (...args: readonly string[]): Promise<Packaged> => packIn(checkout.dir, ...args);
const file = join(dir, 'mine.ts');

const MINE = `
const stage = process.env.OPWATCH_STAGE ?? 'dev';
export default {
  connections: { mine: { vendor: 'huawei', credentials: \`ssm:/mine/\${stage}/huawei\` } },
  targets: { ops: { type: 'slack', url: 'ssm:/mine/ops' } },
  defaults: { notify: ['ops'] },
  schedules: [{
    name: 'nightly-snapshot',
    cron: '5  2 * * ? *',
    timeZone: 'Asia/Shanghai',
    submission: {
      provider: 'huawei-dws',
      operation: { region: 'cn-north-4', project_id: 'p1', cluster_id: 'c1', action_name: 'SNAPSHOTTING' },
      deadline: 'PT8H',
    },
  }],
  deploy: { alarmEmail: 'ops@example.com', reserve: true, pollerConcurrency: 4, canary: true },
};`;

describe('a configuration that lies elsewhere', () => {
  let mine: Packaged;
  beforeAll(async () => {
    writeFileSync(file, MINE);
    mine = await pack('--stage', 'prod', '--param', `config=${file}`, '--param', 'pollerConcurrency=5');
  });
  const of = (id: string): Properties => (mine.resources as Resources)[id]?.Properties ?? {};

  test('gives the deployment its parameters; the command line goes before it', () => {
    expect(of('AlarmEmail')).toMatchObject({ Endpoint: 'ops@example.com' });
    expect(of('PollerHuaweiLambdaFunction').ReservedConcurrentExecutions).toBe(5);
    expect(of('NotifierLambdaFunction').ReservedConcurrentExecutions).toBe(10);
    expect(mine.resources.Table?.DeletionPolicy).toBe('Retain');
  });

  test('lets its functions read what it names', () => {
    const role = JSON.stringify(of('PollerHuaweiRole'));
    expect(role).toContain('parameter/mine/prod/huawei');
    expect(role).not.toContain('opwatch/huawei');
  });

  test('has its schedules run in their time zone, by a role that may call the trigger and keep what failed', () => {
    expect(of('Schedules')).toEqual({ Name: 'opwatch-prod' });
    expect(of('Schedule1NightlySnapshot')).toEqual({
      Name: 'nightly-snapshot',
      GroupName: { Ref: 'Schedules' },
      ScheduleExpression: 'cron(5 2 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Shanghai',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { 'Fn::GetAtt': ['TriggerLambdaFunction', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
        Input: JSON.stringify({
          provider: 'huawei-dws',
          operation: { region: 'cn-north-4', project_id: 'p1', cluster_id: 'c1', action_name: 'SNAPSHOTTING' },
          deadline: 'PT8H',
        }),
        RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['SubmissionDeadLetters', 'Arn'] } },
      },
    });
    const role = of('SchedulerRole') as Record<
      string,
      { Statement: object[] } & { PolicyDocument: { Statement: object[] } }[]
    >;
    expect(role.AssumeRolePolicyDocument?.Statement).toMatchObject([
      { Principal: { Service: 'scheduler.amazonaws.com' } },
    ]);
    expect(role.Policies?.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      {
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: { 'Fn::GetAtt': ['TriggerLambdaFunction', 'Arn'] },
      },
      { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: { 'Fn::GetAtt': ['SubmissionDeadLetters', 'Arn'] } },
    ]);
  });

  test('stops the packaging with all its faults, the ones of its schedules too', async () => {
    writeFileSync(
      file,
      MINE.replace("cron: '5  2 * * ? *'", "cron: '5 2 * *'").replace("notify: ['ops']", "notify: ['opps']"),
    );
    const ended = await pack('--param', `config=${file}`).then(
      () => '',
      ({ stdout, stderr }) => `${stdout}${stderr}`,
    );
    expect(ended).toContain('schedules.0.cron: is a text; must have six fields and not 4');
    expect(ended).toContain('defaults.notify.0: is a text; names no target: there is no "opps", did you mean ops?');
  });
});

test('without a word about it no concurrency is set aside: a new account can deploy', async () => {
  const { resources } = await pack();
  expect(JSON.stringify(resources)).not.toContain('ReservedConcurrentExecutions":1');
  expect(Object.values(resources).filter(({ Type }) => Type.startsWith('AWS::Scheduler::'))).toEqual([]);
});
