/**
 * The whole of opwatch on one machine: the emulators in one process, the functions in another, the world outside in this
 * one. Each can die and be started again alone, as AWS, Lambda and the clouds can.
 */
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { CONFIG_VARIABLE } from '../deploy/config-file.ts';
import { CALLS } from './calls.ts';
import { StartFault, startChild } from './child.ts';
import type { EmulatorOptions } from './emulators.ts';
import { type Endpoints, replacements, VARIABLE } from './endpoints.ts';
import { type GivenEmulators, mustAnswer, NO_EMULATORS, PARTS } from './given-emulators.ts';
import { announce } from './notice.ts';
import { type Outside, startOutside } from './outside.ts';
import { createPart } from './part.ts';
import { freePorts, NAMES, numbered, PORT_CURE, portFaults, portsFrom, type User } from './ports.ts';
import { isRecord } from './resolve.ts';
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
  /** How long a function may take; left out, a minute, which a busy machine needs. What is deployed keeps to serverless.yml. */
  readonly functionTimeoutSeconds?: number;
  /** Emulators that somebody else runs: the stack starts none in their place. */
  readonly emulators?: GivenEmulators;
  /** Parameters of serverless.yml, in place of their defaults. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** A configuration of the user's own, in place of the local stack's. */
  readonly config?: string;
  /** More variables for offline/opwatch.config.ts. */
  readonly environment?: Readonly<Record<string, string>>;
};

export type Stack = {
  readonly urls: Readonly<Record<'api' | 'inbox' | 'clouds' | 'dynamodb' | 'sqs' | 'ssm' | 'lambda', string>>;
  readonly inbox: Outside['inbox'];
  /** The environment of the functions, secrets included, for others that need the same. */
  readonly endpoints: Endpoints;
  /** The table's name. */
  readonly table: string;
  /** The output of the functions and the emulators. */
  readonly logFile: string;
  /** Whether commands of this checkout find this stack; otherwise one that was started before it. */
  readonly isFound: boolean;
  /** Who has called what of DynamoDB and SQS, a line of JSON each: offline/calls.ts. */
  readonly callsFile: string;
  /** Makes a bearer token for `tenant` (left out: default) and answers its text. */
  readonly createToken: (tenant?: string) => Promise<string>;
  /** SIGKILL; what was being worked on comes back when its queue's visibility timeout has passed. */
  readonly killFunctions: () => Promise<void>;
  /** Starts them as a deployment would; `environment` goes beside what offline/opwatch.config.ts was told before. */
  readonly startFunctions: (environment?: Readonly<Record<string, string>>) => Promise<void>;
  /** From now on whatever dies is started again, and `tell` hears of it. */
  readonly keepUp: (tell: (line: string) => void) => void;
  readonly killEmulators: () => Promise<void>;
  readonly startEmulators: () => Promise<void>;
  /** Leaves no process and no port behind, and without `keep` no file. */
  readonly stop: () => Promise<void>;
};

const root = dirname(import.meta.dirname);
const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/** A folder for logs and state: .opwatch/ for what is kept, another one for what is forgotten. Throws a StartFault. */
const makeFolder = (keep: boolean, announced: boolean): string => {
  const ours = join(root, '.opwatch');
  try {
    if (keep || announced) {
      mkdirSync(ours, { recursive: true });
      accessSync(ours, constants.W_OK | constants.X_OK);
    }
    return keep ? ours : mkdtempSync(join(tmpdir(), 'opwatch-'));
  } catch (error) {
    throw new StartFault(`the local stack needs a folder that it can write to: ${(error as Error).message}`);
  }
};

const KEPT_CURE = `The kept state may be the cause. To begin without it, remove ${join(root, '.opwatch')} or omit --keep.`;

/**
 * Starts everything and waits until it is ready. Throws a StartFault, which tells cause and cure, when a part does not
 * start; then nothing of the stack is left.
 */
export const startStack = async (options: StackOptions = {}): Promise<Stack> => {
  const { portBase, keep = false, announced = false, concurrency, functionTimeoutSeconds } = options;
  const { environment = {}, emulators: given = NO_EMULATORS, parameters = {}, config } = options;
  const ports = portBase === undefined ? numbered(await freePorts(NAMES.length)) : portsFrom(portBase);
  const faults = await portFaults(ports, given.urls);
  if (faults.length > 0) throw new StartFault(`${faults.join('\n')}\n${PORT_CURE}`);
  await mustAnswer(given);
  const dir = makeFolder(keep, announced);
  const forget = (): void => {
    if (!keep) rmSync(dir, { recursive: true, force: true });
  };
  process.on('exit', forget);
  const logFile = join(dir, 'stack.log');

  const outside = await startOutside({ cloudsPort: ports.clouds, inboxPort: ports.inbox, dir });
  const at = (user: User): string => `http://127.0.0.1:${ports[user]}`;
  const endpoints: Endpoints = {
    dynamodb: at('dynamodb'),
    sqs: at('sqs'),
    ssm: at('ssm'),
    ...replacements(given),
    api: at('api'),
    environment: { ...outside.environment, ...environment },
    ...(concurrency !== undefined && { concurrency }),
    ...(functionTimeoutSeconds !== undefined && { functionTimeoutSeconds }),
  };
  // Lambda and EventBridge know no time but UTC; serverless-offline's schedules go by the machine's.
  const { PATH, HOME } = process.env;
  let deployed = endpoints;
  const own = config === undefined ? {} : { [CONFIG_VARIABLE]: resolve(config) };
  const env = () => ({ PATH, HOME, TZ: 'UTC', ...own, [VARIABLE]: JSON.stringify(deployed) });
  let tellPeople = (line: string): void => void line;
  const part = (name: string, ...command: string[]) =>
    createPart({
      name,
      launch: (signal) =>
        startChild({ name, command, cwd: root, env: env(), logFile, signal, tell: (line) => tellPeople(line) }),
    });
  const started = PARTS.filter((name) => given.urls[name] === undefined);
  const emulatorOptions: EmulatorOptions = {
    ports: Object.fromEntries(started.map((name) => [name, ports[name]])),
    dir,
  };
  const emulators = part('the emulators', join(import.meta.dirname, 'emulators.ts'), JSON.stringify(emulatorOptions));
  const serve = `offline start --noSponsor --httpPort ${ports.api} --lambdaPort ${ports.lambda}`;
  const chosen = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
  const functions = part('the functions', serverless, ...serve.split(' '), ...chosen);
  const parts = started.length === 0 ? [functions] : [functions, emulators];

  const stop = async (): Promise<void> => {
    for (const each of parts) await each.stop();
    await outside.close();
    forget();
    process.off('exit', forget);
  };
  // Functions need the emulators only once osls has read its file: both start at once.
  const [ready] = await Promise.all(parts.map((each) => each.start())).catch(async (error: unknown) => {
    await stop();
    throw keep && error instanceof StartFault ? new StartFault(`${error.message}\n${KEPT_CURE}`) : error;
  });
  const notice = announced ? announce(root, endpoints) : undefined;
  const table = isRecord(ready) ? String(ready.table) : '';

  return {
    urls: {
      api: endpoints.api,
      inbox: outside.inbox.url,
      clouds: outside.clouds.url,
      dynamodb: endpoints.dynamodb,
      sqs: endpoints.sqs,
      ssm: endpoints.ssm,
      lambda: at('lambda'),
    },
    inbox: outside.inbox,
    endpoints,
    table,
    logFile,
    isFound: notice?.isFirst ?? false,
    callsFile: join(dir, CALLS),
    createToken: (tenant) => createLocalToken(endpoints.dynamodb, table, tenant),
    killFunctions: functions.kill,
    startFunctions: async (changed = {}) => {
      deployed = { ...deployed, environment: { ...deployed.environment, ...changed } };
      await functions.start();
    },
    killEmulators: emulators.kill,
    startEmulators: async () => void (await emulators.start()),
    keepUp: (tell) => {
      tellPeople = tell;
      for (const each of parts) void each.keepUp(tell);
    },
    stop: async () => {
      notice?.takeDown();
      await stop();
    },
  };
};
