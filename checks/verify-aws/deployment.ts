/** An opwatch of its own in an account, with the probe beside it: made, handed to the checks, removed. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { stop } from 'esbuild';
import { bundle } from '../../bundle.ts';
import { createTable } from '../../lib/store/store.ts';
import type { Account } from './account.ts';
import { parameterOf } from './checks/access.ts';
import { osls as run } from './osls.ts';
import type { AwsSite } from './site.ts';

export type Deployment = {
  /** Throws when something cannot be made, or when it was stopped. */
  readonly make: (stopped: AbortSignal) => Promise<AwsSite>;
  /** Removes whatever there is, also of a deployment that was broken off; false, and says what is to be done, when it cannot. */
  readonly remove: () => Promise<boolean>;
  /** How to remove it without us. */
  readonly byHand: string;
};

const root = dirname(dirname(import.meta.dirname));
const probeDir = join(import.meta.dirname, 'probe');

/** `verify-` and six letters or digits: nobody's stage. */
const newStage = (): string => `verify-${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`;

/** The check that makes it removes it as well, unless it was broken off. */
const forgetParameter = async (ssm: SSMClient, Name: string): Promise<void> => {
  await ssm.send(new DeleteParameterCommand({ Name })).catch((error: Error) => {
    if (error.name !== 'ParameterNotFound') throw error;
  });
};

/**
 * What the checks expect, and what lets the stack be removed, whatever serverless.yml has been changed to. No concurrency is
 * set aside: a new account has none to spare. Two queues of each kind: what holds of the first must hold of the others.
 */
const QUEUES = 2;
const PARAMS = [
  `pollQueues=${QUEUES}`,
  `notifyQueues=${QUEUES}`,
  'auth=token',
  'retention=Delete',
  'deletionProtection=false',
  'pollerConcurrency=10',
  'notifierConcurrency=10',
  'reserve=no',
].flatMap((param) => ['--param', param]);

const SETTLE_MS = 15 * 60_000;

export const createDeployment = (
  account: Account,
  tell: (line: string) => void,
  {
    osls = run,
    stage = newStage(),
    pause = async (ms: number) => void (await sleep(ms)),
    forget = forgetParameter,
  } = {},
): Deployment => {
  const { region } = account;
  const parts = [
    { stack: `opwatch-probe-${stage}`, cwd: probeDir },
    { stack: `opwatch-${stage}`, cwd: root },
  ];
  const where = ['--stage', stage, '--region', region];
  const logFile = join(mkdtempSync(join(tmpdir(), 'opwatch-verify-')), 'serverless.log');
  const options = { region, credentials: account.access };
  const ssm = new SSMClient(options);

  const byHand = [
    'To remove what is left by hand:',
    ...parts.map(({ cwd }) => `  (cd ${cwd} && npx serverless remove ${where.join(' ')})`),
    `  aws ssm delete-parameter --region ${region} --name ${parameterOf(stage)}`,
    `or delete the CloudFormation stacks ${parts.map(({ stack }) => stack).join(' and ')} in account ${account.id}, ${region}.`,
  ].join('\n');

  const make = async (stopped: AbortSignal): Promise<AwsSite> => {
    const begun = Date.now();
    tell(`account ${account.id}, ${region}: deploying opwatch as stage ${stage} (${logFile})`);
    const command = { cwd: root, account, logFile, stopped };
    // Beside what the configuration names, the pollers may read the parameter of the checks.
    const parameter = ['--param', `checkParameter=ssm:${parameterOf(stage)}`];
    await osls({ ...command, words: ['deploy', ...where, ...PARAMS, ...parameter] });

    const made = await account.stackResources(`opwatch-${stage}`);
    const idOf = (id: string): string => {
      const found = made.get(id);
      if (found === undefined) throw new Error(`the stack opwatch-${stage} has no ${id}`);
      return found;
    };
    const roleArn = (id: string) => `arn:${account.partition}:iam::${account.id}:role/${idOf(id)}`;

    tell('deploying the probe');
    await bundle({ root, sources: ['checks/verify-aws/probe/handler.ts'], outdir: 'checks/verify-aws/probe/built' });
    await stop();
    const roles = [
      '--param',
      `pollerRole=${roleArn('PollerHuaweiRole')}`,
      '--param',
      `sweepRole=${roleArn('SweepRole')}`,
    ];
    await osls({ ...command, cwd: probeDir, words: ['deploy', ...where, ...roles] });

    const probe = await account.stackResources(`opwatch-probe-${stage}`);
    const probeQueue = (id: string) => probe.get(id) ?? '';
    const suffix = account.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
    const dynamodb = new DynamoDBClient(options);
    const tableName = idOf('Table');
    const arnOf = (queueUrl: string) =>
      `arn:${account.partition}:sqs:${region}:${account.id}:${queueUrl.split('/').at(-1)}`;
    const queuesOf = (first: string) =>
      Array.from({ length: QUEUES }, (_, i) => idOf(i === 0 ? first : `${first}${i + 1}`));
    const opwatchQueues = {
      pollAliyun: queuesOf('PollQueueAliyun'),
      pollHuawei: queuesOf('PollQueueHuawei'),
      notify: queuesOf('NotifyQueue'),
    };
    return {
      stage,
      tableName,
      table: createTable(dynamodb, tableName, pause),
      sqs: new SQSClient(options),
      sqsInTheClear: new SQSClient({
        ...options,
        endpoint: `http://sqs.${region}.${suffix}`,
        useQueueUrlAsEndpoint: false,
      }),
      ssm,
      queues: {
        plain: probeQueue('PlainQueue'),
        deadLetters: probeQueue('DeadLetters'),
        mapped: probeQueue('MappedQueue'),
      },
      opwatchQueues,
      api: `https://${idOf('HttpApi')}.execute-api.${region}.${suffix}`,
      mappedFunction: `opwatch-probe-${stage}-mapped`,
      attemptAs: async (role, attempt) => String(await account.invoke(`opwatch-probe-${stage}-${role}`, attempt)),
      expiry: async () => {
        const answer = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
        const { TimeToLiveStatus: status, AttributeName: attribute } = answer.TimeToLiveDescription ?? {};
        return { status, attribute };
      },
      mappings: async () =>
        (await Promise.all(Object.values(opwatchQueues).flat().map(arnOf).map(account.mappingsOf))).flat(),
      recursion: account.recursion,
      metric: (metric) => account.metric(metric, begun),
      now: () => Date.now(),
      pause,
    };
  };

  /** A stack that is being made can be removed only once that has ended, one way or the other. */
  const settled = async (stack: string): Promise<string | undefined> => {
    for (let waited = 0; ; waited += 5_000) {
      const status = await account.stackStatus(stack);
      if (!status?.endsWith('_IN_PROGRESS') || waited >= SETTLE_MS) return status;
      await pause(5_000);
    }
  };

  const removePart = async ({ stack, cwd }: (typeof parts)[number]): Promise<void> => {
    if ((await settled(stack)) === undefined) return;
    await osls({ words: ['remove', ...where], cwd, account, logFile });
    const left = await settled(stack);
    if (left !== undefined && left !== 'DELETE_COMPLETE') throw new Error(`the stack ${stack} is still there: ${left}`);
  };

  const remove = async (): Promise<boolean> => {
    tell('removing everything');
    const ends = await Promise.allSettled([
      forget(ssm, parameterOf(stage)),
      // The probe has functions under opwatch's roles: it goes first.
      (async () => {
        for (const part of parts) await removePart(part);
      })(),
    ]);
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
    if (reasons.length > 0) tell(`NOT EVERYTHING WAS REMOVED.\n${reasons.join('\n')}\n${byHand}`);
    else tell(`removed: nothing of stage ${stage} is left but its metrics, which CloudWatch forgets by itself`);
    return reasons.length === 0;
  };

  return { make, remove, byHand };
};
