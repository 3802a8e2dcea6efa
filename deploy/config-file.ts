/**
 * Finds the file of the configuration: `--param config=…`, else the variable OPWATCH_CONFIG, else the file of the
 * project.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const CONFIG_VARIABLE = 'OPWATCH_CONFIG';

/** Finds the configuration file in the parameters of a command line. A parameter has the form `name=value`. */
export const configParameter = (params?: readonly string[] | null): string | undefined =>
  params?.find((each) => each.startsWith('config='))?.slice('config='.length);

/**
 * Returns the path of the configuration file. A path from the user is relative to the folder where the command runs.
 */
export const configFile = (root: string, named = process.env[CONFIG_VARIABLE]): string =>
  named ? resolve(named) : resolve(root, 'opwatch.config.ts');

/** Returns the export of the configuration file. Throws an error with the file's name where it cannot load the file. */
export const loadConfig = async (file: string): Promise<unknown> => {
  try {
    return (await import(pathToFileURL(file).href)).default;
  } catch (error) {
    throw new Error(`${file} cannot be loaded: ${(error as Error).message}`, { cause: error });
  }
};
