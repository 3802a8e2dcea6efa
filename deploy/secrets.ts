/** What each role may read of SSM and Secrets Manager: the secrets that the configuration names for its function's work. */
import type { Config } from '../lib/config.ts';
import { isReference } from '../lib/reference.ts';
import type { Settings } from './settings.ts';
import { arnIn, type Statement } from './template.ts';

const referencesIn = (value: unknown): string[] => {
  if (typeof value === 'string') return isReference(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(referencesIn) : [];
};

/** The references that each kind of function reads: a poller its cloud's keys, the notifier what it tells and signs with. */
export const referencesOf = ({ connections, targets, tenants, linkKeys }: Config) => ({
  poller: (vendor: string): string[] =>
    [...connections.values()].flatMap((each) => (each.vendor === vendor ? referencesIn(each.credentials) : [])),
  notifier: [
    ...[...targets.values()].flatMap(({ settings }) => referencesIn(settings)),
    ...[...tenants.values()].flatMap(({ signing }) => signing),
    ...linkKeys,
  ],
  link: [...linkKeys],
  // The public keys are worked out from the private ones.
  keys: [...tenants.values()].flatMap(({ signing, callbackSigning }) => (callbackSigning === 'v1a' ? signing : [])),
});

const PARAMETER = 'ssm:/';
const SECRET = 'secret:';
/** SSM reads Secrets Manager below this name (Systems Manager User Guide, "Referencing Secrets Manager secrets"). */
const BELOW = 'aws/reference/secretsmanager/';

const nameIn = (arn: string): string => arn.split(':secret:')[1]?.replace(/-\w{6}$/, '') ?? '';

/** Names of parameters without their first slash, each once. Of `env:` there is nothing to read. */
const parametersOf = (references: readonly string[]): string[] => {
  const names = references.flatMap((one) => {
    if (one.startsWith(PARAMETER)) return [one.slice(PARAMETER.length)];
    return one.startsWith(SECRET) ? [`${BELOW}${one.slice(SECRET.length)}`] : [];
  });
  return [...new Set(names)].sort();
};

/** Names of the secrets of Secrets Manager among them. */
const secretsOf = (references: readonly string[]): string[] =>
  parametersOf(references).flatMap((name) => (name.startsWith(BELOW) ? [name.slice(BELOW.length)] : []));

/** Secrets that the configuration names and no ARN of the parameter `secrets` lets anybody read. */
export const secretsWithoutArn = (config: Config, { secrets }: Pick<Settings, 'secrets'>): string[] => {
  const { poller, notifier } = referencesOf(config);
  const vendors = new Set([...config.connections.values()].map(({ vendor }) => vendor));
  const known = new Set(secrets.map(nameIn));
  return [...new Set(secretsOf([...[...vendors].flatMap(poller), ...notifier]))].filter((name) => !known.has(name));
};

/**
 * The inline policies of a role hold 10,240 characters (IAM and STS quotas). These are for names and patterns, the ARN around
 * each included; everything else in a role takes fewer than 4,000.
 */
const NAMES_MAX = 6_000;
const AROUND = '"arn:aws-us-gov:ssm:ap-northeast-1:123456789012:parameter/",'.length;
const sizeOf = (names: readonly string[]): number => names.reduce((sum, name) => sum + AROUND + name.length, 0);

/** Names that are too many become patterns: each path whose parts after the first `depth` are left open. */
const within = (names: readonly string[]): string[] => {
  const deepest = Math.max(0, ...names.map((name) => name.split('/').length - 1));
  let fitting = [...names];
  for (let depth = deepest; depth > 0 && sizeOf(fitting) > NAMES_MAX; depth -= 1) {
    const open = names.map((name) => {
      const parts = name.split('/');
      return parts.length > depth ? `${parts.slice(0, depth).join('/')}/*` : name;
    });
    fitting = [...new Set(open)];
  }
  if (sizeOf(fitting) > NAMES_MAX)
    throw new Error(
      'opwatch.config.ts names more parameters than a role can list: put them below a common path, such as /opwatch/prod/',
    );
  return fitting;
};

/** Lets a role read these references. Throws where their names, as patterns too, exceed what a policy holds. */
export const read = (references: readonly string[], { secrets }: Pick<Settings, 'secrets'>): Statement[] => {
  const parameters = within(parametersOf(references));
  const wanted = new Set(secretsOf(references));
  const arns = secrets.filter((arn) => wanted.has(nameIn(arn)));
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
