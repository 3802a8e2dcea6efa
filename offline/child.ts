/** Child processes that say when they are ready, end when asked, and never outlive their parent. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { isRecord } from './resolve.ts';

export type Child = {
  /** What it reported when it was ready. */
  readonly ready: unknown;
  /** Settles when it has ended, however it did. */
  readonly ended: Promise<void>;
  /** Asks it to finish what it is doing, and waits; kills it when it takes too long. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as if the machine had lost it. */
  readonly kill: () => Promise<void>;
};

export type ChildOptions = {
  /** The script and its arguments, run by this very Node. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Both of its outputs are appended to this file. */
  readonly logFile: string;
  /** How long `stop` lets it take, ms. */
  readonly patienceMs?: number;
};

const STOP = 'stop';

/** Starts a child and waits until it is ready. Throws, with the end of its log, when it ends before that. */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const { command, cwd, env, logFile, patienceMs = 5_000 } = options;
  const log = openSync(logFile, 'a');
  // A process group of its own: Ctrl-C is for the parent, which then lets its children go in order.
  const child = spawn(process.execPath, command, { cwd, env, stdio: ['ignore', log, log, 'ipc'], detached: true });
  closeSync(log);
  const ended = once(child, 'exit').then(() => undefined);

  const ready = await Promise.race([
    ended.then(() => {
      throw new Error(`${command.join(' ')} ended before it was ready:\n${endOf(logFile)}`);
    }),
    new Promise<unknown>((resolve) => {
      child.on('message', (message) => {
        if (isRecord(message) && 'ready' in message) resolve(message.ready);
      });
    }),
  ]);

  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const stop = async (): Promise<void> => {
    if (child.connected) child.send(STOP);
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(timer);
  };
  return { ready, ended, stop, kill };
};

/** In the child: whether anybody waits for it to be ready. */
export const hasParent = (): boolean => process.send !== undefined;

/** In the child: reports that it is ready, and from then on ends when its parent asks or dies. */
export const serveParent = (ready: unknown, stop: () => Promise<void>): void => {
  endWithParent();
  process.on('message', (message) => {
    if (message === STOP) stop().finally(() => process.exit());
  });
  process.send?.({ ready });
};

/** In the child: ends at once when its parent dies, by `kill -9` too: the channel between them closes. */
export const endWithParent = (): void => {
  if (!hasParent()) return;
  process.on('disconnect', () => process.exit());
  if (!process.connected) process.exit();
};

const LOG_LINES = 30;

const endOf = (logFile: string): string =>
  readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
