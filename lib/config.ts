/**
 * The configuration: opwatch.config.ts, checked whole and frozen, or one error that names every fault.
 *
 * Secrets are only ever references (`ssm:/path`, `secret:name`, `env:NAME`); what they stand for is read when it is used.
 */
import * as v from 'valibot';
import { type Rules, refusal } from './address-guard.ts';
import { LimitSettings, type Limits, limitsOf } from './allowance.ts';
import { CANARY } from './canary.ts';
import type { EventType } from './event.ts';
import { providers } from './providers/index.ts';
import type { Provider, Vendor } from './providers/provider.ts';
import { isReference, Reference } from './reference.ts';
import { DEADLINE_DEFAULT_MS, DEADLINE_MAX_MS, DEFAULT_GAP, type Gap, SECOND } from './schedule.ts';
import { targetOf, targetTypes } from './targets/index.ts';
import { commonEntries } from './targets/settings.ts';
import type { LinkKind, Rate } from './targets/target.ts';
import { type Bounds, boundFaults, boundsOf, type Tenant, TenantSettings, tenantOf } from './tenants.ts';
import { parseDurationMs } from './time.ts';
import { unsafeNames } from './unsafe-names.ts';

const Name = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name is 1 to 63 of a-z, 0-9 and "-"'));

const Duration = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = parseDurationMs(dataset.value);
    if (ms === undefined) {
      addIssue({ message: 'must be an ISO 8601 duration such as PT30S or PT24H' });
      return NEVER;
    }
    return ms;
  }),
);

const Endpoint = v.pipe(
  v.string(),
  v.regex(
    /^(https?:\/\/)?[A-Za-z0-9.{}\-[\]:]{1,255}$/,
    'must be a host or an origin, such as emr-vpc.{region}.aliyuncs.com or http://127.0.0.1:4010',
  ),
);

/** One reference to JSON that holds all of them together (best for temporary credentials), or one reference each. */
const CredentialsRef = v.union([
  Reference,
  v.strictObject({
    accessKeyId: Reference,
    secretAccessKey: Reference,
    securityToken: v.optional(Reference),
    /** When temporary ones expire (ISO 8601), for the notice before that. */
    expiresAt: v.optional(Reference),
  }),
]);

const Connection = v.strictObject({
  vendor: v.picklist(['aliyun', 'huawei']),
  credentials: CredentialsRef,
  /** Huawei project id: fills `project_id` where a submission leaves it out, and must match where it does not. */
  project: v.optional(v.pipe(v.string(), v.regex(/^\w{1,64}$/, 'must be a project id'))),
  /** By product (`emr`, `ehpc`, `bpstudio`, `modelarts`, `dws` ...) or `*` for all. */
  endpoints: v.optional(v.record(v.string(), Endpoint), {}),
  callsPerSecond: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(1_000)), 10),
});

const GapSettings = v.strictObject({
  factor: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), DEFAULT_GAP.factor),
  min: v.optional(Duration),
  max: v.optional(Duration),
});

const Settings = v.strictObject({
  connections: v.record(Name, Connection),
  targets: v.optional(v.record(Name, v.looseObject({ type: v.string() })), {}),
  tenants: v.optional(v.record(Name, TenantSettings), {}),
  /** Targets that are told what concerns whoever runs opwatch: refused credentials, parked deliveries and the like. */
  operators: v.optional(v.array(v.string()), []),
  defaults: v.optional(
    v.strictObject({
      /** Which connection a submission means when it names none, by vendor. */
      connections: v.optional(v.record(v.picklist(['aliyun', 'huawei']), Name), {}),
      notify: v.optional(v.array(v.string())),
      deadline: v.optional(Duration),
      limits: v.optional(LimitSettings),
    }),
    {},
  ),
  /** Messages link to a page about their watch that opens without a token. */
  links: v.optional(
    v.strictObject({
      /** The first signs links, all of them open links: to replace a key, put the new one before it. */
      keys: v.pipe(v.array(Reference), v.minLength(1, 'must name a key'), v.maxLength(5)),
    }),
  ),
  /** Gaps between looks, by provider or `provider/OPERATION_TYPE`. */
  gaps: v.optional(v.record(v.string(), GapSettings), {}),
  callbacks: v.optional(
    v.strictObject({
      /** Hosts callers may name in callbacks (`ci.example.com`, `.example.com`); left out, any public one. */
      allowHosts: v.optional(v.array(v.string())),
      /** Ports besides 443. */
      allowPorts: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)))),
      /** Opens private addresses for webhooks inside a VPC. */
      allowPrivate: v.optional(v.boolean(), false),
      /** Opens this machine, over http too: for trying things out only. */
      allowLoopback: v.optional(v.boolean(), false),
    }),
    {},
  ),
});

export type ConfigInput = v.InferInput<typeof Settings>;
export type ConnectionConfig = v.InferOutput<typeof Connection> & { readonly name: string };
export type TargetConfig = {
  readonly name: string;
  readonly type: string;
  readonly settings: unknown;
  /** Which events it is told; left out, all. */
  readonly events?: readonly EventType[];
  /** In place of its type's own lane. */
  readonly lane?: Rate;
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

const faultsOf = (issues: readonly v.BaseIssue<unknown>[], at = ''): string[] =>
  issues.map((issue) => {
    const path = [at, v.getDotPath(issue)].filter(Boolean).join('.') || 'the file';
    return `${path}: ${wording(issue)}`;
  });

/** Valibot's own messages quote what they received: a secret pasted by mistake must not reach a log. */
const wording = ({ message, expected, received }: v.BaseIssue<unknown>): string => {
  if (!message.includes('received')) return message;
  if (expected === 'never') return 'is not a known setting';
  return received === 'undefined' ? 'is missing' : `expected ${expected ?? 'something else'}`;
};

const gapOf = (settings: v.InferOutput<typeof GapSettings> | undefined): Gap | undefined =>
  settings && {
    factor: settings.factor,
    minMs: Math.max(settings.min ?? DEFAULT_GAP.minMs, SECOND),
    maxMs: settings.max ?? DEFAULT_GAP.maxMs,
  };

type Checked = v.InferOutput<typeof Settings>;

const Common = v.strictObject(commonEntries);

/** What of a target's settings opwatch itself heeds, and what is its type's own. */
const partsOf = ({ type, ...rest }: Checked['targets'][string]) => {
  const isCommon = (name: string) => name in commonEntries;
  const entries = Object.entries(rest);
  return {
    type,
    common: Object.fromEntries(entries.filter(([name]) => isCommon(name))),
    own: Object.fromEntries(entries.filter(([name]) => !isCommon(name))),
  };
};

/** Callers may only name hosts on the list; the operator's own targets are not bound by it. */
const addressRules = ({ callbacks: { allowHosts: _, ...rules } }: Checked): Rules => rules;

const crossFaults = (settings: Checked, knownProviders: ReadonlyMap<string, Provider>): string[] => {
  const faults: string[] = [];
  for (const kind of ['connections', 'targets', 'tenants'] as const)
    if (Object.hasOwn(settings[kind], CANARY)) faults.push(`${kind}.${CANARY}: is the name of opwatch's own canary`);
  const { deadline } = settings.defaults;
  if (deadline !== undefined && (deadline === 0 || deadline > DEADLINE_MAX_MS)) {
    faults.push('defaults.deadline: must be more than nothing and at most P7D');
  }
  const callbackRules = settings.callbacks;
  const checkNotify = (names: readonly string[] | undefined, at: string) => {
    for (const [i, name] of (names ?? []).entries()) {
      const isUrl = /^https?:/i.test(name);
      const reason = isUrl
        ? refusal(name, callbackRules)
        : Object.hasOwn(settings.targets, name)
          ? undefined
          : 'names no target';
      if (reason) faults.push(`${at}.${i}: ${reason}`);
    }
  };
  checkNotify(settings.defaults.notify, 'defaults.notify');
  for (const [name, tenant] of Object.entries(settings.tenants)) {
    checkNotify(tenant.notify, `tenants.${name}.notify`);
    faults.push(...boundFaults(name, tenant, settings));
  }

  for (const [vendor, name] of Object.entries(settings.defaults.connections)) {
    const connection = settings.connections[name];
    if (!connection) faults.push(`defaults.connections.${vendor}: names no connection`);
    else if (connection.vendor !== vendor)
      faults.push(`defaults.connections.${vendor}: is a connection of ${connection.vendor}`);
  }
  for (const [key, gap] of Object.entries(settings.gaps)) {
    if (!knownProviders.has(key.split('/')[0] ?? '')) faults.push(`gaps.${key}: names no provider`);
    const { minMs, maxMs } = gapOf(gap) ?? DEFAULT_GAP;
    if (minMs > maxMs) faults.push(`gaps.${key}: min is above max`);
  }
  for (const [name, target] of Object.entries(settings.targets)) {
    const kind = targetOf(target.type);
    if (!kind) {
      faults.push(`targets.${name}.type: must be one of ${targetTypes.join(', ')}`);
      continue;
    }
    const { common, own } = partsOf(target);
    for (const checked of [v.safeParse(Common, common), v.safeParse(kind.settings, own)]) {
      if (!checked.success) faults.push(...faultsOf(checked.issues, `targets.${name}`));
    }
    if (common.progress && !kind.edit) {
      const able = targetTypes.filter((type) => targetOf(type)?.edit).join(', ');
      faults.push(`targets.${name}.progress: this type cannot change what it has sent; these can: ${able}`);
    }
    if (common.progress && common.events) {
      faults.push(`targets.${name}.events: a message that is kept up to date tells everything`);
    }
    const { url } = target;
    const reason = typeof url === 'string' && !isReference(url) ? refusal(url, addressRules(settings)) : undefined;
    if (reason) faults.push(`targets.${name}.url: ${reason}`);
  }
  for (const [i, name] of settings.operators.entries()) {
    const type = settings.targets[name]?.type;
    if (type === undefined) faults.push(`operators.${i}: names no target`);
    else if (!targetOf(type)?.notice)
      faults.push(`operators.${i}: a target of type ${type} is nothing for people to read`);
  }
  return faults;
};

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
    const { events, lane, progress, link } = v.parse(Common, common);
    // Parsed, not as it stands: with what a type sets where nothing is said.
    const parsed = v.parse(targetOf(type)?.settings ?? v.unknown(), own);
    const heeded = {
      ...(events && { events }),
      ...(lane && { lane }),
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
