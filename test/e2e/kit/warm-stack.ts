/**
 * One local stack for all end-to-end files that neither stop it nor change how it behaves. It is started, in a process of its
 * own, when the first of them joins it, and lives until the run is over. Their scenarios run side by side: each looks at its
 * own operations, names and tenants only.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Child, hasParent, serveParent, startChild } from '../../../offline/child.ts';
import { sendJson, serveLocally } from '../../../offline/local-server.ts';
import { type Stack, startStack } from '../../../offline/stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Who asks here gets a stack to join. */
    readonly warmStack: string;
  }
}

/** What there is to say of a stack to those in other processes. */
export type StackNote = Pick<Stack, 'urls' | 'endpoints' | 'table' | 'logFile' | 'callsFile'>;

const STOPS_WITHIN_MS = 60_000;
/** The stack itself notices a part that falls silent. This only ends what hangs. */
const STARTS_WITHIN_MS = 600_000;

/** Vitest runs this before the first file of a project that names it, and what it answers after the last. */
export default async ({ provide }: TestProject) => {
  const dir = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
  let child: Promise<Child> | undefined;
  const server = await serveLocally(0, (_, response) => {
    child ??= startChild({
      command: [import.meta.filename],
      cwd: dir,
      env: process.env,
      logFile: join(dir, 'log'),
      patienceMs: STOPS_WITHIN_MS,
      silenceMs: STARTS_WITHIN_MS,
    });
    child.then(
      ({ ready }) => sendJson(response, 200, ready as StackNote),
      (error: unknown) => sendJson(response, 500, { error: String(error) }),
    );
  });
  provide('warmStack', server.url);
  return async () => {
    await server.close();
    await (await child?.catch(() => undefined))?.stop();
    rmSync(dir, { recursive: true });
  };
};

if (process.argv[1] === import.meta.filename && hasParent()) {
  const { urls, endpoints, table, logFile, callsFile, stop } = await startStack();
  serveParent({ urls, endpoints, table, logFile, callsFile } satisfies StackNote, stop);
}
