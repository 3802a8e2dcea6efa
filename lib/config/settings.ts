/** What opwatch.config.ts may hold, setting by setting. */
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

export const Connection = v.strictObject({
  vendor: v.picklist(VENDORS),
  credentials: CredentialsRef,
  /** Huawei project id: fills `project_id` where a submission leaves it out, and must match where it does not. */
  project: v.optional(v.pipe(v.string(), v.regex(/^\w{1,64}$/, 'must be a project id'))),
  /** By product (`emr`, `ehpc`, `bpstudio`, `modelarts`, `dws` ...) or `*` for all. */
  endpoints: v.optional(v.record(v.string(), Endpoint), {}),
  callsPerSecond: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(1_000)), 10),
});

export const GapSettings = v.strictObject({
  factor: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), DEFAULT_GAP.factor),
  min: v.optional(Duration),
  max: v.optional(Duration),
});

export const CallbackSettings = v.strictObject({
  /** Hosts callers may name in callbacks (`ci.example.com`, `.example.com`); left out, any public one. */
  allowHosts: v.optional(v.array(v.string())),
  /** Ports besides 443. */
  allowPorts: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)))),
  /** Opens private addresses for webhooks inside a VPC. */
  allowPrivate: v.optional(v.boolean(), false),
  /** Opens this machine, over http too: for trying things out only. */
  allowLoopback: v.optional(v.boolean(), false),
});

export const Defaults = v.strictObject({
  /** Which connection a submission means when it names none, by vendor. */
  connections: v.optional(v.record(v.picklist(VENDORS), Name), {}),
  notify: v.optional(v.array(v.string())),
  deadline: v.optional(Duration),
  limits: v.optional(LimitSettings),
});

export const Settings = v.strictObject({
  connections: v.record(Name, Connection),
  targets: v.optional(v.record(Name, v.looseObject({ type: v.string() })), {}),
  tenants: v.optional(v.record(Name, TenantSettings), {}),
  /** Targets that are told what concerns whoever runs opwatch: refused credentials, parked deliveries and the like. */
  operators: v.optional(v.array(v.string()), []),
  defaults: v.optional(Defaults, {}),
  /** Messages link to a page about their watch that opens without a token. */
  links: v.optional(
    v.strictObject({
      /** The first signs links, all of them open links: to replace a key, put the new one before it. */
      keys: v.pipe(v.array(Reference), v.minLength(1, 'must name a key'), v.maxLength(5)),
    }),
  ),
  /** Gaps between looks, by provider or `provider/OPERATION_TYPE`. */
  gaps: v.optional(v.record(v.string(), GapSettings), {}),
  callbacks: v.optional(CallbackSettings, {}),
  /** What is submitted again and again. */
  schedules: v.optional(v.array(schedule(Name)), []),
  /** Parameters of the deployment; packaging reads them, and no function does. */
  deploy: v.optional(Deployment, {}),
});

/** Each target by its own type, so that an editor completes its settings and the compiler refuses a type that is none. */
export type ConfigInput = Omit<v.InferInput<typeof Settings>, 'targets'> & {
  readonly targets?: Readonly<Record<string, TargetInput>>;
};
export type ScheduleConfig = v.InferOutput<typeof Settings>['schedules'][number];
export type ConnectionConfig = v.InferOutput<typeof Connection> & { readonly name: string };
