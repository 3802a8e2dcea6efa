/** Child processes that say when they are ready, end when asked, and never outlive their parent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { isRecord } from './resolve.ts';
import { createSilence, waitUnlessSilent } from './silence.ts';

export type Child = {
  /** The report of the process when it was ready. */
  readonly ready: unknown;
  /** Settles when it has ended, however it did. */
  readonly ended: Promise<void>;
  /** Asks it to finish what it is doing, and waits; kills it when it takes too long. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as if the machine had lost it. */
  readonly kill: () => Promise<void>;
};

export type ChildOptions = {
  /** Who it is, for people; left out, its command. */
  readonly name?: string;
  /** The script and its arguments, run by this very Node. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Both of its outputs are appended to this file. */
  readonly logFile: string;
  /** How long `stop` lets it take, ms. */
  readonly patienceMs?: number;
  /** How long it may take from one step to the next before it is ready, ms on an idle machine. */
  readonly silenceMs?: number;
  /** Kills it while it starts. */
  readonly signal?: AbortSignal;
  /** Hears what it says to people while it runs. */
  readonly tell?: (line: string) => void;
};

/** A part of the local stack that did not start. The message tells people why, and the cure where there is one. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}

type Start = { readonly ready: unknown } | { readonly fault: string };

const STOP = 'stop';
const SILENCE_MS = 10_000;

/**
 * Starts a child and waits until it is ready. Throws a StartFault, with the cause, when it reports one, ends before it is
 * ready, or falls silent; then it is gone already.
 */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const { command, cwd, env, logFile, patienceMs = 5_000 } = options;
  const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const log = openSync(logFile, 'a');
  // A process group of its own: Ctrl-C is for the parent, which then lets its children go in order.
  const child = spawn(process.execPath, command, { cwd, env, stdio: ['ignore', log, log, 'ipc'], detached: true });
  closeSync(log);
  const lose = (): void => void child.kill('SIGKILL');
  // A child that hangs does not notice that its parent has gone.
  process.on('exit', lose);
  const ended = once(child, 'exit').then(() => void process.off('exit', lose));
  const kill = async (): Promise<void> => {
    lose();
    await ended;
  };

  try {
    const ready = await readiness(child, ended, { ...options, logStart });
    const stop = async (): Promise<void> => {
      if (child.connected) child.send(STOP);
      const timer = setTimeout(lose, patienceMs);
      await ended;
      clearTimeout(timer);
    };
    return { ready, ended, stop, kill };
  } catch (error) {
    await kill();
    throw error;
  }
};

type Waiting = ChildOptions & { readonly logStart: number };

/** Waits for the first of these: it is ready, tells a fault, ends, falls silent, is not wanted any more. */
const readiness = async (child: ChildProcess, ended: Promise<void>, waiting: Waiting): Promise<unknown> => {
  const { command, name = command.join(' '), silenceMs = SILENCE_MS, signal, tell, logFile, logStart } = waiting;
  const silence = createSilence(silenceMs);
  let lastStep = '';
  let isOver = false;
  const told = new Promise<Start>((resolve) => {
    child.on('message', (report) => {
      silence.end();
      if (!isRecord(report)) return;
      if ('line' in report) tell?.(String(report.line));
      if ('step' in report) lastStep = String(report.step);
      if ('ready' in report) resolve({ ready: report.ready });
      if ('fault' in report) resolve({ fault: String(report.fault) });
    });
    ended.then(() => resolve({ fault: `it ended before it was ready.\n${lastWords(logFile, logStart)}` }));
    signal?.addEventListener('abort', () => resolve({ fault: 'it was stopped' }));
    if (signal?.aborted) resolve({ fault: 'it was stopped' });
  }).finally(() => {
    isOver = true;
  });
  const silent = (): Start => {
    const since = lastStep === '' ? 'since it began' : `since it printed "${lastStep}"`;
    return { fault: `it has printed nothing for ${silenceMs / 1_000} s, ${since}.\n${lastWords(logFile, logStart)}` };
  };
  const outcome = await Promise.race([
    told,
    waitUnlessSilent(() => isOver, silence).then((isDone) => (isDone ? told : silent())),
  ]);
  if ('fault' in outcome) throw new StartFault(`${name} did not start: ${outcome.fault.trimEnd()}`);
  return outcome.ready;
};

const LOG_LINES = 30;

/** The error that osls ended with, and where, or else the end of what was printed since `start`. */
const lastWords = (logFile: string, start: number): string => {
  const printed = readFileSync(logFile).subarray(start).toString().trim();
  const [, error] = /(?:^|\n)Error:\n([\s\S]*)$/.exec(printed) ?? [];
  const lines = (error ?? printed).split('\n').slice(-LOG_LINES);
  const place = lines.findIndex((line) => STACK_FRAME.test(line));
  return lines.filter((line, i) => i === place || !STACK_FRAME.test(line)).join('\n');
};

const STACK_FRAME = /^\s+at /;

/** In the child: whether anybody waits for it to be ready. */
export const hasParent = (): boolean => process.send !== undefined;

/** In the child: tells what it does next, so that a hang can be told from work. */
export const reportStep = (step: string): void => void process.send?.({ step });

/** In the child: lets the parent tell people a line. */
export const tellPeople = (line: string): void => void process.send?.({ line });

/** In the child: reports why it cannot start, and ends. Without a parent, prints it. */
export const failParent = (error: unknown): void => {
  const fault = error instanceof Error ? error.message : String(error);
  console.error(error instanceof StartFault ? fault : error);
  if (process.connected) process.send?.({ fault }, undefined, undefined, () => process.exit(1));
  else process.exit(1);
};

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
  // To listen must not keep alive a child that has nothing else to do: it would hide that it has failed.
  process.channel?.unref();
  if (!process.connected) process.exit();
};
