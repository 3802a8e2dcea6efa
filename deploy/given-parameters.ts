/**
 * Reads the parameters of a deployment from the configuration. osls needs them before it reads the rest of
 * serverless.yml.
 */
import { dirname } from 'node:path';
import * as v from 'valibot';
import { Deployment } from '../lib/config/deployment.ts';
import { configFile, configParameter, loadConfig } from './config-file.ts';
import { parametersOf } from './parameters.ts';

/** The options of the command line that this file uses. An option that is not given is null. */
type Options = { readonly stage?: string | null; readonly param?: readonly string[] | null };

export const givenParameters = async ({ stage: named, param }: Options) => {
  const stage = named ?? 'dev';
  // The names of secrets may depend on the stage. The functions find the stage in the same environment variable.
  process.env.OPWATCH_STAGE = stage;
  const file = configFile(dirname(import.meta.dirname), configParameter(param));
  // This function ignores the faults of the file. plugin.ts, which osls starts later, reports them.
  const input = await loadConfig(file).catch(() => undefined);
  const { deploy } = (input ?? {}) as { readonly deploy?: unknown };
  const read = v.safeParse(Deployment, deploy ?? {});
  return parametersOf(stage, read.success ? read.output : {});
};
