/**
 * The whole of opwatch on one machine: the emulators in one process, the functions in another, the world outside in this
 * one. Each can die and be started again alone, as AWS, Lambda and the clouds can.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CALLS } from './calls.ts';
import { type Child, startChild } from './child.ts';
import type { EmulatorOptions } from './emulators.ts';
import { type Outside, startOutside } from './outside.ts';
import { freePorts, portsFrom } from './ports.ts';
import { isRecord } from './resolve.ts';
import { announce, type Surroundings, VARIABLE } from './surroundings.ts';
import { createLocalToken } from './token.ts';

export type StackOptions = {
  /** The first of seven ports in a row; left out, any seven that are free. */
  readonly portBase?: number;
  /** Keeps tables, queues and the stand-in clouds' operations in .opwatch/, and begins with what is there. */
  readonly keep?: boolean;
  /** Lets `serverless invoke local` from this checkout use this stack. */
  readonly announced?: boolean;
  /** Batches that a function works on at a time; left out, four. */
  readonly concurrency?: number;
  /** What offline/opwatch.config.ts is told besides. */
  readonly environment?: Readonly<Record<string, string>>;
};

export type Stack = {
  readonly urls: Readonly<Record<'api' | 'inbox' | 'clouds' | 'dynamodb' | 'sqs' | 'ssm' | 'lambda', string>>;
  readonly inbox: Outside['inbox'];
  /** What its functions are told of it, secrets among them: for others who are to see the same. */
  readonly surroundings: Surroundings;
  /** The table's name. */
  readonly table: string;
  /** What the functions and the emulators print. */
  readonly logFile: string;
  /** Who has called what of DynamoDB and SQS, a line of JSON each: offline/calls.ts. */
  readonly callsFile: string;
  /** Makes a bearer token for `tenant` (left out: default) and answers its text. */
  readonly createToken: (tenant?: string) => Promise<string>;
  /** SIGKILL; what was being worked on comes back when its queue's visibility timeout has passed. */
  readonly killFunctions: () => Promise<void>;
  readonly startFunctions: () => Promise<void>;
  /** From now on whatever dies is started again, and `tell` hears of it. */
  readonly keepUp: (tell: (line: string) => void) => void;
  readonly killEmulators: () => Promise<void>;
  readonly startEmulators: () => Promise<void>;
  /** Leaves no process and no port behind, and without `keep` no file. */
  readonly stop: () => Promise<void>;
};

const root = dirname(import.meta.dirname);
const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/** Starts everything and waits until it is ready. Throws when a port is taken or a part does not start. */
export const startStack = async (options: StackOptions = {}): Promise<Stack> => {
  const { portBase, keep = false, announced = false, concurrency, environment = {} } = options;
  const ports = portBase === undefined ? await freePorts(7) : await portsFrom(portBase, 7);
  if (!ports) throw new Error(`one of the ports ${portBase} to ${Number(portBase) + 6} is taken`);
  const [apiPort = 0, inboxPort = 0, cloudsPort = 0, dynamodbPort = 0, sqsPort = 0, lambdaPort = 0, ssmPort = 0] =
    ports;
  const dir = keep ? join(root, '.opwatch') : mkdtempSync(join(tmpdir(), 'opwatch-'));
  mkdirSync(join(root, '.opwatch'), { recursive: true });
  const forget = (): void => {
    if (!keep) rmSync(dir, { recursive: true, force: true });
  };
  process.on('exit', forget);
  const logFile = join(dir, 'stack.log');

  const outside = await startOutside({ cloudsPort, inboxPort, dir });
  const surroundings: Surroundings = {
    dynamodb: `http://127.0.0.1:${dynamodbPort}`,
    sqs: `http://127.0.0.1:${sqsPort}`,
    ssm: `http://127.0.0.1:${ssmPort}`,
    api: `http://127.0.0.1:${apiPort}`,
    environment: { ...outside.environment, ...environment },
    ...(concurrency !== undefined && { concurrency }),
  };
  // Lambda and EventBridge know no time but UTC; serverless-offline's schedules go by the machine's.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC', [VARIABLE]: JSON.stringify(surroundings) };
  const start = (...command: string[]): Promise<Child> => startChild({ command, cwd: root, env, logFile });
  const startEmulators = () => {
    const options: EmulatorOptions = { dynamodbPort, sqsPort, ssmPort, dir };
    return start(join(import.meta.dirname, 'emulators.ts'), JSON.stringify(options));
  };
  const startFunctions = () =>
    start(serverless, ...`offline start --noSponsor --httpPort ${apiPort} --lambdaPort ${lambdaPort}`.split(' '));

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
  let isStopping = false;

  /** Starts a process again whenever it has ended without being asked. */
  const mourn = async (
    what: string,
    child: () => Child,
    startAgain: () => Promise<void>,
    tell: (line: string) => void,
  ) => {
    while (!isStopping) {
      await child().ended;
      if (isStopping) return;
      tell(`${what} died; starting again`);
      await startAgain();
    }
  };
  const restartFunctions = async (): Promise<void> => {
    functions = await startFunctions();
  };
  const restartEmulators = async (): Promise<void> => {
    emulators = await startEmulators();
  };
  const takeDown = announced ? announce(root, surroundings) : () => {};

  const { ready } = functions;
  const table = isRecord(ready) ? String(ready.table) : '';

  return {
    urls: {
      api: surroundings.api,
      inbox: outside.inbox.url,
      clouds: outside.clouds.url,
      dynamodb: surroundings.dynamodb,
      sqs: surroundings.sqs,
      ssm: surroundings.ssm,
      lambda: `http://127.0.0.1:${lambdaPort}`,
    },
    inbox: outside.inbox,
    surroundings,
    table,
    logFile,
    callsFile: join(dir, CALLS),
    createToken: (tenant) => createLocalToken(surroundings.dynamodb, table, tenant),
    killFunctions: () => functions.kill(),
    startFunctions: restartFunctions,
    killEmulators: () => emulators.kill(),
    startEmulators: restartEmulators,
    keepUp: (tell) => {
      const giveUp = (error: unknown) => tell(`it did not start again: ${error}`);
      mourn('the functions', () => functions, restartFunctions, tell).catch(giveUp);
      mourn('the emulators', () => emulators, restartEmulators, tell).catch(giveUp);
    },
    stop: async () => {
      isStopping = true;
      takeDown();
      await functions.stop();
      await emulators.stop();
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
