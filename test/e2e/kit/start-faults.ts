/**
 * What `npm start` says when a part of its setup fails: cause and cure, exit code 1, and nothing left behind. One row of
 * each kind is tried by `npm test`, the others of its kind by `npm run test:slow`.
 */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, test } from 'vitest';
import { startDynamodb } from '../../../offline/dynamodb.ts';
import { NO_EMULATORS } from '../../../offline/given-emulators.ts';
import { freePorts, portFaults, portsFrom } from '../../../offline/ports.ts';
import { type Checkout, copyCheckout } from './checkout.ts';

const servers: Server[] = [];
const checkouts: Checkout[] = [];

const portOf = async (server: Server): Promise<number> => {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
const silent = async () => `http://localhost:${await portOf(createServer(() => {}))}`;
const answering = async (answer: RequestListener) => `http://localhost:${await portOf(createHttpServer(answer))}`;
const deserted = async () => `http://localhost:${(await freePorts(1))[0]}`;

/** Seven free ports in a row, below those that a system gives to whoever asks for any: nobody takes them meanwhile. */
const aBase = async (): Promise<number> => {
  for (;;) {
    const base = 10_000 + Math.floor(Math.random() * 2_000) * 10;
    if ((await portFaults(portsFrom(base), {})).length === 0) return base;
  }
};

type Spoilt = { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv };
type Row = readonly [
  fault: string,
  spoil: (checkout: Checkout, base: number) => Spoilt | Promise<Spoilt>,
  says: readonly (string | RegExp)[],
];

const FUNCTION = 'functions/notifier.ts';
const KEEP: Spoilt = { args: ['--keep'] };

const keepOtherTable = async ({ dir }: Checkout): Promise<Spoilt> => {
  mkdirSync(join(dir, '.opwatch'));
  const { url, close } = await startDynamodb(0, join(dir, '.opwatch'));
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials });
  await client.send(
    new CreateTableCommand({
      TableName: 'opwatch-dev',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  client.destroy();
  await close();
  return KEEP;
};

const takePort =
  (offset: number) =>
  async (_: Checkout, base: number): Promise<Spoilt> => {
    const server = createServer();
    servers.push(server);
    server.listen(base + offset, '127.0.0.1');
    await once(server, 'listening');
    return {};
  };

const edited =
  (file: string, after: string, before?: string) =>
  ({ edit }: Checkout): Spoilt => {
    edit(file, after, before);
    return {};
  };

const withEnv = (env: NodeJS.ProcessEnv) => (): Spoilt => ({ env });

export const ROWS: readonly Row[] = [
  ['a port that is taken: the API', takePort(0), [/port \d+ is taken, and the API needs it/, '--port-base']],
  [
    'a folder that cannot be written',
    ({ dir }) => {
      writeFileSync(join(dir, '.opwatch'), '');
      return {};
    },
    ['needs a folder that it can write to', '.opwatch'],
  ],
  [
    'no emulator at a configured address',
    async () => ({ env: { OPWATCH_DYNAMODB_URL: await deserted(), OPWATCH_SQS_URL: await deserted() } }),
    [
      /which OPWATCH_DYNAMODB_URL names, is refused/,
      /which OPWATCH_SQS_URL names, is refused/,
      'start the emulator there',
    ],
  ],
  [
    'an emulator that never answers',
    async () => ({ env: { OPWATCH_SSM_URL: await silent() } }),
    ['which OPWATCH_SSM_URL names, gives no answer within 5 s'],
  ],
  [
    'an address beyond this machine, and no account',
    withEnv({ OPWATCH_SQS_URL: 'https://sqs.eu-west-1.amazonaws.com', OPWATCH_ACCOUNT: 'mine' }),
    ['OPWATCH_SQS_URL must be an origin on this machine', 'OPWATCH_ACCOUNT must be the 12 digits'],
  ],
  [
    'a table that has changed',
    keepOtherTable,
    ['the table opwatch-dev could not be set up', 'other keys or indexes', 'remove'],
  ],
  [
    'a kept table that is damaged',
    ({ dir }) => {
      mkdirSync(join(dir, '.opwatch'));
      writeFileSync(join(dir, '.opwatch', 'dynamodb'), 'no folder');
      return KEEP;
    },
    ['the emulators did not start:', 'may be in use by another local stack, or damaged', 'To begin without it, remove'],
  ],
  [
    'a configuration with faults',
    edited('offline/opwatch.config.ts', "operators: ['nobody']", "operators: ['inbox']"),
    ['the functions did not start', 'opwatch.config.ts has 1 fault(s)', 'operators.0: is a text; names no target'],
  ],
  [
    'a serverless.yml that names a resource that is not there',
    edited('serverless.yml', 'TABLE_NAME: !Ref Nobody', 'TABLE_NAME: !Ref Table'),
    ['the functions did not start', 'the local stack has no resource Nobody'],
  ],
  [
    'a function that throws while it is loaded',
    edited(FUNCTION, "export const handler = async () => {}; throw new Error('not today');"),
    ['the function opwatch-dev-notifier cannot be loaded', 'failed: not today (at '],
  ],
  [
    'emulators that die at once',
    edited('offline/emulators.ts', "console.error('out of luck'); process.exit(7);"),
    ['the emulators did not start: it ended before it was ready', 'out of luck'],
  ],
];

/** Others of the same kinds. */
export const MORE_ROWS: readonly Row[] = [
  [
    'a function that never gets loaded',
    edited(FUNCTION, 'await new Promise(() => {}); export const handler = async () => {};'),
    ['the functions did not start: it has printed nothing for 10 s, since it printed "loading opwatch-dev-notifier"'],
  ],
  ['a function with a syntax error', edited(FUNCTION, 'const = 1;'), ['the functions did not start', FUNCTION]],
  [
    'a queue that SQS refuses',
    edited('serverless.yml', 'VisibilityTimeout: 99999', 'VisibilityTimeout: 180'),
    ['the functions did not start: the queue http', 'poll-aliyun could not be set up'],
  ],
  ['a port that is taken: SSM', takePort(6), [/port \d+ is taken, and SSM needs it/, '--port-base']],
  [
    'something else at a configured address',
    async () => ({ env: { OPWATCH_DYNAMODB_URL: await answering((_, answer) => answer.writeHead(404).end('none')) } }),
    ['the table opwatch-dev could not be set up'],
  ],
  [
    'an emulator that answers but does no work',
    async () => ({
      env: { OPWATCH_SQS_URL: await answering((asked, answer) => void (asked.method === 'GET' && answer.end())) },
    }),
    [/printed nothing for 10 s, since it printed "setting up the table at \S+ and the queues at http:\/\/localhost/],
  ],
  [
    'kept queues that are damaged',
    ({ dir }) => {
      mkdirSync(join(dir, '.opwatch', 'sqs'), { recursive: true });
      writeFileSync(join(dir, '.opwatch', 'sqs', 'fauxqs.db'), 'no database '.repeat(1_000));
      return KEEP;
    },
    ['the emulators did not start: SQS on port', 'To begin without it, remove'],
  ],
  [
    'a configuration that is no TypeScript',
    edited('offline/opwatch.config.ts', 'export default {', 'export default defineConfig({'),
    ['the functions did not start', 'opwatch.config.ts'],
  ],
  [
    'a serverless.yml that is no YAML',
    edited('serverless.yml', 'functions: [', 'functions:'),
    ['the functions did not start', 'serverless.yml'],
  ],
  [
    'a function with an import that is not there',
    edited(FUNCTION, "import { nothing } from '../lib/nothing.ts'; export const handler = nothing;"),
    ['the functions did not start', '../lib/nothing.ts'],
  ],
  [
    'a function without its handler',
    edited(FUNCTION, 'export const handle = async () => {};'),
    ['the function opwatch-dev-notifier cannot be loaded', 'handler'],
  ],
  [
    'functions that die while they start',
    edited('offline/deploy.ts', "process.kill(process.pid, 'SIGKILL');\n  await Promise.all([", 'await Promise.all(['),
    ['the functions did not start: it ended before it was ready'],
  ],
  [
    'emulators that hang',
    edited('offline/emulators.ts', 'for (;;);'),
    ['the emulators did not start: it has printed nothing for 10 s'],
  ],
];

/** A test for each row. */
export const npmStartTells = (rows: readonly Row[]): void => {
  describe.concurrent('npm start, beside', () => {
    afterAll(() => {
      for (const server of servers) server.close();
      for (const checkout of checkouts) checkout.remove();
    });
    test.each(rows)('%s', async (_, spoil, says) => {
      const checkout = copyCheckout();
      checkouts.push(checkout);
      const base = await aBase();
      const { args = [], env = {} } = await spoil(checkout, base);
      const { code, said } = await checkout.run('start', ['--port-base', String(base), ...args], env);
      for (const words of says) expect(said).toMatch(words);
      expect(said).not.toContain('opwatch is up');
      expect(code).toBe(1);
      expect(checkout.processes()).toEqual([]);
      const held = await portFaults(portsFrom(base), NO_EMULATORS.urls);
      expect(held.filter((fault) => !said.includes(fault))).toEqual([]);
    });
  });
};
