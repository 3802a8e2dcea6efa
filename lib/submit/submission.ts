/** Checks a whole submission. It returns a submission that opwatch can watch, or a list of all faults. Pure. */
import * as v from 'valibot';
import { type Caller, mayTell, mayUse, oversteps } from '../access/caller.ts';
import { type Fault, pointer } from '../access/problem.ts';
import type { Config } from '../config/config.ts';
import { isSayable } from '../core/near.ts';
import { DEADLINE_MAX_MS } from '../core/schedule.ts';
import { sentence } from '../core/sentences.ts';
import { byteLength, plain } from '../core/text.ts';
import { parseDurationMs, parseInstant } from '../core/time.ts';
import { UNSAFE } from '../core/unsafe-names.ts';
import { lacksOf } from '../deliver/recipient.ts';
import { refusal } from '../net/address-guard.ts';
import { providers } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import type { Subject } from '../targets/target.ts';
import { check, isObject } from './schema-faults.ts';

export const SUBMISSIONS_MAX = 25;
const TARGETS_MAX = 10;
export const LABELS_MAX = 20;
const LABEL_BYTES = 256;
/** The maximum size of all labels of a watch. Every event contains the labels, and an event must stay below 20 kB. */
const LABELS_BYTES = 4_096;
const URL_MAX = 1_024;

export type Submission = {
  readonly provider: Provider;
  readonly connection: string;
  readonly operation: Readonly<Record<string, string>>;
  readonly notify: readonly string[];
  readonly deadline: number;
  readonly labels: Readonly<Record<string, string>>;
};

/** A submission without other faults may ask for more than its caller may use. `beyond` lists those places. */
export type Checked =
  | { readonly submission: Submission }
  | { readonly faults: readonly Fault[]; readonly beyond?: readonly Fault[] };

/** opwatch stores and sends each label as text, whatever its type was. */
const Label = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], sentence('not_label')),
  v.transform(String),
  v.check((text) => byteLength(text) <= LABEL_BYTES, sentence('label_bytes', { bytes: String(LABEL_BYTES) })),
  v.check((text) => plain(text, Number.POSITIVE_INFINITY) === text, sentence('label_control')),
);

/** Accepts a plain object only. The `record` of valibot would also accept an array. */
const PlainObject = v.custom<Record<string, unknown>>(isObject, sentence('not_object'));

export const Labels = v.record(v.pipe(v.string(), v.regex(/^[\w.\-/]{1,63}$/, sentence('label_name'))), Label);

export const Envelope = v.strictObject({
  provider: v.string(),
  connection: v.optional(v.string()),
  operation: PlainObject,
  notify: v.optional(
    v.pipe(v.array(v.string()), v.maxLength(TARGETS_MAX, sentence('too_many_targets', { count: String(TARGETS_MAX) }))),
  ),
  deadline: v.optional(v.string()),
  labels: v.optional(
    v.pipe(
      PlainObject,
      v.check(
        (labels) => !UNSAFE.some((name) => Object.hasOwn(labels, name)),
        sentence('label_reserved', { names: UNSAFE.join(', ') }),
      ),
      Labels,
      v.check(
        (labels) => Object.keys(labels).length <= LABELS_MAX,
        sentence('too_many_labels', { count: String(LABELS_MAX) }),
      ),
      v.check(
        (labels) => byteLength(JSON.stringify(labels)) <= LABELS_BYTES,
        sentence('labels_bytes', { bytes: String(LABELS_BYTES) }),
      ),
    ),
    {},
  ),
});

type Bounded = Pick<Caller, 'connections' | 'targets'>;
type Context = Bounded & { readonly config: Config; readonly tenant: string; readonly now: number };

/**
 * Checks one submission of a caller. `base` is its place in the body (`/3` in an array). It finds every fault that no
 * other fault hides. A caller never learns from the faults whether a forbidden connection or target exists.
 */
export const checkSubmission = (input: unknown, context: Context, base = ''): Checked => {
  const { config, now } = context;
  if (!isObject(input)) return { faults: [{ pointer: base, detail: sentence('not_object') }] };
  // This check of the connection comes first. To a caller without the right, a forbidden connection and an unknown one
  // must look the same.
  if (typeof input.connection === 'string' && !mayUse(context, input.connection))
    return {
      faults: [],
      beyond: oversteps(context, { connection: input.connection, notify: [], byDefault: [] }, base),
    };
  const envelope = check(Envelope, input, base);
  const faults: Fault[] = [...envelope.faults];
  // The checks go on after a fault, so that the caller sees all faults at once.
  const fault = (field: string, detail: string) => faults.push({ pointer: pointer(base, field), detail });

  const provider = providers.find(({ traits }) => traits.name === input.provider);
  if (typeof input.provider === 'string' && !provider) {
    fault('provider', sentence('one_of', { names: providers.map(({ traits }) => traits.name).join(', ') }));
  }
  const connection = provider && checkConnection(input.connection, provider, context, fault);
  const isMine = connection !== undefined && mayUse(context, connection.name);
  const operation =
    provider && isObject(input.operation)
      ? check(
          provider.traits.operation,
          withProject(input.operation, provider, isMine ? connection.project : undefined),
          pointer(base, 'operation'),
        )
      : undefined;
  faults.push(...(operation?.faults ?? []));
  if (operation?.output !== undefined && isMine && connection.project !== undefined) {
    const { project_id } = operation.output as { project_id?: string };
    if (project_id !== undefined && project_id !== connection.project) {
      faults.push({
        pointer: pointer(base, 'operation', 'project_id'),
        detail: sentence('other_project', { name: connection.name }),
      });
    }
  }
  const notify = checkNotify(input.notify, context, base, faults);
  const deadline = checkDeadline(input.deadline, config, now, fault);
  if (provider && operation?.output && envelope.output) {
    const { labels } = envelope.output;
    const subject = { id: 'w_', provider: provider.traits.name, operation: operation.output, labels } as Subject;
    const mine = notify.filter((name) => mayTell(context, name));
    for (const { at, detail } of lacksOf(mine, subject, config)) faults.push({ pointer: pointer(base, ...at), detail });
  }

  const byDefault = (['connection', 'notify'] as const).filter((field) => input[field] === undefined);
  const beyond = oversteps(context, { ...(connection && { connection: connection.name }), notify, byDefault }, base);
  const isRefused = faults.length > 0 || beyond.length > 0;
  if (isRefused || !envelope.output || !provider || !connection || !operation?.output) return { faults, beyond };
  return {
    submission: {
      provider,
      connection: connection.name,
      operation: operation.output as Record<string, string>,
      notify,
      deadline,
      labels: envelope.output.labels,
    },
  };
};

type AddFault = (field: string, detail: string) => unknown;

/** Adds the project of a Huawei connection to a submission without a project. */
const withProject = (operation: Record<string, unknown>, provider: Provider, project?: string) =>
  provider.traits.vendor === 'huawei' && project !== undefined ? { project_id: project, ...operation } : operation;

const checkConnection = (named: unknown, { traits }: Provider, { config, ...caller }: Context, fault: AddFault) => {
  if (named !== undefined && typeof named !== 'string') return undefined;
  const connection = config.connectionFor(traits.vendor, named);
  if (!connection) {
    const choice = [...config.connections.values()]
      .filter(({ vendor, name }) => vendor === traits.vendor && mayUse(caller, name))
      .map(({ name }) => name);
    const none = caller.connections
      ? sentence('none_allowed', { name: traits.vendor })
      : sentence('none_configured', { name: traits.vendor });
    const names = choice.join(', ');
    if (choice.length === 0) fault('connection', none);
    else if (named === undefined && choice.length > 1)
      fault(
        'connection',
        sentence('no_default_connection', { names, name: traits.vendor, count: String(choice.length) }),
      );
    else fault('connection', sentence('one_of', { names }));
  } else if (connection.vendor !== traits.vendor) {
    const { name, vendor: needed } = traits;
    fault('connection', sentence('other_vendor', { vendor: connection.vendor, name, needed }));
    return undefined;
  }
  return connection;
};

const checkNotify = (named: unknown, context: Context, base: string, faults: Fault[]): readonly string[] => {
  const given = named === undefined ? context.config.notifyFor(context.tenant) : named;
  if (given === undefined) {
    faults.push({
      pointer: pointer(base, 'notify'),
      detail: sentence('tells_nobody'),
    });
    return [];
  }
  if (!Array.isArray(given)) return [];
  const names: string[] = [];
  for (const [i, name] of given.entries()) {
    if (typeof name !== 'string') continue;
    const detail = notifyFault(name, context);
    if (detail) faults.push({ pointer: pointer(base, 'notify', i), detail });
    // Different spellings of a callback (`HTTPS://Ci.Example.com`) mean the same target. So opwatch stores the normal
    // form of the URL, and later code recognizes it as a callback.
    else names.push(name.includes(':') ? new URL(name).href : name);
  }
  return [...new Set(names)];
};

const notifyFault = (name: string, { config, tenant, ...caller }: Context): string | undefined => {
  if (!name.includes(':')) {
    // A target that the caller may not name gets another fault, whether it exists or not.
    const isGood = config.targets.has(name) || !mayTell(caller, name);
    if (isGood) return undefined;
    const names = [...config.targets.keys()].filter((each) => mayTell(caller, each)).join(', ');
    return names === ''
      ? sentence('no_such_target')
      : sentence('unknown_target', { name: isSayable(name) ? name : '…', names });
  }
  const reason = refusal(name, config.callbacks);
  if (reason) return reason;
  const { search, href } = new URL(name);
  if (href.length > URL_MAX) return sentence('url_too_long', { count: String(URL_MAX) });
  if (search !== '') return sentence('url_query');
  const signing = config.tenants.get(tenant)?.signing ?? [];
  return signing.length > 0 ? undefined : sentence('no_signing', { name: tenant });
};

const checkDeadline = (given: unknown, config: Config, now: number, fault: AddFault): number => {
  if (given === undefined) return now + config.deadlineMs;
  if (typeof given !== 'string') return now;
  const { at, detail } = readDeadline(given, now);
  if (detail) fault('deadline', detail);
  return at;
};

/**
 * Reads a deadline: an instant with a time zone, or a duration from now. It must lie in the future, at most seven days
 * ahead.
 */
export const readDeadline = (given: string, now: number): { readonly at: number; readonly detail?: string } => {
  const span = parseDurationMs(given);
  const at = span === undefined ? parseInstant(given) : now + span;
  if (at === undefined) {
    return { at: now, detail: sentence('deadline_form') };
  }
  if (at <= now) return { at, detail: sentence('deadline_past') };
  return at > now + DEADLINE_MAX_MS ? { at, detail: sentence('deadline_far') } : { at };
};
