/**
 * Decides which secrets of SSM and Secrets Manager each role may read: those that the configuration names for the work
 * of its function.
 */
import type { Config } from '../lib/config/config.ts';
import { isReference } from '../lib/core/reference.ts';
import type { Settings } from './settings.ts';
import { arnIn, type Statement } from './template.ts';

const referencesIn = (value: unknown): string[] => {
  if (typeof value === 'string') return isReference(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(referencesIn) : [];
};

/**
 * Returns the references that each kind of function reads. A poller reads the keys of its cloud. The notifier reads the
 * addresses and tokens of targets and the signing secrets.
 */
export const referencesOf = ({ connections, targets, tenants, linkKeys }: Config) => ({
  poller: (vendor: string): string[] =>
    [...connections.values()].flatMap((each) => (each.vendor === vendor ? referencesIn(each.credentials) : [])),
  notifier: [
    ...[...targets.values()].flatMap(({ settings }) => referencesIn(settings)),
    ...[...tenants.values()].flatMap(({ signing }) => signing),
    ...linkKeys,
  ],
  link: [...linkKeys],
  // The function that answers GET /keys calculates the public keys from the private keys of the tenants.
  keys: [...tenants.values()].flatMap(({ signing, callbackSigning }) => (callbackSigning === 'v1a' ? signing : [])),
});

const PARAMETER = 'ssm:/';
const SECRET = 'secret:';
/**
 * The path under which SSM reads secrets of Secrets Manager (Systems Manager User Guide, "Referencing Secrets Manager
 * secrets").
 */
const BELOW = 'aws/reference/secretsmanager/';

const nameIn = (arn: string): string => arn.split(':secret:')[1]?.replace(/-\w{6}$/, '') ?? '';

/**
 * Returns the names of the SSM parameters among the references, without the first slash, each once. An `env:` reference
 * needs no right to read.
 */
const parametersOf = (references: readonly string[]): string[] => {
  const names = references.flatMap((one) => {
    if (one.startsWith(PARAMETER)) return [one.slice(PARAMETER.length)];
    return one.startsWith(SECRET) ? [`${BELOW}${one.slice(SECRET.length)}`] : [];
  });
  return [...new Set(names)].sort();
};

/** Returns the names of the Secrets Manager secrets among the references. */
const secretsOf = (references: readonly string[]): string[] =>
  parametersOf(references).flatMap((name) => (name.startsWith(BELOW) ? [name.slice(BELOW.length)] : []));

/**
 * Returns the secrets that the configuration names and that no role may read, because the parameter `secrets` has no
 * ARN of them.
 */
export const secretsWithoutArn = (config: Config, { secrets }: Pick<Settings, 'secrets'>): string[] => {
  const { poller, notifier } = referencesOf(config);
  const vendors = new Set([...config.connections.values()].map(({ vendor }) => vendor));
  const known = new Set(secrets.map(nameIn));
  return [...new Set(secretsOf([...[...vendors].flatMap(poller), ...notifier]))].filter((name) => !known.has(name));
};

/**
 * The maximum number of characters for names, patterns and secrets in a role, with their ARNs. The inline policies of a
 * role may hold 10,240 characters (IAM and STS quotas). All other parts of a role need fewer than 4,000.
 */
const NAMES_MAX = 6_000;
const AROUND = '"arn:aws-us-gov:ssm:ap-northeast-1:123456789012:parameter/",'.length;
const sizeOf = (names: readonly string[], around: number): number =>
  names.reduce((sum, name) => sum + around + name.length, 0);

const asWords = (text: string): string => `-${text.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-`;
const tellsStage = (part: string, stage: string): boolean => asWords(part).includes(asWords(stage));

/**
 * Replaces names by patterns if the names need more than `max` characters. A pattern keeps the common first parts of
 * several names and matches any ending. It never replaces a part that tells the stage. Otherwise one stage could read
 * the secrets of another.
 */
const within = (names: readonly string[], stage: string, max: number): string[] => {
  const all = names.map((name) => name.split('/'));
  const whole = (parts: readonly string[]) => parts.join('/');
  let fitting = [...names];
  for (
    let depth = Math.max(0, ...all.map(({ length }) => length - 1));
    depth > 0 && sizeOf(fitting, AROUND) > max;
    depth -= 1
  ) {
    const groups = Map.groupBy(all, (parts) => (parts.length > depth ? whole(parts.slice(0, depth)) : undefined));
    const isOpened = (some: readonly string[][]) =>
      some.length > 1 && !some.some((parts) => parts.slice(depth).some((part) => tellsStage(part, stage)));
    fitting = [...groups]
      .flatMap(([path, some]) => (path !== undefined && isOpened(some) ? [`${path}/*`] : some.map(whole)))
      .sort();
  }
  if (sizeOf(fitting, AROUND) > max)
    throw new Error(
      'opwatch.config.ts names more parameters than a role can list: put them below a common path of their stage, such as /opwatch/prod/',
    );
  return fitting;
};

/**
 * Returns the statements that let a role read the secrets behind references. Throws where their names do not fit into a
 * policy, even as patterns.
 */
export const read = (
  references: readonly string[],
  { secrets, stage }: Pick<Settings, 'secrets' | 'stage'>,
): Statement[] => {
  const wanted = new Set(secretsOf(references));
  const arns = secrets.filter((arn) => wanted.has(nameIn(arn)));
  const parameters = within(parametersOf(references), stage, NAMES_MAX - sizeOf(arns, '"",'.length));
  const allow = (Action: string, Resource: readonly unknown[]): Statement[] =>
    Resource.length > 0 ? [{ Effect: 'Allow', Action: [Action], Resource }] : [];
  return [
    ...allow(
      'ssm:GetParameters',
      parameters.map((name) => arnIn('ssm', `parameter/${name}`)),
    ),
    ...allow('secretsmanager:GetSecretValue', arns),
  ];
};
