/** Who may do what, as IAM itself decides it; what secrets can be read; what a function can reach. */
import { randomUUID } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { createSecrets, SecretError } from '../../../lib/config/secrets.ts';
import { writeWakeUp } from '../../../lib/store/queue.ts';
import { type Check, verdict } from '../check.ts';
import { type Attempt, RUNTIME } from '../probe/attempt.ts';
import { type AwsSite, askUntil, type Role } from '../site.ts';

const NO_IAM = 'the embedded stack evaluates no permissions';
const NO_SSM = 'the embedded stack has no parameter store';

/** A wake-up for an item that is not there: whoever receives it drops it. */
const harmless = (): string => writeWakeUp({ pk: `check#${randomUUID()}`, sk: 'check', ticket: 1 });

type Case = readonly [role: Role, attempt: Attempt, expected: RegExp];

const DENIED = /^[\w.]*AccessDenied/;
const ALLOWED = /^allowed/;

/** What came otherwise than expected. */
const attemptAll = async ({ attemptAs }: AwsSite, cases: readonly Case[]): Promise<string[]> => {
  const answers = await Promise.all(cases.map(([role, attempt]) => attemptAs(role, attempt)));
  return cases.flatMap(([role, attempt, expected], i) =>
    expected.test(answers[i] ?? '') ? [] : [`${role}, ${JSON.stringify(attempt)}: ${answers[i]}`],
  );
};

/** The parameter of this run; it is removed with the stack as well. */
export const parameterOf = (stage: string): string => `/opwatch/${stage}/check`;

/** Gives `use` a SecureString under the account's default key. */
const withParameter = async <T>({ ssm, stage }: AwsSite, value: string, use: (name: string) => Promise<T>) => {
  const Name = parameterOf(stage);
  await ssm.send(new PutParameterCommand({ Name, Value: value, Type: 'SecureString', Overwrite: true }));
  try {
    return await use(Name);
  } finally {
    await ssm.send(new DeleteParameterCommand({ Name }));
  }
};

export const accessChecks: readonly Check[] = [
  {
    name: 'pollers-cannot-feed-themselves',
    notOffline: NO_IAM,
    runOnAws: async (site) => {
      const { pollAliyun, pollHuawei, notify } = site.opwatchQueues;
      const poll = [...pollAliyun, ...pollHuawei];
      const sending = (role: Role, queues: readonly string[], expected: RegExp): Case[] =>
        queues.map((send) => [role, { send, body: harmless() }, expected]);
      const wrong = await attemptAll(site, [
        ...sending('poller', poll, DENIED),
        ...sending('poller', notify, ALLOWED),
        ...sending('sweep', [...poll, ...notify], ALLOWED),
      ]);
      const told = `a poller may send to ${notify.length} notify queues and to none of ${poll.length} poll queues; the sweep may send to all`;
      return verdict(wrong, told);
    },
  },
  {
    name: 'roles-are-narrow',
    notOffline: NO_IAM,
    runOnAws: async (site) => {
      const parameter = parameterOf(site.stage);
      const { pollAliyun, pollHuawei, notify } = site.opwatchQueues;
      const receiving = (role: Role, queues: readonly string[], expected: RegExp): Case[] =>
        queues.map((receive) => [role, { receive }, expected]);
      const wrong = await attemptAll(site, [
        ['poller', { scan: site.tableName }, DENIED],
        // The poller whose role this is has the queues of Huawei Cloud.
        ...receiving('poller', pollHuawei, ALLOWED),
        ...receiving('poller', [...pollAliyun, ...notify], DENIED),
        ['poller', { parameter: '/opwatch-check/elsewhere' }, DENIED],
        // Beside the one that it may read.
        ['poller', { parameter: `${parameter}-2` }, DENIED],
        ['sweep', { parameter }, DENIED],
        ...receiving('sweep', [...pollAliyun, ...pollHuawei, ...notify], DENIED),
      ]);
      return verdict(wrong, 'scans, others’ queues and parameters elsewhere are denied');
    },
  },
  {
    name: 'partitions-are-apart',
    notOffline: NO_IAM,
    runOnAws: async (site) => {
      const table = site.tableName;
      const watch = `w_${randomUUID()}`;
      const wrong = await attemptAll(site, [
        ['poller', { items: table, partitions: [watch] }, ALLOWED],
        ['poller', { items: table, partitions: [watch, 'lane#check', 'standing#0'] }, ALLOWED],
        ['poller', { items: table, partitions: ['tokens'] }, DENIED],
        ['poller', { items: table, partitions: [watch, 'tokens'] }, DENIED],
        // As they are written, whole, and from their beginning on.
        ['poller', { items: table, partitions: [watch.toUpperCase()] }, DENIED],
        ['poller', { items: table, partitions: ['lane'] }, DENIED],
        ['poller', { items: table, partitions: [`tokens#${watch}`] }, DENIED],
        ['poller', { put: table, partition: watch }, ALLOWED],
        ['poller', { put: table, partition: 'tokens' }, DENIED],
        ['poller', { put: table, partition: 'tenants' }, DENIED],
        ['sweep', { query: table, partition: 'tenants' }, ALLOWED],
        ['sweep', { query: table, partition: 'standing#0' }, ALLOWED],
        ['sweep', { query: table, partition: 'token-ends' }, ALLOWED],
        ['sweep', { query: table, partition: 'tokens' }, DENIED],
        ['sweep', { put: table, partition: 'tokens' }, DENIED],
        ['sweep', { put: table, partition: 'lane#check' }, DENIED],
        ['sweep', { remove: table, partition: 'standing#0' }, ALLOWED],
        ['sweep', { remove: table, partition: watch }, DENIED],
        ['sweep', { remove: table, partition: 'tokens' }, DENIED],
      ]);
      const told = 'dynamodb:LeadingKeys lets batches, writes, queries and removals into the partitions it names alone';
      return verdict(wrong, told);
    },
  },
  {
    name: 'parameters-one-by-one',
    notOffline: NO_IAM,
    runOnAws: (site) =>
      withParameter(site, 'held by SSM', async (parameter) => {
        const read = () =>
          attemptAll(site, [
            ['poller', { parameter }, /^allowed: held by SSM$/],
            ['poller', { parameters: [parameter] }, ALLOWED],
            ['poller', { parameters: [parameter, `${parameter}-2`] }, DENIED],
          ]);
        const wrong = await askUntil(site, 20, read, ({ length }) => length === 0);
        return verdict(wrong, 'a call for several parameters is denied where one of them is not allowed');
      }),
  },
  {
    name: 'queues-refuse-plain-http',
    notOffline: NO_IAM,
    runOnAws: async ({ sqsInTheClear, opwatchQueues }) => {
      const queues = Object.values(opwatchQueues).flat();
      const sendTo = async (QueueUrl: string) => {
        const command = new SendMessageCommand({ QueueUrl, MessageBody: harmless() });
        const answer = await sqsInTheClear.send(command).then(
          () => 'taken',
          (error: Error) => `${error.name}: ${error.message}`,
        );
        return DENIED.test(answer) ? [] : [`a message over http to ${QueueUrl}: ${answer}`];
      };
      const wrong = (await Promise.all(queues.map(sendTo))).flat();
      return verdict(wrong, `a message over http was denied by each of ${queues.length} queues`);
    },
  },
  {
    name: 'secure-strings-need-no-key-policy',
    notOffline: NO_SSM,
    runOnAws: (site) =>
      withParameter(site, 'held by SSM', async (parameter) => {
        const read = () => attemptAll(site, [['poller', { parameter }, /^allowed: held by SSM$/]]);
        // A parameter that has just been made may not be found yet.
        const wrong = await askUntil(site, 20, read, ({ length }) => length === 0);
        return verdict(wrong, 'a SecureString under aws/ssm was read with ssm:GetParameters alone');
      }),
  },
  {
    name: 'secrets-through-ssm',
    notOffline: NO_SSM,
    runOnAws: async ({ ssm, stage, now }) => {
      const told = await createSecrets(ssm, {}, now)
        .read([`secret:opwatch-probe-${stage}/check`])
        .then(
          ([value]) => (value === 'held by Secrets Manager' ? '' : 'another value was read'),
          (error: Error) => String(error),
        );
      return verdict(told === '' ? [] : [told], 'a secret of Secrets Manager was read through SSM');
    },
  },
  {
    name: 'missing-secrets-are-named',
    notOffline: NO_SSM,
    runOnAws: (site) =>
      withParameter(site, 'held by SSM', async (parameter) => {
        const read = (missing: string) =>
          createSecrets(site.ssm, {}, site.now)
            .read([`ssm:${parameter}`, missing])
            .then(
              () => `${missing}: read`,
              (error: Error) =>
                error instanceof SecretError && error.message.startsWith(missing) ? '' : `${missing}: ${error}`,
            );
        const missing = [`ssm:/opwatch/${site.stage}/none`, `secret:opwatch-probe-${site.stage}/none`];
        const ask = async () => (await Promise.all(missing.map(read))).filter(Boolean);
        const wrong = await askUntil(site, 20, ask, ({ length }) => length === 0);
        return verdict(wrong, 'of two, the one that is not there is named, in SSM and in Secrets Manager');
      }),
  },
  {
    name: 'guard-inside-lambda',
    notOffline: 'the functions run as plain processes: there is no runtime API to reach',
    runOnAws: async (site) => {
      const BLOCKED = /^blocked_address/;
      const wrong = await attemptAll(site, [
        // Without the guard the runtime API, which hands out the function's events, can be reached.
        ['sweep', { connect: RUNTIME }, /^connected$/],
        ['sweep', { get: `http://${RUNTIME}/2018-06-01/runtime/invocation/next` }, BLOCKED],
        ['sweep', { get: `https://${RUNTIME}/` }, BLOCKED],
        ['sweep', { get: 'https://127.0.0.1/' }, BLOCKED],
        ['sweep', { get: 'https://[::ffff:127.0.0.1]/' }, BLOCKED],
        ['sweep', { get: 'https://localhost/' }, BLOCKED],
        ['sweep', { get: 'https://169.254.169.254/latest/meta-data/' }, BLOCKED],
        ['sweep', { get: `${site.api}/watches` }, /^answered 401$/],
      ]);
      return verdict(wrong, 'loopback and metadata addresses are refused before a connection, a public one is reached');
    },
  },
  {
    name: 'no-metadata-service',
    notOffline: 'it is about what surrounds a function on Lambda',
    runOnAws: async ({ attemptAs }) => {
      const answer = await attemptAs('sweep', { connect: '169.254.169.254:80' });
      const told = `169.254.169.254:80 without the guard: ${answer}`;
      return verdict(answer === 'connected' ? [told] : [], told);
    },
  },
];
