/** The parameters of a deployment, read from the configuration before osls reads the rest of serverless.yml. */
import { dirname } from 'node:path';
import * as v from 'valibot';
import { Deployment } from '../lib/config/deployment.ts';
import { configFile, configParameter, loadConfig } from './config-file.ts';
import { parametersOf } from './parameters.ts';

/** What of the command line counts here: null where it is not given. */
type Options = { readonly stage?: string | null; readonly param?: readonly string[] | null };

export const givenParameters = async ({ stage: named, param }: Options) => {
  const stage = named ?? 'dev';
  // The names of secrets may depend on it, and the functions find it in their environment.
  process.env.OPWATCH_STAGE = stage;
  const file = configFile(dirname(import.meta.dirname), configParameter(param));
  // What is wrong with the file is told by plugin.ts, which osls begins later.
  const input = await loadConfig(file).catch(() => undefined);
  const { deploy } = (input ?? {}) as { readonly deploy?: unknown };
  const read = v.safeParse(Deployment, deploy ?? {});
  return parametersOf(stage, read.success ? read.output : {});
};
