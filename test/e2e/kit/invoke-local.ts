import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VARIABLE } from '../../../offline/endpoints.ts';
import type { Opwatch, Reached } from './opwatch.ts';

const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/** `serverless invoke local -f <name> …args`, with a running stack; answers what the function answered. */
export const invokeLocal = async (
  { stack }: Opwatch<Reached>,
  name: string,
  args: readonly string[],
): Promise<unknown> => {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, [VARIABLE]: JSON.stringify(stack.endpoints) };
  const { stdout } = await promisify(execFile)(process.execPath, [serverless, 'invoke', 'local', '-f', name, ...args], {
    cwd: join(import.meta.dirname, '../../..'),
    env,
  });
  // Log lines come before the answer, each on a line of its own.
  return JSON.parse(stdout.slice(`\n${stdout}`.search(/\n[{[]\n/)));
};
