/**
 * The configuration: opwatch.config.ts, checked whole and frozen, or one error that names every fault.
 *
 * Secrets are only ever references (`ssm:/path`, `secret:name`, `env:NAME`); what they stand for is read when it is used.
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
  /** Which events it is told; left out, all. */
  readonly events?: readonly EventType[];
  /** In place of its type's own rate. */
  readonly rate?: Rate;
  /** One message is kept up to date, in place of several. */
  readonly progress?: boolean;
  /** In place of what is usual for its type. */
  readonly link?: LinkKind;
};

export type Config = {
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
  readonly targets: ReadonlyMap<string, TargetConfig>;
  /** Names of targets. */
  readonly operators: readonly string[];
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** References to the keys of links; none: messages have no link of opwatch's own. */
  readonly linkKeys: readonly string[];
  /** What a callback may be. */
  readonly callbacks: Rules;
  /** What any target may be: the same, but for the list of hosts. */
  readonly addresses: Rules;
  readonly deadlineMs: number;
  /** The connection a submission means, or undefined when neither it nor the defaults tell. */
  readonly connectionFor: (vendor: Vendor, named?: string) => ConnectionConfig | undefined;
  readonly limitsFor: (tenant: string) => Limits;
  /** What the callers of a tenant may use and have told. */
  readonly boundsFor: (tenant: string) => Bounds;
  readonly notifyFor: (tenant: string) => readonly string[] | undefined;
  /** Targets of a tenant's own: those that it alone is told through by default. */
  readonly targetsOf: (tenant: string) => readonly string[];
  readonly schedules: readonly ScheduleConfig[];
  readonly gapFor: (provider: string, operationType?: string) => Gap;
};

/** Types opwatch.config.ts while it is written. */
export const defineConfig = (config: ConfigInput): ConfigInput => config;

/** Everything that is wrong with a configuration, each fault with its place in the file. Nothing of a value is quoted. */
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

/** Callers may only name hosts on the list; the operator's own targets are not bound by it. */
const addressRules = ({ callbacks: { allowHosts: _, ...rules } }: Checked): Rules => rules;

/** Checks a configuration. Throws one ConfigError with everything that is wrong. */
export const readConfig = (input: unknown): Config => {
  const faults = configFaults(input);
  if (faults.length > 0) throw new ConfigError(faults.map(lineOf));
  return configOf(v.parse(Settings, input));
};

/** A configuration of settings that are in order. */
export const configOf = (settings: Checked): Config => {
  const connections = new Map(Object.entries(settings.connections).map(([name, rest]) => [name, { name, ...rest }]));
  const targets = Object.entries(settings.targets).map(([name, target]) => {
    const { type, common, own } = partsOf(target);
    const { events, rate, progress, link } = v.parse(Common, common);
    // Parsed, not as it stands: with what a type sets where nothing is said.
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
