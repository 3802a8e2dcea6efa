/** `npm start`: the local stack in the foreground, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { portsFrom } from './ports.ts';
import { type Stack, startStack } from './stack.ts';

const PORT_BASE = 4100;

const options = {
  keep: { type: 'boolean', default: false },
  'port-base': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const USAGE = `npm start -- [--keep] [--port-base N]
  --keep         keep tables and queues in .opwatch/ and begin with what is there
  --port-base N  use the six ports from N on (otherwise ${PORT_BASE}, or any free ones when those are taken)`;

const operation = { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe****', OperationId: 'op-13c37a77c505****' };

const welcome = ({ urls, logFile }: Stack, token: string, keep: boolean): string => `
opwatch is up.

  API          ${urls.api}
  inbox        ${urls.inbox}   webhooks, verified: look at it in a browser
  clouds       ${urls.clouds}   stand-ins for the cloud APIs
  DynamoDB     ${urls.dynamodb}
  SQS          ${urls.sqs}
  log          ${logFile}${keep ? '\n  state        kept in .opwatch/' : ''}

  token        ${token}

Begin an operation of 20 seconds in the stand-in cloud, and watch it:

  curl -s ${urls.clouds}/_control/operations --json '${JSON.stringify({ api: 'aliyun-emr', operation, seconds: 20 })}'
  curl -s ${urls.api}/watches -H 'authorization: Bearer ${token}' \\
    --json '${JSON.stringify({ provider: 'aliyun-emr', operation })}'

Ctrl-C ends it.
`;

const run = async (): Promise<void> => {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(USAGE);
  const { keep } = values;
  const given = values['port-base'];
  const portBase = given === undefined ? (await portsFrom(PORT_BASE, 6)) && PORT_BASE : Number(given);

  let interrupt = (): void => process.exit();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt());
  const stack = await startStack({ keep, announced: true, ...(portBase !== undefined && { portBase }) });
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  console.log(welcome(stack, await stack.createToken(), keep));

  stack.keepUp(console.log);
  await interrupted;
  await stack.stop();
};

run().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
