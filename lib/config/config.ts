/**
 * Reads the configuration, opwatch.config.ts. It checks the whole file and freezes the result, or it throws one error
 * that names every fault.
 *
 * The configuration holds references to secrets (`ssm:/path`, `secret:name`, `env:NAME`) and never the secrets. opwatch
 * reads a secret at the moment when it needs it.
 */
import * as v from 'valibot';
import type { Vendor } from '../clouds/cloud.ts';
import { type Limits, limitsOf } from '../core/allowance.ts';
import type { EventType } from '../core/event.ts';
import { DEADLINE_DEFAULT_MS, DEFAULT_GAP, type Gap, SECOND } from '../core/schedule.ts';
import type { Rate } from '../core/verdict.ts';
import type { Rules } from '../net/address-guard.ts';
import { targetOf } from '../targets/index.ts';
import type { LinkKind } from '../targets/target.ts';
import { Common, partsOf } from './common.ts';
import { configFaults } from './config-faults.ts';
import { lineOf } from './faults.ts';
import {
  type ConfigInput,
  type ConnectionConfig,
  type GapSettings,
  type ScheduleConfig,
  Settings,
} from './settings.ts';
import { type Bounds, boundsOf, type Tenant, tenantOf } from './tenants.ts';

export type TargetConfig = {
  readonly name: string;
  readonly type: string;
  readonly settings: unknown;
  /** The events that the target gets. Without `events`, the target gets the usual events of its type. */
  readonly events?: readonly EventType[];
  /** Replaces the default rate of the target's type. */
  readonly rate?: Rate;
  /** The target gets one live message that opwatch edits, in place of several messages. */
  readonly progress?: boolean;
  /** Replaces the default kind of link of the target's type. */
  readonly link?: LinkKind;
};

export type Config = {
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
  readonly targets: ReadonlyMap<string, TargetConfig>;
  /** The names of the targets that get notices to the operators. */
  readonly operators: readonly string[];
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** References to the keys that sign links to watches. With an empty list, messages have no link to a watch page. */
  readonly linkKeys: readonly string[];
  /** The rules for the address of a callback. */
  readonly callbacks: Rules;
  /** The rules for the address of any target. They equal the rules for callbacks, without the list of hosts. */
  readonly addresses: Rules;
  readonly deadlineMs: number;
  /**
   * Returns the connection that a submission means. Returns undefined where neither the submission nor the defaults
   * name one.
   */
  readonly connectionFor: (vendor: Vendor, named?: string) => ConnectionConfig | undefined;
  readonly limitsFor: (tenant: string) => Limits;
  /** Returns the connections and targets that the callers of a tenant may name. */
  readonly boundsFor: (tenant: string) => Bounds;
  readonly notifyFor: (tenant: string) => readonly string[] | undefined;
  /** Returns the default targets in the tenant's own settings. The list is empty where those settings name none. */
  readonly targetsOf: (tenant: string) => readonly string[];
  readonly schedules: readonly ScheduleConfig[];
  readonly gapFor: (provider: string, operationType?: string) => Gap;
};

/** Gives the compiler and the editor the types of the settings in opwatch.config.ts. */
export const defineConfig = (config: ConfigInput): ConfigInput => config;

/** Lists every fault of a configuration, each with its place in the file. It quotes no value of the file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`opwatch.config.ts has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

type Checked = v.InferOutput<typeof Settings>;

const gapOf = (settings: v.InferOutput<typeof GapSettings> | undefined): Gap | undefined =>
  settings && {
    factor: settings.factor,
    minMs: Math.max(settings.min ?? DEFAULT_GAP.minMs, SECOND),
    maxMs: settings.max ?? DEFAULT_GAP.maxMs,
  };

/** The list of hosts limits callers only. It does not limit the operator's own targets. */
const addressRules = ({ callbacks: { allowHosts: _, ...rules } }: Checked): Rules => rules;

/** Checks a configuration and returns it. Throws one ConfigError that lists every fault. */
export const readConfig = (input: unknown): Config => {
  const faults = configFaults(input);
  if (faults.length > 0) throw new ConfigError(faults.map(lineOf));
  return configOf(v.parse(Settings, input));
};

/** Makes a configuration from settings that have no fault. */
export const configOf = (settings: Checked): Config => {
  const connections = new Map(Object.entries(settings.connections).map(([name, rest]) => [name, { name, ...rest }]));
  const targets = Object.entries(settings.targets).map(([name, target]) => {
    const { type, common, own } = partsOf(target);
    const { events, rate, progress, link } = v.parse(Common, common);
    // The parser adds the defaults of the target's type.
    const parsed = v.parse(targetOf(type)?.settings ?? v.unknown(), own);
    const heeded = {
      ...(events && { events }),
      ...(rate && { rate }),
      ...(progress && { progress }),
      ...(link && { link }),
    };
    return [name, { name, type, settings: parsed, ...heeded }] as const;
  });
  const tenants = Object.entries(settings.tenants).map(([name, tenant]) => [name, tenantOf(tenant)] as const);

  const tenantNamed = (name: string) => (Object.hasOwn(settings.tenants, name) ? settings.tenants[name] : undefined);

  return Object.freeze({
    connections,
    targets: new Map(targets),
    operators: settings.operators,
    tenants: new Map(tenants),
    linkKeys: settings.links?.keys ?? [],
    callbacks: settings.callbacks,
    addresses: addressRules(settings),
    deadlineMs: settings.defaults.deadline ?? DEADLINE_DEFAULT_MS,
    connectionFor: (vendor: Vendor, named?: string) => {
      const only = [...connections.values()].filter((connection) => connection.vendor === vendor);
      const fallback = settings.defaults.connections[vendor] ?? (only.length === 1 ? only[0]?.name : undefined);
      return connections.get(named ?? fallback ?? '');
    },
    limitsFor: (tenant: string) => limitsOf(settings.defaults.limits, tenantNamed(tenant)?.limits),
    boundsFor: (tenant: string) => boundsOf(tenant, tenantNamed(tenant)),
    notifyFor: (tenant: string) => tenantNamed(tenant)?.notify ?? settings.defaults.notify,
    targetsOf: (tenant: string) => tenantNamed(tenant)?.notify ?? [],
    schedules: settings.schedules,
    gapFor: (provider: string, operationType?: string) =>
      gapOf(settings.gaps[`${provider}/${operationType}`]) ?? gapOf(settings.gaps[provider]) ?? DEFAULT_GAP,
  });
};
