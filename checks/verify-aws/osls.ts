/** The serverless command of this checkout, run in one account and no other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { devNull } from 'node:os';
import type { Account } from './account.ts';

const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/** What of the environment chooses credentials: a profile there must not lead elsewhere than the account that was opened. */
const CHOOSES = /^AWS_(?!CA_BUNDLE$|ENDPOINT_URL|USE_|IGNORE_)/;

export const environmentFor = (
  { access, region }: Pick<Account, 'access' | 'region'>,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !CHOOSES.test(name))),
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: access.accessKeyId,
  AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
  ...(access.sessionToken !== undefined && { AWS_SESSION_TOKEN: access.sessionToken }),
  // An AWS profile file could still name a role to take on for the stage; there is none to read.
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
});

export type Command = {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly account: Pick<Account, 'access' | 'region'>;
  /** Its output is appended here. */
  readonly logFile: string;
  /** Ends it early; it is then an error. */
  readonly stopped?: AbortSignal;
};

const LOG_LINES = 25;

/** Runs `serverless …`. Throws, with the end of its output, when it fails. */
export const osls = async ({ words, cwd, account, logFile, stopped }: Command): Promise<void> => {
  stopped?.throwIfAborted();
  const log = openSync(logFile, 'a');
  const env = environmentFor(account, process.env);
  // A process group of its own: Ctrl-C is for us, who then see to it that what was begun is removed.
  const child = spawn(process.execPath, [serverless, ...words], {
    cwd,
    env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const end = () => child.kill('SIGTERM');
  stopped?.addEventListener('abort', end);
  const [code] = await once(child, 'exit');
  stopped?.removeEventListener('abort', end);
  if (code !== 0) {
    const told = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
    throw new Error(`serverless ${words[0]} failed:\n${told}`);
  }
};
