/**
 * Makes a usable configuration from one that has faults. A stand-in replaces each faulty part and keeps its name. So a
 * submission that names a faulty target does not get the fault "no such target".
 */
import * as v from 'valibot';
import { Common, partsOf } from '../config/common.ts';
import { type Config, configOf } from '../config/config.ts';
import { isObject } from '../config/faults.ts';
import { CallbackSettings, Connection, Defaults, Settings, VENDORS } from '../config/settings.ts';
import { TenantSettings } from '../config/tenants.ts';
import { targetOf } from '../targets/index.ts';

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (isObject(value) ? value : {});
const UNREAD = 'env:UNREAD';

/** Reads a value by a schema. Where the value does not fit the schema, it returns `otherwise`. */
const readOr = <T>(schema: v.GenericSchema<unknown, T>, value: unknown, otherwise: T): T => {
  const read = v.safeParse(schema, value);
  return read.success ? read.output : otherwise;
};
const textsIn = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;

const soundConnection = (name: string, given: unknown) => {
  const { vendor, project } = fields(given);
  const known = VENDORS.find((each) => each === vendor);
  if (known === undefined) return [];
  const stub = v.parse(Connection, { vendor: known, credentials: UNREAD });
  const read = readOr(Connection, given, typeof project === 'string' ? { ...stub, project } : stub);
  return [[name, read] as const];
};

const soundTarget = (name: string, given: unknown) => {
  const { type } = fields(given);
  const kind = typeof type === 'string' ? targetOf(type) : undefined;
  const { own, common } = partsOf({ ...fields(given), type: String(type) });
  if (kind && v.is(kind.settings, own))
    return [name, { ...readOr(Common, common, {}), ...own, type: kind.type }] as const;
  return [name, { type: 'webhook', url: UNREAD, secrets: UNREAD }] as const;
};

const soundTenant = (name: string, given: unknown) => {
  const { signing, notify, targets, connections } = fields(given);
  const lists = { notify: textsIn(notify), targets: textsIn(targets), connections: textsIn(connections) };
  const stub = v.parse(TenantSettings, { ...(signing !== undefined && { signing: UNREAD }), ...lists });
  return [name, readOr(TenantSettings, given, stub)] as const;
};

/** Returns a configuration made of the parts without faults. The check of submissions uses it. */
export const soundPartsOf = (input: unknown): Config => {
  const { connections, targets, tenants, defaults, callbacks } = fields(input);
  const { connections: byVendor, notify } = fields(defaults);
  const named = Object.entries(fields(byVendor)).filter(([, name]) => typeof name === 'string');
  return configOf({
    ...v.parse(Settings, { connections: {} }),
    connections: Object.fromEntries(
      Object.entries(fields(connections)).flatMap(([name, each]) => soundConnection(name, each)),
    ),
    targets: Object.fromEntries(Object.entries(fields(targets)).map(([name, each]) => soundTarget(name, each))),
    tenants: Object.fromEntries(Object.entries(fields(tenants)).map(([name, each]) => soundTenant(name, each))),
    defaults: readOr(Defaults, defaults ?? {}, {
      connections: Object.fromEntries(named) as object,
      notify: textsIn(notify),
    }),
    callbacks: readOr(CallbackSettings, callbacks ?? {}, v.parse(CallbackSettings, {})),
  });
};
