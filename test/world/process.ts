/**
 * A function at work: everything it does to the world is an effect, and every effect can go wrong.
 *
 * A process that crashes or runs out of time just stops: what it had asked for may still be done, and it never learns.
 */

import type { Lineage } from './memory-sqs.ts';
import type { Rng } from './rng.ts';
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
  /** It was frozen, and goes on then as if no time had passed: whoever called it has given it up. */
  thawsAt?: number;
  readonly die: (why: string) => void;
};

export type Effect = { readonly number: number; readonly what: string; readonly process: Process };

export const FAULTS = ['crash before', 'crash after', 'lost answer', 'done twice', 'throttled', 'slow'] as const;
export type Fault = (typeof FAULTS)[number];

/** Says what befalls an effect, or that its process is frozen for FROZEN_MS. */
export type Faults = (effect: Effect) => Fault | 'frozen' | undefined;

/** For how long a function may be frozen that goes on nevertheless. */
export const FROZEN_MS = 31 * 60_000;

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
  /** Wakes a process after a time; a frozen one when it thaws, a dead one never. */
  readonly pause: (process: Process, ms: number) => Promise<void>;
  readonly count: () => number;
};

export type EffectsOptions = {
  readonly timeline: Timeline;
  readonly chance: Rng;
  readonly faults: Faults;
  readonly skewMs?: (name: string) => number;
  readonly onDeath?: (why: string, process: Process) => void;
  readonly trace?: (line: string) => void;
};

/** Longer than any function lives: some requests are answered too late for whoever made them. */
const SLOW_MAX_MS = 60_000;

const isHttp = (what: string): boolean => what === 'ask cloud' || what === 'tell target';

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

  /** Lets a process learn of something; a frozen one when it thaws. */
  const awaken = (process: Process, learn: () => void): void => {
    if (!process.isAlive) return;
    const { thawsAt = 0 } = process;
    if (thawsAt > timeline.now()) timeline.at(thawsAt, () => process.isAlive && learn());
    else learn();
  };

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
      const arrive = (befallen: typeof fault): unknown => {
        // What a dead process had sent off is on its way, and arrives or not.
        if (!process.isAlive) return chance.is(0.5) ? void attempt(act) : undefined;
        if (befallen === 'frozen') {
          process.thawsAt = timeline.now() + FROZEN_MS;
          trace?.(`${process.name}/${process.number} is frozen`);
          // Before the request has gone off (HTTP's own time-out ends it on thawing), or while the answer is on its way.
          if (chance.is(0.5)) return timeline.at(process.thawsAt, () => arrive(isHttp(what) ? 'throttled' : undefined));
        }
        if (befallen === 'crash before') return process.die(befallen);
        const fail = (why: string) => awaken(process, () => reject(new RequestFailed(`${what}: ${why}`)));
        if (befallen === 'throttled') return fail('throttled');
        let done = attempt(act);
        if (befallen === 'crash after') return process.die(befallen);
        if (befallen === 'lost answer') return fail('timed out');
        if (befallen === 'done twice') done = attempt(act);
        const answer = done;
        return awaken(process, () => ('error' in answer ? reject(answer.error) : resolve(answer.value)));
      };
      timeline.at(timeline.now() + delay, () => arrive(fault));
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
        skewMs: skewMs(name),
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
      const expire = (): unknown => {
        if (!process.isAlive) return IDLE;
        const { thawsAt = 0 } = process;
        if (thawsAt > timeline.now()) {
          timeline.at(thawsAt + timeoutMs, expire);
          return reject(new Died('frozen'));
        }
        onDeath?.('out of time', process);
        return process.die('out of time');
      };
      timeline.at(timeline.now() + timeoutMs, expire);
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

  const pause: Effects['pause'] = (process, ms) =>
    new Promise<void>((resolve) => {
      timeline.at(timeline.now() + Math.max(ms, 0), () => awaken(process, resolve));
    });

  return { request, run, pause, count: () => effects };
};

type Done<T> = { readonly value: T } | { readonly error: unknown };

const attempt = <T>(act: () => T): Done<T> => {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
};
