/**
 * A user's own configuration on the local stack: names, mentions, languages, rates, tenants and schedules stay. Stand-ins take the
 * place of what leads out of this machine: credentials, addresses and secrets.
 */
import type { ConfigInput } from '../lib/config/settings.ts';
import { isReference } from '../lib/core/reference.ts';
import { everyTarget } from './inbox/targets.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Input<Name extends keyof ConfigInput> = NonNullable<ConfigInput[Name]>;

const CLOUDS = 'http://127.0.0.1:4010';
const INBOX = 'http://127.0.0.1:4020';

/** Any reference that is left would be read nowhere here. */
const withoutReferences = (value: unknown): unknown => {
  if (typeof value === 'string')
    return isReference(value) && !value.startsWith('env:STAND_IN_') ? 'env:STAND_IN_TOKEN' : value;
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutReferences(each)]));
};

/** The settings of a target, with what leads out of this machine as the stand-in of its type has it; told at a place of its own. */
const targetOf = (name: string, settings: Input<'targets'>[string], inbox: string, token: string) => {
  const example = everyTarget(inbox, token)[settings.type];
  const led = Object.entries(example).filter(
    ([, value]) => /env:STAND_IN_/.test(JSON.stringify(value)) || JSON.stringify(value).includes(inbox),
  );
  const own = JSON.parse(JSON.stringify(Object.fromEntries(led)).replaceAll('/local', `/${name}`));
  return { ...(withoutReferences(settings) as object), ...own };
};

/** A callback goes to the inbox, under its host's name. */
const told = (names: readonly string[] | undefined, inbox: string) =>
  names && { notify: names.map((name) => (URL.canParse(name) ? `${inbox}/hooks/${new URL(name).hostname}` : name)) };

const submissionOf = (submission: unknown, inbox: string): object => {
  if (Array.isArray(submission)) return submission.map((each) => submissionOf(each, inbox));
  const { notify, ...rest } = submission as { readonly notify?: readonly string[] };
  return { ...rest, ...told(notify, inbox) };
};

const tenantOf = ({ signing, targets, notify, ...rest }: Input<'tenants'>[string], inbox: string) => ({
  ...rest,
  ...told(notify, inbox),
  ...(signing !== undefined && {
    signing: rest.callbackSigning === 'v1a' ? 'env:STAND_IN_PRIVATE_SECRET' : 'env:STAND_IN_SIGNING_SECRET',
  }),
  // Callbacks to an origin of the list come to the inbox.
  ...(targets && { targets: [...targets, ...(targets.some((each) => each.includes(':')) ? ['https://*'] : [])] }),
});

const mapped = <T, U>(
  record: Readonly<Record<string, T>> = {},
  change: (value: T, name: string) => U,
): Record<string, U> => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));

/** `own` as the local stack runs it. */
export const standInFor = (own: ConfigInput, env: Environment): ConfigInput => {
  const {
    OPWATCH_CLOUDS_URL: clouds = CLOUDS,
    OPWATCH_INBOX_URL: inbox = INBOX,
    STAND_IN_TOKEN: token = 'stand-in',
  } = env;
  const { allowHosts: _, ...callbacks } = own.callbacks ?? {};
  const standIn = {
    ...own,
    connections: mapped(own.connections, (connection) => {
      const key = `env:STAND_IN_${connection.vendor.toUpperCase()}`;
      const credentials = { accessKeyId: `${key}_KEY`, secretAccessKey: `${key}_SECRET` };
      return { ...connection, credentials, endpoints: { '*': clouds } };
    }),
    targets: mapped(own.targets, (settings, name) => targetOf(name, settings, inbox, token)),
    tenants: mapped(own.tenants, (tenant) => tenantOf(tenant, inbox)),
    defaults: { ...own.defaults, ...told(own.defaults?.notify, inbox) },
    ...(own.links && { links: { keys: ['env:STAND_IN_LINK_KEY'] } }),
    schedules: (own.schedules ?? []).map((each) => ({ ...each, submission: submissionOf(each.submission, inbox) })),
    callbacks: { ...callbacks, allowLoopback: true },
  };
  return standIn as ConfigInput;
};
