/** `npm start`: the local stack in the foreground, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { CONFIG_VARIABLE, configFile, loadConfig } from '../deploy/config-file.ts';
import { mustBeSound } from '../lib/check/check.ts';
import { ConfigError } from '../lib/config/config.ts';
import { QUEUES_MAX } from '../lib/config/deployment.ts';
import type { ConfigInput } from '../lib/config/settings.ts';
import { StartFault } from './child.ts';
import { CHOICE_VARIABLE } from './endpoints.ts';
import { givenEmulators } from './given-emulators.ts';
import { portFaults, portsFrom } from './ports.ts';
import { nextRun } from './schedules.ts';
import { type Stack, startStack } from './stack.ts';

const PORT_BASE = 4100;

const options = {
  keep: { type: 'boolean', default: false },
  'port-base': { type: 'string' },
  'function-timeout': { type: 'string' },
  'poll-queues': { type: 'string' },
  'notify-queues': { type: 'string' },
  config: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const USAGE = `usage: npm start -- [--keep] [--port-base N] [--function-timeout S] [--poll-queues N] [--notify-queues N] [--config mine.ts]
  --keep         keep the tables and queues in .opwatch/, and begin with the kept ones
  --port-base N  use seven ports, beginning with N (default ${PORT_BASE}, or any free ports if one of these is taken)
  --function-timeout S  end a function after S seconds (default 60)
  --poll-queues N  run N poll queues for each cloud, like the parameter pollQueues (default 1)
  --notify-queues N  run N notify queues, like the parameter notifyQueues (default 1)
  --config mine.ts   run your own configuration with its schedules; stand-ins replace its credentials and addresses`;

/** The running parts of the user's own configuration. */
const ownOf = async (file: string): Promise<string> => {
  const { targets = {}, schedules = [] } = (await loadConfig(configFile('.', file))) as ConfigInput;
  const next = ({ name, cron, timeZone = 'UTC' }: (typeof schedules)[number]) =>
    `    ${name}: next at ${nextRun({ cron, timeZone }, new Date())?.toISOString() ?? 'no time'}`;
  return `
The stack runs ${file}. The inbox receives all messages to these targets: ${Object.keys(targets).join(', ') || 'none'}.
${schedules.length > 0 ? `Its schedules:\n${schedules.map(next).join('\n')}\n` : ''}`;
};

const operation = { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe****', OperationId: 'op-13c37a77c505****' };

const welcome = ({ urls, logFile, isFound }: Stack, token: string, keep: boolean): string => `
opwatch is up.

  API          ${urls.api}
  inbox        ${urls.inbox}   shows the verified webhooks in a browser
  clouds       ${urls.clouds}   stand-ins for the cloud APIs
  DynamoDB     ${urls.dynamodb}
  SQS          ${urls.sqs}
  log          ${logFile}${keep ? '\n  state        kept in .opwatch/' : ''}

  token        ${token}

Begin an operation of 20 seconds in the stand-in cloud and watch it. Its webhook comes to the inbox:

  curl -s ${urls.clouds}/_control/operations -d '${JSON.stringify({ api: 'aliyun-emr', operation, seconds: 20 })}'
  curl -s ${urls.api}/watches -H 'authorization: Bearer ${token}' \\
    -d '${JSON.stringify({ provider: 'aliyun-emr', operation })}'

See the state of the watch:

  curl -s ${urls.api}/watches -H 'authorization: Bearer ${token}'

See in the inbox the messages that each target would show:

  npm run notify-test:local -- slack feishu

(Without a name the command sends to all targets. A watch sends to the targets in its "notify": ["slack", "feishu"].)

${isFound ? '' : `Another local stack runs from this checkout, and the commands find that stack first. To reach the new stack, set ${CHOICE_VARIABLE}=${urls.api}\n\n`}Ctrl-C ends it.
`;

class Usage extends Error {}

const wholeNumber = (name: string, text: string, from: number, to: number): number => {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new Usage(`${name} must be a whole number from ${from} to ${to}`);
};

const readOptions = () => {
  try {
    const { values } = parseArgs({ options });
    const {
      keep,
      help,
      config = process.env[CONFIG_VARIABLE],
      'port-base': base,
      'function-timeout': timeout,
    } = values;
    const { 'poll-queues': pollQueues, 'notify-queues': notifyQueues } = values;
    return {
      keep,
      help,
      ...(config && { config }),
      given: base === undefined ? undefined : wholeNumber('--port-base', base, 1_024, 65_529),
      timed:
        timeout === undefined ? {} : { functionTimeoutSeconds: wholeNumber('--function-timeout', timeout, 1, 900) },
      parameters: {
        ...(pollQueues !== undefined && { pollQueues: wholeNumber('--poll-queues', pollQueues, 1, QUEUES_MAX) }),
        ...(notifyQueues !== undefined && {
          notifyQueues: wholeNumber('--notify-queues', notifyQueues, 1, QUEUES_MAX),
        }),
      },
    };
  } catch (error) {
    throw new Usage((error as Error).message);
  }
};

const run = async (): Promise<void> => {
  const { keep, help, config, given, timed, parameters } = readOptions();
  if (help) return console.log(USAGE);
  if (config !== undefined) mustBeSound(await loadConfig(configFile('.', config)));
  const emulators = givenEmulators(process.env);
  const taken = given === undefined ? await portFaults(portsFrom(PORT_BASE), emulators.urls) : [];
  if (taken.length > 0) console.log(`${taken.join('; ')}: the stack uses any free ports instead.`);
  const portBase = given ?? (taken.length > 0 ? undefined : PORT_BASE);

  let interrupt = (): void => process.exit();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt());
  console.log('Starting the functions, their table and queues, the clouds and the inbox …');
  const stack = await startStack({
    keep,
    announced: true,
    emulators,
    parameters,
    ...(config !== undefined && { config }),
    ...timed,
    ...(portBase !== undefined && { portBase }),
  });
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  console.log(welcome(stack, await stack.createToken(), keep));
  if (config !== undefined) console.log(await ownOf(config));

  stack.keepUp(console.log);
  await interrupted;
  await stack.stop();
};

run().then(
  () => process.exit(),
  (error: unknown) => {
    if (error instanceof StartFault || error instanceof ConfigError)
      console.error(`\nopwatch did not start.\n${error.message}`);
    else console.error(error instanceof Usage ? `${error.message}\n${USAGE}` : error);
    process.exit(1);
  },
);
