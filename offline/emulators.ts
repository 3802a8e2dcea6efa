/**
 * AWS on one machine: DynamoDB, SQS and SSM, in this process or, run as a script, in one of its own, so that they and the
 * functions can die apart. Like AWS they forget nothing when they are killed: their state is on disk.
 */
import { join } from 'node:path';
import { CALLS, logCalls } from './calls.ts';
import { hasParent, serveParent } from './child.ts';
import { startDynamodb } from './dynamodb.ts';
import { startSqs } from './sqs.ts';
import { startSsm } from './ssm.ts';

export type EmulatorOptions = {
  /** 0 for a free one. */
  readonly dynamodbPort: number;
  readonly sqsPort: number;
  readonly ssmPort: number;
  readonly dir: string;
};

export type EmulatorUrls = { readonly dynamodb: string; readonly sqs: string; readonly ssm: string };

export type Emulators = { readonly urls: EmulatorUrls; readonly close: () => Promise<void> };

export const startEmulators = async ({ dynamodbPort, sqsPort, ssmPort, dir }: EmulatorOptions): Promise<Emulators> => {
  const log = logCalls(join(dir, CALLS));
  const [dynamodb, sqs, ssm] = await Promise.all([
    startDynamodb(dynamodbPort, dir, log),
    startSqs(sqsPort, dir, log),
    startSsm(ssmPort, dir, log),
  ]);
  return {
    urls: { dynamodb: dynamodb.url, sqs: sqs.url, ssm: ssm.url },
    close: async () => {
      await Promise.all([dynamodb.close(), sqs.close(), ssm.close()]);
    },
  };
};

if (process.argv[1] === import.meta.filename && hasParent()) {
  // dynalite throws, where nobody can catch it, when a client is killed in the middle of a request.
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    console.error(error);
    if (error.code !== 'ECONNRESET') process.exit(1);
  });
  startEmulators(JSON.parse(process.argv[2] ?? '')).then(({ urls, close }) => serveParent(urls, close));
}
