/** Defines every setting that opwatch.config.ts may hold. */
import * as v from 'valibot';
import { LimitSettings } from '../core/allowance.ts';
import { Reference } from '../core/reference.ts';
import { DEFAULT_GAP } from '../core/schedule.ts';
import { parseDurationMs } from '../core/time.ts';
import type { TargetInput } from '../targets/index.ts';
import { Deployment } from './deployment.ts';
import { schedule } from './schedules.ts';
import { TenantSettings } from './tenants.ts';

export const VENDORS = ['aliyun', 'huawei'] as const;

export const Name = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"'));

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

/**
 * The credentials: either one reference to JSON that holds all parts, or one reference for each part. The JSON form is
 * best for temporary credentials.
 */
const CredentialsRef = v.union([
  Reference,
  v.strictObject({
    accessKeyId: Reference,
    secretAccessKey: Reference,
    securityToken: v.optional(Reference),
    /** The end of temporary credentials (ISO 8601). opwatch warns the operators before that time. */
    expiresAt: v.optional(Reference),
  }),
]);

export const Connection = v.strictObject({
  vendor: v.picklist(VENDORS),
  credentials: CredentialsRef,
  /**
   * The Huawei project id. opwatch uses it as `project_id` where a submission has none. Any other `project_id` in a
   * submission is a fault.
   */
  project: v.optional(v.pipe(v.string(), v.regex(/^\w{1,64}$/, 'must be a project id'))),
  /** Endpoints by product (`emr`, `ehpc`, `bpstudio`, `modelarts`, `dws` ...). The key `*` stands for all products. */
  endpoints: v.optional(v.record(v.string(), Endpoint), {}),
  callsPerSecond: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(1_000)), 10),
});

export const GapSettings = v.strictObject({
  factor: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), DEFAULT_GAP.factor),
  min: v.optional(Duration),
  max: v.optional(Duration),
});

export const CallbackSettings = v.strictObject({
  /**
   * The hosts that callers may name in callbacks (`ci.example.com`, `.example.com`). Without this list, callers may
   * name any public host.
   */
  allowHosts: v.optional(v.array(v.string())),
  /** Further ports that callbacks may use. Port 443 is always allowed. */
  allowPorts: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)))),
  /** Allows private addresses, for webhooks inside a VPC. */
  allowPrivate: v.optional(v.boolean(), false),
  /** Allows addresses of this machine, also with plain http. Use it only for tests on your own machine. */
  allowLoopback: v.optional(v.boolean(), false),
});

export const Defaults = v.strictObject({
  /** For each vendor, the connection of a submission that names no connection. */
  connections: v.optional(v.record(v.picklist(VENDORS), Name), {}),
  notify: v.optional(v.array(v.string())),
  deadline: v.optional(Duration),
  limits: v.optional(LimitSettings),
});

export const Settings = v.strictObject({
  connections: v.record(Name, Connection),
  targets: v.optional(v.record(Name, v.looseObject({ type: v.string() })), {}),
  tenants: v.optional(v.record(Name, TenantSettings), {}),
  /**
   * The targets that get notices for the operators of opwatch: for example about refused credentials or parked
   * deliveries.
   */
  operators: v.optional(v.array(v.string()), []),
  defaults: v.optional(Defaults, {}),
  /** Messages carry a link to a page about their watch. The page opens without a token. */
  links: v.optional(
    v.strictObject({
      /** The first key signs new links. All keys open links. To replace a key, put the new key before the old one. */
      keys: v.pipe(v.array(Reference), v.minLength(1, 'must name a key'), v.maxLength(5)),
    }),
  ),
  /** The gaps between looks. The key is a provider, or `provider/OPERATION_TYPE`. */
  gaps: v.optional(v.record(v.string(), GapSettings), {}),
  callbacks: v.optional(CallbackSettings, {}),
  /** Submissions that EventBridge Scheduler sends again and again. */
  schedules: v.optional(v.array(schedule(Name)), []),
  /** The parameters of the deployment. Packaging reads them. No function reads them. */
  deploy: v.optional(Deployment, {}),
});

/**
 * The type of opwatch.config.ts. Each target has the type of its own settings. So an editor completes the settings, and
 * the compiler refuses an unknown target type.
 */
export type ConfigInput = Omit<v.InferInput<typeof Settings>, 'targets'> & {
  readonly targets?: Readonly<Record<string, TargetInput>>;
};
export type ScheduleConfig = v.InferOutput<typeof Settings>['schedules'][number];
export type ConnectionConfig = v.InferOutput<typeof Connection> & { readonly name: string };
