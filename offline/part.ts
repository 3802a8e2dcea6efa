/** One process of the local stack: it can die and be started again alone. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child.ts';

export type Part = {
  /** Starts it and answers what it reported. Throws when it does not start. */
  readonly start: () => Promise<unknown>;
  /** SIGKILL; whatever it was working on is left as it stands. */
  readonly kill: () => Promise<void>;
  /** Ends it for good, also in the middle of a start. */
  readonly stop: () => Promise<void>;
  /** Starts it again whenever it ends without being asked, as often as it takes. `tell` hears of all of that. */
  readonly keepUp: (tell: (line: string) => void) => Promise<void>;
};

export type PartOptions = {
  /** In the plural, for people: "the functions". */
  readonly name: string;
  readonly launch: (signal: AbortSignal) => Promise<Child>;
  /** Waits before the next try; ends early when the part is stopped. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
};

const AGAIN_MS = 1_000;
const AGAIN_MAX_MS = 30_000;

const pauseFor = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};

export const createPart = ({ name, launch, pause = pauseFor }: PartOptions): Part => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let child: Child | undefined;
  let starting: Promise<Child> | undefined;

  const start = async (): Promise<unknown> => {
    starting = launch(signal);
    child = await starting;
    return child.ready;
  };

  const startAgain = async (tell: (line: string) => void): Promise<void> => {
    for (let waitMs = AGAIN_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, AGAIN_MAX_MS)) {
      try {
        await start();
        return tell(`${name} run again`);
      } catch (error) {
        if (signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        tell(`${why}\nThe stack tries again in ${waitMs / 1_000} s`);
        await pause(waitMs, signal);
      }
    }
  };

  return {
    start,
    kill: async () => child?.kill(),
    stop: async () => {
      stopping.abort();
      await starting?.catch(() => undefined);
      await child?.stop();
    },
    keepUp: async (tell) => {
      while (!signal.aborted) {
        await child?.ended;
        if (signal.aborted) return;
        tell(`${name} died; the stack starts this part again`);
        await startAgain(tell);
      }
    },
  };
};
