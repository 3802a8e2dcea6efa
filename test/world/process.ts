/**
 * A function at work: everything it does to the world is an effect, and every effect can go wrong.
 *
 * A process that crashes or runs out of time just stops: what it had asked for may still be done, and it never learns.
 */
import type { Chance } from './chance.ts';
import type { Lineage } from './memory-sqs.ts';
import { IDLE, type Timeline } from './timeline.ts';

export type Process = {
  readonly number: number;
  /** The function it runs. */
  readonly name: string;
  readonly startedAt: number;
  /** How far its clock is ahead of the world's, ms. */
  readonly skewMs: number;
  readonly lineage: Lineage;
  isAlive: boolean;
  /** Why it did not come to its end. */
  death?: string;
  readonly die: (why: string) => void;
};

export type Effect = { readonly number: number; readonly what: string; readonly process: Process };

export const FAULTS = ['crash before', 'crash after', 'lost answer', 'done twice', 'throttled', 'slow'] as const;
export type Fault = (typeof FAULTS)[number];

/** Says what befalls an effect. */
export type Faults = (effect: Effect) => Fault | undefined;

/** Thrown into what waits for a process that has died. */
export class Died extends Error {}

/** What an AWS client throws when it has tried as often as it may. */
class RequestFailed extends Error {}

export type Effects = {
  /** Does something to the world, in its time: answers what `act` answers, throws what it throws, or what befell it. */
  readonly request: <T>(process: Process, what: string, act: () => T, tookMs?: number) => Promise<T>;
  /** Runs `work` as a process, for at most `timeoutMs`. Throws Died when it did not come to its end. */
  readonly run: <T>(
    name: string,
    timeoutMs: number,
    work: (process: Process) => Promise<T>,
    lineage?: Lineage,
  ) => Promise<T>;
  readonly count: () => number;
};

export type EffectsOptions = {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly skewMs?: () => number;
  readonly onDeath?: (why: string, process: Process) => void;
  readonly trace?: (line: string) => void;
};

/** Longer than any function lives: some requests are answered too late for whoever made them. */
const SLOW_MAX_MS = 60_000;

const never = new Promise<never>(() => {});

export const createEffects = ({
  timeline,
  chance,
  faults,
  skewMs = () => 0,
  onDeath,
  trace,
}: EffectsOptions): Effects => {
  let effects = 0;
  let processes = 0;

  const request: Effects['request'] = <T>(
    process: Process,
    what: string,
    act: () => T,
    tookMs = chance.between(1, 10),
  ) => {
    if (!process.isAlive) return never;
    effects += 1;
    const fault = faults({ number: effects, what, process });
    if (fault) trace?.(`effect ${effects} ${process.name}/${process.number} ${what}: ${fault}`);
    const delay = fault === 'slow' ? tookMs + chance.spread(500, SLOW_MAX_MS) : tookMs;
    return new Promise<T>((resolve, reject) => {
      timeline.at(timeline.now() + delay, () => {
        // What a dead process had sent off is on its way, and arrives or not.
        if (!process.isAlive) return chance.is(0.5) ? void attempt(act) : undefined;
        if (fault === 'crash before') return process.die(fault);
        if (fault === 'throttled') return reject(new RequestFailed(`${what}: throttled`));
        let done = attempt(act);
        if (fault === 'crash after') return process.die(fault);
        if (fault === 'lost answer') return reject(new RequestFailed(`${what}: timed out`));
        if (fault === 'done twice') done = attempt(act);
        if ('error' in done) reject(done.error);
        else resolve(done.value);
      });
    });
  };

  const run: Effects['run'] = <T>(
    name: string,
    timeoutMs: number,
    work: (process: Process) => Promise<T>,
    lineage: Lineage = {},
  ) => {
    processes += 1;
    const number = processes;
    return new Promise<T>((resolve, reject) => {
      const process: Process = {
        number,
        name,
        startedAt: timeline.now(),
        skewMs: skewMs(),
        lineage,
        isAlive: true,
        die: (why) => {
          if (!process.isAlive) return;
          process.isAlive = false;
          process.death = why;
          trace?.(`${name}/${number} died: ${why}`);
          reject(new Died(why));
        },
      };
      timeline.at(timeline.now() + timeoutMs, () => {
        if (!process.isAlive) return IDLE;
        onDeath?.('out of time', process);
        return process.die('out of time');
      });
      const end = () => {
        process.isAlive = false;
      };
      work(process).then(
        (value) => {
          end();
          resolve(value);
        },
        (error) => {
          end();
          reject(error);
        },
      );
    });
  };

  return { request, run, count: () => effects };
};

type Done<T> = { readonly value: T } | { readonly error: unknown };

const attempt = <T>(act: () => T): Done<T> => {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
};
