/**
 * AWS on one machine: DynamoDB, SQS and SSM, or those of them that are asked for, in this process or, run as a script, in one of its own, so that they and the
 * functions can die apart. Like AWS they forget nothing when they are killed: their state is on disk.
 */
import { join } from 'node:path';
import { CALLS, type CallLog, logCalls } from './calls.ts';
import { failParent, hasParent, StartFault, serveParent } from './child.ts';
import { startDynamodb } from './dynamodb.ts';
import { type Emulator, startSqs } from './sqs.ts';
import { startSsm } from './ssm.ts';

export type EmulatorUrls = { readonly dynamodb: string; readonly sqs: string; readonly ssm: string };

export type EmulatorOptions = {
  /** The port of each that is to start; 0 for a free one. */
  readonly ports: { readonly [P in keyof EmulatorUrls]?: number };
  readonly dir: string;
};

export type Emulators = { readonly urls: Partial<EmulatorUrls>; readonly close: () => Promise<void> };

const EMULATORS: Readonly<
  Record<keyof EmulatorUrls, readonly [string, (port: number, dir: string, log: CallLog) => Promise<Emulator>]>
> = {
  dynamodb: ['DynamoDB', startDynamodb],
  sqs: ['SQS', startSqs],
  ssm: ['SSM', startSsm],
};

/** Throws a StartFault that names the emulator that does not start. */
export const startEmulators = async ({ ports, dir }: EmulatorOptions): Promise<Emulators> => {
  const log = logCalls(join(dir, CALLS));
  const started = await Promise.all(
    Object.entries(ports).map(async ([part, port]) => {
      const [name, start] = EMULATORS[part as keyof EmulatorUrls];
      const emulator = await start(port, dir, log).catch((error: Error) => {
        throw new StartFault(`${name} on port ${port}, with its state in ${dir}: ${deepest(error)}`);
      });
      return [part, emulator] as const;
    }),
  );
  return {
    urls: Object.fromEntries(started.map(([part, { url }]) => [part, url])),
    close: async () => {
      await Promise.all(started.map(([, emulator]) => emulator.close()));
    },
  };
};

/** Libraries wrap the reason: "Database failed to open" says less than its cause. */
const deepest = (error: Error): string => (error.cause instanceof Error ? deepest(error.cause) : error.message);

if (process.argv[1] === import.meta.filename && hasParent()) {
  const options: EmulatorOptions = JSON.parse(process.argv[2] ?? '');
  // dynalite throws where nobody can catch it: when a client is killed in the middle of a request, and when its tables
  // cannot be opened.
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') return console.error(error);
    const state = `The state in ${options.dir} may be in use by another local stack, or damaged`;
    failParent(new StartFault(`${deepest(error)}. ${state}`));
  });
  startEmulators(options).then(({ urls, close }) => serveParent(urls, close), failParent);
}
