/** The functions of the previous release (test/fixtures/releases/) beside those of today, in one world. */
import { readdirSync } from 'node:fs';
import type { Config } from '../../lib/config/config.ts';
import type { ConfigInput } from '../../lib/config/settings.ts';
import { RetryLater } from '../../lib/core/errors.ts';
import type { createLanes } from '../../lib/limits/lanes.ts';
import type { createLimits } from '../../lib/limits/quotas.ts';
import type { createTargetLimiters } from '../../lib/limits/target-limiters.ts';
import type { Send } from '../../lib/net/http.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { createRng } from '../world/rng.ts';
import { FUNCTIONS_OF_TODAY, type Functions, START } from '../world/world.ts';
import { RUN_MS } from './plan.ts';
import type { DesignFault } from './run.ts';
import { DAY, HOUR } from './time.ts';

/** What a bundle exports: test/releases/bundle.ts. */
export type Release = Functions & {
  readonly readConfig: (input: ConfigInput) => Config;
  readonly createPace: typeof createLanes;
  readonly createTurns: typeof createTargetLimiters;
  readonly createLimits: typeof createLimits;
  readonly RetryLater: typeof RetryLater;
  readonly LEASE_SHARDS: readonly string[];
  readonly STANDING_SHARDS: readonly string[];
  /** Of the table, by name: as the template writes them. */
  readonly indexes: Readonly<Record<string, string>>;
};

const FOLDER = new URL('../fixtures/releases/', import.meta.url);
const [file = ''] = readdirSync(FOLDER);

/** The version of the previous release. */
export const PREVIOUS = file.replace(/\.mjs$/, '');
export const previous = (await import(new URL(file, FOLDER).href)) as Release;

/** Errors of the network are known by their class, and each release has its own. */
const inItsWords =
  (send: Send): Send =>
  (request) =>
    send(request).catch((error: unknown) => {
      if (!(error instanceof RetryLater)) throw error;
      throw new previous.RetryLater({ code: error.code, message: error.message }, error.afterMs);
    });

/** Its own reading of the same configuration, without settings that it does not know. */
const configs = new Map<ConfigInput, Config>();
const configOf = (input: ConfigInput): Config => {
  const known = configs.get(input) ?? previous.readConfig(input);
  configs.set(input, known);
  return known;
};

/** The queue by the names of the previous release, which knows `deadLetter` by another name. */
const queueOf = ({ queue }: Runtime): Runtime['queue'] => ({ ...queue, ...{ bury: queue.deadLetter } });

/** What a function of the previous release is handed in place of `runtime`: its own parts over the same ports. */
const asPrevious = (runtime: Runtime, input: ConfigInput): Runtime => {
  const { table, now, chance, pause, log, env } = runtime;
  const tools = { table, now, chance, pause };
  const config = configOf(input);
  return {
    ...runtime,
    config,
    queue: queueOf(runtime),
    env: { ...env, ...{ notifyQueue: env.notifyQueues[0] } },
    ...{ pace: previous.createPace(tools), turns: previous.createTurns(tools) },
    limits: previous.createLimits({ ...tools, config, log }),
    sendToCloud: inItsWords(runtime.sendToCloud),
    sendToTarget: inItsWords(runtime.sendToTarget),
  };
};

const isPrevious = ({ config }: Runtime): boolean => [...configs.values()].includes(config);

/** Each function of the release that its runtime is of. */
const ofEither: Functions = {
  poll: (records, urls, runtime) => (isPrevious(runtime) ? previous : FUNCTIONS_OF_TODAY).poll(records, urls, runtime),
  deliver: (records, urls, runtime) =>
    (isPrevious(runtime) ? previous : FUNCTIONS_OF_TODAY).deliver(records, urls, runtime),
  // The world hands it all of the runtime.
  sweep: (runtime, mayGoOn) => (isPrevious(runtime as Runtime) ? previous : FUNCTIONS_OF_TODAY).sweep(runtime, mayGoOn),
  receive: (input, caller, runtime) =>
    (isPrevious(runtime) ? previous : FUNCTIONS_OF_TODAY).receive(input, caller, runtime),
};

/**
 * `mixed`: each process is of either release, until the end. `rolled back`: the previous release, then today's, then the
 * previous one again, and both at once while one replaces the other. Days after the last fault comes today's once more: it
 * tells what the previous release could not, such as a notice of a new kind.
 */
export const ROLLINGS = ['mixed', 'rolled back'] as const;
export type Rolling = (typeof ROLLINGS)[number];

const STREAM = 0x7e1ea5e5;

/** By then the previous release has ended what it can. */
const AGAIN = START + RUN_MS + 7 * DAY;

/** Whether a process that begins at `at` is of the previous release. */
const choiceOf = (rolling: Rolling, seed: number): ((at: number) => boolean) => {
  const chance = createRng(seed, STREAM);
  if (rolling === 'mixed') return () => chance.is(0.5);
  const upgrade = START + chance.between(0.05, 0.4) * RUN_MS;
  const back = upgrade + chance.between(0.05, 0.4) * RUN_MS;
  const took = () => chance.spread(HOUR / 60, HOUR);
  const [upgraded, wentBack] = [upgrade + took(), back + took()];
  return (at) => {
    if (at >= AGAIN) return false;
    if (at < upgrade || at >= wentBack) return true;
    return at >= upgraded && at < back ? false : chance.is(0.5);
  };
};

/** Runs a world with functions of both releases. `input` is the configuration that the run reads as well. */
export const rollingOf = (
  rolling: Rolling,
  seed: number,
  input: ConfigInput,
): Pick<DesignFault, 'bend' | 'functions'> => {
  const isOfPrevious = choiceOf(rolling, seed);
  return {
    bend: (runtime, { startedAt }) => (isOfPrevious(startedAt) ? asPrevious(runtime, input) : runtime),
    functions: ofEither,
  };
};

/**
 * What of a verdict is a loss, or a request that a role denies. Other rules are those of today: of a world of two releases they
 * also tell what today's release does better, or that a notice of a new kind waits for the release that knows it.
 */
const LOSSES =
  /^(lost:|two webhook-ids|one webhook-id|a delivery neither|delivered to nobody|never comes to rest|messages that never go|a good message|a secret|a request could not|[\w-]+ may not )/;
export const isLoss = (what: string): boolean => LOSSES.test(what);
