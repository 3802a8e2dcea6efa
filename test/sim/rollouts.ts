/** A deployment that takes its time: meanwhile half of the functions have another configuration than the others. */
import type { Config } from '../../lib/config/config.ts';
import type { ConfigInput } from '../../lib/config/settings.ts';
import { DEFAULT_TENANT } from '../../lib/config/tenants.ts';
import type { Watch } from '../../lib/core/watch.ts';
import { createLimits } from '../../lib/limits/quotas.ts';
import type { Runtime } from '../../lib/runtime.ts';
import type { Process } from '../world/process.ts';
import { createRng } from '../world/rng.ts';
import { configWith } from '../world/settings.ts';
import { FOLLOWER } from './holders.ts';
import { DAY, MINUTE } from './time.ts';

const CHANGES = [
  'no target',
  'target renamed',
  'no connection',
  'another rate',
  'narrow limits',
  'other notify',
] as const;

export type Rollout = {
  readonly change: (typeof CHANGES)[number];
  /** The target or the connection that it is about. */
  readonly of: string;
  readonly from: number;
  readonly until: number;
};

/** Of all runs in which something goes wrong, the share that has two configurations for a while. */
const SHARE = 0.06;
const STREAM = 0x20110000;

/** Draws the deployment of a run that begins at `start` and has `length` for troubles. */
export const rolloutOf = (seed: number, isQuiet: boolean, start: number, length: number): Rollout | undefined => {
  const chance = createRng(seed, STREAM);
  if (!chance.is(SHARE) || isQuiet) return undefined;
  const change = chance.pick(CHANGES);
  const of = change === 'no connection' ? chance.pick(['aliyun', 'huawei']) : chance.pick(['chat', 'ci', FOLLOWER]);
  const from = start + chance.next() * (length - DAY);
  return { change, of, from, until: from + chance.spread(10 * MINUTE, DAY) };
};

/** Whether a function is one of those with the other configuration. */
export const isChanged = (rollout: Rollout | undefined, { number, startedAt }: Process): boolean =>
  rollout !== undefined && (number & 2) === 0 && rollout.from <= startedAt && startedAt < rollout.until;

/** The name that a target has where it is renamed. */
const renamed = (name: string): string => `new-${name}`;

/** Both names of the target that is renamed. */
export const namesOfRenamed = (rollout: Rollout | undefined): readonly string[] =>
  rollout?.change === 'target renamed' ? [rollout.of, renamed(rollout.of)] : [];

/** Whether a function has no target of that name. Where one is renamed, each configuration lacks the name of the other. */
export const lacksTarget = (rollout: Rollout | undefined, target: string, process: Process): boolean => {
  if (rollout?.change !== 'no target' && rollout?.change !== 'target renamed') return false;
  if (rollout.of === target) return isChanged(rollout, process);
  return rollout.change === 'target renamed' && renamed(rollout.of) === target && !isChanged(rollout, process);
};

/**
 * Whether some functions had other bounds for the tenant of a watch between two times, and answered as if the watch was
 * not there: a tenant sees the watches of its connections alone. The default tenant has no bounds.
 */
export const mayHide = (
  rollout: Rollout | undefined,
  { tenant, connection }: Pick<Watch, 'tenant' | 'connection'>,
  since: number,
  until: number,
): boolean =>
  rollout?.change === 'no connection' &&
  rollout.of === connection &&
  tenant !== DEFAULT_TENANT &&
  rollout.from <= until &&
  since < rollout.until;

const without = <T>(all: Readonly<Record<string, T>> = {}, name: string): Record<string, T> =>
  Object.fromEntries(Object.entries(all).filter(([each]) => each !== name));

/** What the other configuration has in place of `input`. */
const changed = (input: ConfigInput, { change, of }: Rollout): Partial<ConfigInput> => {
  const { targets = {}, connections, tenants = {}, defaults = {} } = input;
  // Nobody is told by the target that is not there.
  const elsewhere = (name: string) => ({
    defaults: { ...defaults, notify: ['commit'] },
    tenants: { ...tenants, other: { ...tenants.other, notify: [name] } },
  });
  switch (change) {
    case 'no target':
      return { targets: without(targets, of), ...elsewhere('incident') };
    case 'target renamed': {
      const { [of]: moved, ...rest } = targets;
      return { targets: { ...rest, ...(moved && { [renamed(of)]: moved }) }, ...elsewhere(renamed(of)) };
    }
    case 'no connection':
      return { connections: without(connections, of) };
    case 'another rate': {
      const rates = Object.entries(connections).map(([name, { callsPerSecond = 1, ...rest }]) => [
        name,
        { ...rest, callsPerSecond: callsPerSecond > 1 ? 0.1 : 10 },
      ]);
      return { connections: Object.fromEntries(rates) };
    }
    case 'narrow limits':
      return {
        defaults: { ...defaults, limits: { requestsPerMinute: 60, activeWatches: 3, waitingDeliveries: 100 } },
      };
    case 'other notify':
      return { operators: ['ci'], ...elsewhere('chat') };
  }
};

const configs = new Map<ConfigInput, Map<string, Config>>();

const changedConfig = (input: ConfigInput, rollout: Rollout): Config => {
  const known = configs.get(input) ?? new Map<string, Config>();
  configs.set(input, known);
  const name = `${rollout.change} ${rollout.of}`;
  const config = known.get(name) ?? configWith({ ...input, ...changed(input, rollout) });
  known.set(name, config);
  return config;
};

/** A function's runtime with the configuration that it has. */
export const deployed = (
  runtime: Runtime,
  process: Process,
  input: ConfigInput,
  rollout: Rollout | undefined,
): Runtime => {
  if (!rollout || !isChanged(rollout, process)) return runtime;
  const config = changedConfig(input, rollout);
  const { table, now, chance, pause, log } = runtime;
  return { ...runtime, config, limits: createLimits({ table, now, chance, pause, log, config }) };
};
