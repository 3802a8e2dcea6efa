/**
 * Finds every fault of a configuration in one pass over the input. A fault of one setting hides no fault of another
 * setting. A setting of the wrong kind gets its fault from the schema only. The checks of this file skip it.
 */
import * as v from 'valibot';
import { CANARY } from '../core/canary.ts';
import { instead, isSayable } from '../core/near.ts';
import { isReference } from '../core/reference.ts';
import { DEADLINE_MAX_MS, DEFAULT_GAP, SECOND } from '../core/schedule.ts';
import { ANY_CALLBACK, isOrigin, tellableBy } from '../core/target-name.ts';
import { parseDurationMs } from '../core/time.ts';
import { unsafeNames } from '../core/unsafe-names.ts';
import { refusal } from '../net/address-guard.ts';
import { providers } from '../providers/index.ts';
import { targetOf, targetTypes } from '../targets/index.ts';
import { Common, partsOf, RENAMED } from './common.ts';
import { diagnose } from './diagnose.ts';
import { type ConfigFault, eachPlaceOnce, faultAt, isObject } from './faults.ts';
import { CallbackSettings, Settings } from './settings.ts';
import { boundsOf } from './tenants.ts';

type Fields = Readonly<Record<string, unknown>>;
type Add = (path: readonly (string | number)[], cure: string) => void;
/** The connections and targets of a configuration, and a function that says why a text cannot be a callback. */
type Known = {
  readonly connections: Fields;
  readonly targets: Fields;
  readonly refused: (url: string) => string | undefined;
};

const fields = (value: unknown): Fields => (isObject(value) ? value : {});
const texts = (value: unknown): (readonly [number, string])[] =>
  Array.isArray(value) ? value.flatMap((one, i) => (typeof one === 'string' ? [[i, one] as const] : [])) : [];
const ms = (value: unknown): number | undefined => (typeof value === 'string' ? parseDurationMs(value) : undefined);

/**
 * Returns a sentence for a name that the configuration does not have. It lists the names that the configuration has.
 */
const noSuch = (what: string, given: string, there: readonly string[]): string =>
  `names no ${what}: ${isSayable(given) ? `there is no "${given}", ` : ''}${instead(given, there)}`;

const namesFaults = (input: unknown, add: Add): void => {
  for (const kind of ['connections', 'targets', 'tenants'])
    if (Object.hasOwn(fields(fields(input)[kind]), CANARY))
      add([kind, CANARY], 'must have another name: only the canary of opwatch uses this one');
};

const defaultsFaults = (defaults: Fields, known: Known, add: Add): void => {
  const deadline = ms(defaults.deadline);
  if (deadline !== undefined && (deadline === 0 || deadline > DEADLINE_MAX_MS))
    add(['defaults', 'deadline'], 'must be more than zero and at most P7D');
  notifyFaults(defaults.notify, ['defaults', 'notify'], known, add);
  for (const [vendor, name] of Object.entries(fields(defaults.connections))) {
    if (typeof name !== 'string') continue;
    const at = ['defaults', 'connections', vendor];
    const connection = Object.hasOwn(known.connections, name) ? fields(known.connections[name]) : undefined;
    if (!connection) add(at, noSuch('connection', name, Object.keys(known.connections)));
    else if (connection.vendor !== vendor) add(at, `must be a connection of ${vendor}`);
  }
};

const notifyFaults = (notify: unknown, at: readonly string[], { targets, refused }: Known, add: Add): void => {
  for (const [i, name] of texts(notify)) {
    const cure = /^https?:/i.test(name)
      ? refused(name)
      : Object.hasOwn(targets, name)
        ? undefined
        : noSuch('target', name, Object.keys(targets));
    if (cure) add([...at, i], cure);
  }
};

const tenantFaults = (name: string, tenant: Fields, known: Known, add: Add): void => {
  const at = ['tenants', name];
  notifyFaults(tenant.notify, [...at, 'notify'], known, add);
  if (tenant.callbackSigning !== undefined && tenant.signing === undefined)
    add([...at, 'signing'], `must be a reference to a key, because ${[...at, 'callbackSigning'].join('.')} needs one`);
  for (const [i, connection] of texts(tenant.connections))
    if (!Object.hasOwn(known.connections, connection))
      add([...at, 'connections', i], noSuch('connection', connection, Object.keys(known.connections)));
  for (const [i, target] of texts(tenant.targets)) {
    if (Object.hasOwn(known.targets, target) || isOrigin(target) || target === ANY_CALLBACK) continue;
    const origin = 'is not an origin such as https://ci.example.com';
    add([...at, 'targets', i], `${noSuch('target', target, Object.keys(known.targets))}; and it ${origin}`);
  }
  // The list for the tenant's bounds holds only texts. Another value in the list is a separate fault.
  const bounds = boundsOf(
    name,
    Array.isArray(tenant.targets) ? { targets: texts(tenant.targets).map(([, each]) => each) } : {},
  );
  const strangers = texts(tenant.notify).filter(
    ([, each]) =>
      bounds.targets && (Object.hasOwn(known.targets, each) || each.includes(':')) && !tellableBy(bounds.targets, each),
  );
  if (strangers.length > 0) {
    const names = strangers.map(([, each]) => each).join(', ');
    add([...at, 'targets'], `must hold ${names}, because ${[...at, 'notify'].join('.')} does`);
  }
};

const gapFaults = (key: string, gap: Fields, add: Add): void => {
  const names = providers.map(({ traits }) => traits.name);
  const provider = key.split('/')[0] ?? '';
  if (!names.includes(provider)) add(['gaps', key], noSuch('provider', provider, names));
  const [min = DEFAULT_GAP.minMs, max = DEFAULT_GAP.maxMs] = [ms(gap.min), ms(gap.max)];
  if (Math.max(min, SECOND) > max)
    add(
      ['gaps', key, gap.min === undefined ? 'max' : 'min'],
      gap.min === undefined ? 'must not be less than min, which is PT5S by default' : 'must not be more than max',
    );
};

/**
 * Returns the faults of one target: those of its type's settings, and those of the settings that every target may have.
 */
const targetFaults = (name: string, target: Fields, known: Known, add: Add): ConfigFault[] => {
  const at = ['targets', name];
  const { type, url } = target;
  if (typeof type !== 'string') return [];
  const kind = targetOf(type);
  if (!kind) {
    add([...at, 'type'], `must be one of ${targetTypes.join(', ')}${isSayable(type) ? meant(type) : ''}`);
    return [];
  }
  const { common, own } = partsOf({ ...target, type });
  for (const [old, today] of Object.entries(RENAMED))
    if (Object.hasOwn(target, old)) add([...at, old], `must have its new name "${today}"`);
  if (common.progress === true && !kind.edit) {
    const able = targetTypes.filter((each) => targetOf(each)?.edit).join(', ');
    add(
      [...at, 'progress'],
      `must be absent: this type cannot change a message after sending it; these types can: ${able}`,
    );
  }
  if (common.progress === true && common.events !== undefined)
    add([...at, 'events'], 'must be absent: a message that opwatch keeps up to date reports every event');
  const reason = typeof url === 'string' && !isReference(url) && URL.canParse(url) ? known.refused(url) : undefined;
  if (reason) add([...at, 'url'], reason);
  return [...diagnose(Common, common, at), ...diagnose(kind.settings, own, at)];
};

const meant = (type: string): string => {
  const text = instead(type, targetTypes);
  return text.startsWith('did') ? `; ${text}` : '';
};

const operatorFaults = (operators: unknown, { targets }: Known, add: Add): void => {
  for (const [i, name] of texts(operators)) {
    const type = Object.hasOwn(targets, name) ? fields(targets[name]).type : undefined;
    const kind = typeof type === 'string' ? targetOf(type) : undefined;
    if (!Object.hasOwn(targets, name)) add(['operators', i], noSuch('target', name, Object.keys(targets)));
    else if (kind && !kind.notice)
      add(['operators', i], `must be a target of another type: a target of type ${kind.type} cannot receive notices`);
  }
};

/** AWS gives the schedule this name, so the name must fit the rules of AWS. */
const scheduleFaults = (schedules: unknown, add: Add): void => {
  const names = (Array.isArray(schedules) ? schedules : []).map((each) => fields(each).name);
  for (const [i, name] of names.entries()) {
    const first = names.indexOf(name);
    if (typeof name === 'string' && first < i)
      add(['schedules', i, 'name'], `must be another name: schedules.${first} already has this one`);
  }
};

/** Returns every fault of a configuration, in the order of its settings. Each place appears once. */
export const configFaults = (input: unknown): ConfigFault[] => {
  const faults: ConfigFault[] = unsafeNames(input).map((place) => ({
    path: place.split('.'),
    given: 'has a forbidden name',
    cure: 'must have another name: JavaScript itself uses this one',
  }));
  const add: Add = (path, cure) => void faults.push(faultAt(input, path.map(String), cure));
  faults.push(...diagnose(Settings, input));
  const { connections, targets, tenants, defaults, gaps, operators, callbacks, schedules } = fields(input);
  const rules = v.safeParse(CallbackSettings, callbacks ?? {});
  const { allowHosts: _, ...addresses } = rules.success ? rules.output : {};
  const known = {
    connections: fields(connections),
    targets: fields(targets),
    refused: (url: string) => (rules.success ? refusal(url, rules.output) : undefined),
  };
  namesFaults(input, add);
  defaultsFaults(fields(defaults), known, add);
  for (const [name, tenant] of Object.entries(fields(tenants))) tenantFaults(name, fields(tenant), known, add);
  for (const [key, gap] of Object.entries(fields(gaps))) gapFaults(key, fields(gap), add);
  // The list of allowed hosts limits callers only. The operator's own targets may use other hosts.
  const refused = (url: string) => (rules.success ? refusal(url, addresses) : undefined);
  for (const [name, target] of Object.entries(known.targets))
    faults.push(...targetFaults(name, fields(target), { ...known, refused }, add));
  operatorFaults(operators, known, add);
  scheduleFaults(schedules, add);
  return eachPlaceOnce(faults);
};
