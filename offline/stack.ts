/**
 * The whole of opwatch on one machine: the emulators in one process, the functions in another, the world outside in this
 * one. Each can die and be started again alone, as AWS, Lambda and the clouds can.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable } from '../lib/store.ts';
import { newToken } from '../lib/token.ts';
import { type Child, startChild } from './child.ts';
import type { EmulatorOptions } from './emulators.ts';
import { type Outside, startOutside } from './outside.ts';
import { freePorts, portsFrom } from './ports.ts';
import { isRecord } from './resolve.ts';
import { announce, type Surroundings, VARIABLE } from './surroundings.ts';

export type StackOptions = {
  /** The first of six ports in a row; left out, any six that are free. */
  readonly portBase?: number;
  /** Keeps tables and queues in .opwatch/, and begins with what is there. */
  readonly keep?: boolean;
  /** Lets `serverless invoke local` from this checkout use this stack. */
  readonly announced?: boolean;
};

export type Stack = {
  readonly urls: Readonly<Record<'api' | 'inbox' | 'clouds' | 'dynamodb' | 'sqs' | 'lambda', string>>;
  readonly inbox: Outside['inbox'];
  /** The table's name. */
  readonly table: string;
  /** What the functions and the emulators print. */
  readonly logFile: string;
  /** Makes a bearer token for `tenant` (left out: default) and answers its text. */
  readonly createToken: (tenant?: string) => Promise<string>;
  /** SIGKILL; what was being worked on comes back when its queue's visibility timeout has passed. */
  readonly killFunctions: () => Promise<void>;
  readonly startFunctions: () => Promise<void>;
  /** Settles when the functions' process that runs now has ended. */
  readonly functionsEnded: () => Promise<void>;
  readonly killEmulators: () => Promise<void>;
  readonly startEmulators: () => Promise<void>;
  /** Leaves no process and no port behind, and without `keep` no file. */
  readonly stop: () => Promise<void>;
};

const root = dirname(import.meta.dirname);
const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/** Starts everything and waits until it is ready. Throws when a port is taken or a part does not start. */
export const startStack = async ({ portBase, keep = false, announced = false }: StackOptions = {}): Promise<Stack> => {
  const ports = portBase === undefined ? await freePorts(6) : await portsFrom(portBase, 6);
  if (!ports) throw new Error(`one of the ports ${portBase} to ${Number(portBase) + 5} is taken`);
  const [apiPort = 0, inboxPort = 0, cloudsPort = 0, dynamodbPort = 0, sqsPort = 0, lambdaPort = 0] = ports;
  const dir = keep ? join(root, '.opwatch') : mkdtempSync(join(tmpdir(), 'opwatch-'));
  mkdirSync(join(root, '.opwatch'), { recursive: true });
  const forget = (): void => {
    if (!keep) rmSync(dir, { recursive: true, force: true });
  };
  process.on('exit', forget);
  const logFile = join(dir, 'stack.log');

  const outside = await startOutside({ cloudsPort, inboxPort });
  const surroundings: Surroundings = {
    dynamodb: `http://127.0.0.1:${dynamodbPort}`,
    sqs: `http://127.0.0.1:${sqsPort}`,
    api: `http://127.0.0.1:${apiPort}`,
    environment: outside.environment,
  };
  // Lambda and EventBridge know no time but UTC; serverless-offline's schedules go by the machine's.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC', [VARIABLE]: JSON.stringify(surroundings) };
  const start = (...command: string[]): Promise<Child> => startChild({ command, cwd: root, env, logFile });
  const startEmulators = () => {
    const options: EmulatorOptions = { dynamodbPort, sqsPort, dir };
    return start(join(import.meta.dirname, 'emulators.ts'), JSON.stringify(options));
  };
  const startFunctions = () =>
    start(
      serverless,
      'offline',
      'start',
      '--noSponsor',
      '--httpPort',
      String(apiPort),
      '--lambdaPort',
      String(lambdaPort),
    );

  const tidy = async (): Promise<void> => {
    await outside.close();
    forget();
    process.off('exit', forget);
  };
  const children = await startBoth(startEmulators, startFunctions).catch(async (error: unknown) => {
    await tidy();
    throw error;
  });
  let { emulators, functions } = children;
  const takeDown = announced ? announce(root, surroundings) : () => {};

  const { ready } = functions;
  const table = isRecord(ready) ? String(ready.table) : '';
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const dynamodb = new DynamoDBClient({ endpoint: surroundings.dynamodb, region: 'us-east-1', credentials });
  const items = createTable(dynamodb, table, async (ms) => void (await sleep(ms)));

  return {
    urls: {
      api: surroundings.api,
      inbox: outside.inbox.url,
      clouds: outside.clouds.url,
      dynamodb: surroundings.dynamodb,
      sqs: surroundings.sqs,
      lambda: `http://127.0.0.1:${lambdaPort}`,
    },
    inbox: outside.inbox,
    table,
    logFile,
    createToken: async (tenant = 'default') => {
      const { text, item } = newToken({ tenant, note: 'local stack' }, Date.now());
      await items.insert(item);
      return text;
    },
    killFunctions: () => functions.kill(),
    startFunctions: async () => {
      functions = await startFunctions();
    },
    functionsEnded: () => functions.ended,
    killEmulators: () => emulators.kill(),
    startEmulators: async () => {
      emulators = await startEmulators();
    },
    stop: async () => {
      takeDown();
      await functions.stop();
      await emulators.stop();
      dynamodb.destroy();
      await tidy();
    },
  };
};

/** Functions need the emulators only once osls has read its file: both start at once. */
const startBoth = async (startEmulators: () => Promise<Child>, startFunctions: () => Promise<Child>) => {
  const [emulators, functions] = await Promise.allSettled([startEmulators(), startFunctions()]);
  if (emulators.status === 'fulfilled' && functions.status === 'fulfilled') {
    return { emulators: emulators.value, functions: functions.value };
  }
  for (const child of [emulators, functions]) if (child.status === 'fulfilled') await child.value.kill();
  throw [emulators, functions].find((child) => child.status === 'rejected')?.reason;
};
