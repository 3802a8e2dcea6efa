import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FAILED = 'failed';
const DONE = 'done';

/**
 * Has something made once in a run of vitest, by whichever of its processes asks for it first; answers the folder that it was
 * made in. Throws when making it failed. vitest.config.ts makes the place for it, and removes it.
 */
export const onceARun = async (name: string, make: (folder: string) => Promise<unknown>): Promise<string> => {
  const folder = join(process.env.OPWATCH_TEST_RUN ?? '', name);
  const says = (what: string) => join(folder, what);
  try {
    mkdirSync(folder);
  } catch {
    while (!existsSync(says(DONE))) {
      if (existsSync(says(FAILED))) throw new Error(`${name} could not be made: whoever tried first says why`);
      await sleep(100);
    }
    return folder;
  }
  try {
    await make(folder);
    writeFileSync(says(DONE), '');
    return folder;
  } catch (error) {
    writeFileSync(says(FAILED), '');
    throw error;
  }
};
