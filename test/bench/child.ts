/** Stand-ins in a process of their own, so that their work is not counted as ours and does not delay it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../offline/child.ts';

/** Runs `script` of this folder while `work` lasts, and hands over what it reported when it was ready. */
export const withChild = async <T>(
  script: string,
  args: readonly string[],
  work: (ready: unknown) => Promise<T>,
): Promise<T> => {
  const dir = mkdtempSync(join(tmpdir(), 'opwatch-bench-'));
  try {
    const child = await startChild({
      command: [join(import.meta.dirname, script), ...args],
      cwd: dir,
      env: { PATH: process.env.PATH },
      logFile: join(dir, 'log'),
    });
    try {
      return await work(child.ready);
    } finally {
      await child.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
