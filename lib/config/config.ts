/**
 * The configuration: opwatch.config.ts, checked whole and frozen, or one error that names every fault.
 *
 * Secrets are only ever references (`ssm:/path`, `secret:name`, `env:NAME`); what they stand for is read when it is used.
 */
import * as v from 'valibot';
import type { Vendor } from '../clouds/cloud.ts';
import { type Limits, limitsOf } from '../core/allowance.ts';
import type { EventType } from '../core/event.ts';
import { DEADLINE_DEFAULT_MS, DEFAULT_GAP, type Gap } from '../core/schedule.ts';
import { unsafeNames } from '../core/unsafe-names.ts';
import type { Rate } from '../core/verdict.ts';
import type { Rules } from '../net/address-guard.ts';
import { providers } from '../providers/index.ts';
import { targetOf } from '../targets/index.ts';
import type { LinkKind } from '../targets/target.ts';
import { addressRules, Common, crossFaults, faultsOf, gapOf, partsOf } from './config-faults.ts';
import { type ConfigInput, type ConnectionConfig, Settings } from './settings.ts';
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

/** Checks a configuration. Throws one ConfigError with everything that is wrong. */
export const readConfig = (input: unknown): Config => {
  const unsafe = unsafeNames(input);
  if (unsafe.length > 0) throw new ConfigError(unsafe.map((place) => `${place}: is no name to be given`));
  const checked = v.safeParse(Settings, input);
  if (!checked.success) throw new ConfigError(faultsOf(checked.issues));
  const settings = checked.output;
  const faults = crossFaults(settings, new Map(providers.map((provider) => [provider.traits.name, provider])));
  if (faults.length > 0) throw new ConfigError(faults);

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
    gapFor: (provider: string, operationType?: string) =>
      gapOf(settings.gaps[`${provider}/${operationType}`]) ?? gapOf(settings.gaps[provider]) ?? DEFAULT_GAP,
  });
};
