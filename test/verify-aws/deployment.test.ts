/** An opwatch of its own is made in the account that was named, and removed whatever happens. */
import { describe, expect, test } from 'vitest';
import type { Account } from '../../checks/verify-aws/account.ts';
import { createDeployment } from '../../checks/verify-aws/deployment.ts';
import { type Command, environmentFor } from '../../checks/verify-aws/osls.ts';

const STAGE = 'verify-abc123';
const OPWATCH = `opwatch-${STAGE}`;
const PROBE = `opwatch-probe-${STAGE}`;
const access = { accessKeyId: 'AKIA', secretAccessKey: 'secret' };

type Options = {
  /** What osls does, before it is written down as done. */
  readonly osls?: (words: readonly string[]) => void;
  /** States a stack passes through before it is gone for good. */
  readonly states?: Readonly<Record<string, readonly string[]>>;
};

/** An account in memory: stacks come with `deploy` and go with `remove`. */
const deploymentWith = ({ osls = () => undefined, states = {} }: Options = {}) => {
  const stacks = new Map<string, string[]>(Object.entries(states).map(([name, list]) => [name, [...list]]));
  const ran: string[] = [];
  const told: string[] = [];
  let waits = 0;
  const account = {
    id: '123456789012',
    partition: 'aws',
    region: 'eu-west-1',
    access,
    stackStatus: async (name: string) => {
      const list = stacks.get(name) ?? [];
      return list.length > 1 ? list.shift() : list[0];
    },
    stackResources: async (name: string) =>
      new Map(
        name === OPWATCH
          ? [
              'Table',
              'HttpApi',
              'PollerHuaweiRole',
              'SweepRole',
              ...['PollQueueAliyun', 'PollQueueHuawei', 'NotifyQueue'].flatMap((first) => [first, `${first}2`]),
            ].map((id) => [id, `${id}-1`])
          : [],
      ),
  } as unknown as Account;
  const fake = async ({ words, cwd, stopped }: Command): Promise<void> => {
    stopped?.throwIfAborted();
    const isProbe = cwd.endsWith('probe');
    ran.push(`${words[0]} ${isProbe ? PROBE : OPWATCH} ${words.slice(1).join(' ')}`);
    osls([...words, isProbe ? PROBE : OPWATCH]);
    if (words[0] === 'deploy') stacks.set(isProbe ? PROBE : OPWATCH, ['CREATE_COMPLETE']);
    else stacks.delete(isProbe ? PROBE : OPWATCH);
  };
  const deployment = createDeployment(account, (line) => told.push(line), {
    osls: fake,
    stage: STAGE,
    pause: async () => {
      waits += 1;
    },
    forget: async () => undefined,
  });
  return { deployment, ran, told: () => told.join('\n'), waits: () => waits, left: () => [...stacks.keys()] };
};

const WHERE = `--stage ${STAGE} --region eu-west-1`;
const PARAMS = [
  'pollQueues=2',
  'notifyQueues=2',
  'auth=token',
  'retention=Delete',
  'deletionProtection=false',
  'pollerConcurrency=10',
  'notifierConcurrency=10',
  'reserve=no',
  `checkParameter=ssm:/opwatch/${STAGE}/check`,
]
  .map((param) => `--param ${param}`)
  .join(' ');
const goOn = () => new AbortController().signal;

test('opwatch is deployed, then the probe under its roles; both are removed, the probe first', async () => {
  const { deployment, ran, told, left } = deploymentWith();
  const site = await deployment.make(goOn());
  expect(site).toMatchObject({
    stage: STAGE,
    tableName: 'Table-1',
    api: 'https://HttpApi-1.execute-api.eu-west-1.amazonaws.com',
    opwatchQueues: {
      pollAliyun: ['PollQueueAliyun-1', 'PollQueueAliyun2-1'],
      pollHuawei: ['PollQueueHuawei-1', 'PollQueueHuawei2-1'],
      notify: ['NotifyQueue-1', 'NotifyQueue2-1'],
    },
  });
  expect(await deployment.remove()).toBe(true);
  const role = (name: string) => `arn:aws:iam::123456789012:role/${name}-1`;
  expect(ran).toEqual([
    `deploy ${OPWATCH} ${WHERE} ${PARAMS}`,
    `deploy ${PROBE} ${WHERE} --param pollerRole=${role('PollerHuaweiRole')} --param sweepRole=${role('SweepRole')}`,
    `remove ${PROBE} ${WHERE}`,
    `remove ${OPWATCH} ${WHERE}`,
  ]);
  expect(left()).toEqual([]);
  expect(told()).toContain('nothing of stage verify-abc123 is left');
});

test('what was begun is removed when the rest cannot be made', async () => {
  const { deployment, ran } = deploymentWith({
    osls: ([verb, ...words]) => {
      if (verb === 'deploy' && words.at(-1) === PROBE) throw new Error('no such luck');
    },
  });
  await expect(deployment.make(goOn())).rejects.toThrow('no such luck');
  expect(await deployment.remove()).toBe(true);
  expect(ran.at(-1)).toBe(`remove ${OPWATCH} ${WHERE}`);
});

test('a stack that is still being made is waited for, then removed', async () => {
  const { deployment, ran, waits } = deploymentWith({
    states: { [OPWATCH]: ['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE'] },
  });
  expect(await deployment.remove()).toBe(true);
  expect(waits()).toBe(2);
  expect(ran).toEqual([`remove ${OPWATCH} ${WHERE}`]);
});

test('stopped before anything is made, nothing is made, and nothing is there to be removed', async () => {
  const { deployment, ran } = deploymentWith();
  await expect(deployment.make(AbortSignal.abort())).rejects.toThrow();
  expect(await deployment.remove()).toBe(true);
  expect(ran).toEqual([]);
});

test('what cannot be removed is named, with the commands that remove it', async () => {
  const { deployment, told } = deploymentWith({
    osls: ([verb]) => {
      if (verb === 'remove') throw new Error('not authorized');
    },
  });
  await deployment.make(goOn());
  expect(await deployment.remove()).toBe(false);
  expect(told()).toContain('NOT EVERYTHING WAS REMOVED');
  expect(told()).toContain('not authorized');
  expect(told()).toMatch(/probe && npx serverless remove --stage verify-abc123 --region eu-west-1/);
  expect(told()).toContain(`${PROBE} and ${OPWATCH} in account 123456789012, eu-west-1`);
});

describe('the serverless command', () => {
  test('goes by the credentials of the account that was opened, whatever else the environment names [S15]', () => {
    const env = {
      PATH: '/bin',
      AWS_PROFILE: 'prod',
      'AWS_VERIFY-ABC123_PROFILE': 'prod',
      AWS_ACCESS_KEY_ID: 'AKIAPROD',
      AWS_SESSION_TOKEN: 'of prod',
      AWS_ROLE_ARN: 'arn:aws:iam::999999999999:role/prod',
      AWS_CA_BUNDLE: '/etc/ca.pem',
    };
    expect(environmentFor({ access, region: 'eu-west-1' }, env)).toEqual({
      PATH: '/bin',
      AWS_CA_BUNDLE: '/etc/ca.pem',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_CONFIG_FILE: expect.any(String),
      AWS_SHARED_CREDENTIALS_FILE: expect.any(String),
    });
  });
});
