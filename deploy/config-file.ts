/** Which file is the configuration: `--param config=…`, OPWATCH_CONFIG, or the project's own. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const CONFIG_VARIABLE = 'OPWATCH_CONFIG';

/** Among parameters as the command line has them: `name=value`. */
export const configParameter = (params?: readonly string[] | null): string | undefined =>
  params?.find((each) => each.startsWith('config='))?.slice('config='.length);

/** The file's path; what the user has named is relative to the folder where the command runs. */
export const configFile = (root: string, named = process.env[CONFIG_VARIABLE]): string =>
  named ? resolve(named) : resolve(root, 'opwatch.config.ts');

/** What the file exports. Throws, with the file's name, when it cannot be loaded. */
export const loadConfig = async (file: string): Promise<unknown> => {
  try {
    return (await import(pathToFileURL(file).href)).default;
  } catch (error) {
    throw new Error(`${file} cannot be loaded: ${(error as Error).message}`, { cause: error });
  }
};
