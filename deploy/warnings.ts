/**
 * Finds weak points of a configuration. The deployment works with them, but less well. Packaging prints a warning for
 * each.
 */
import type { Config } from '../lib/config/config.ts';
import { secretsWithoutArn } from './secrets.ts';
import type { Settings } from './settings.ts';

const WITHOUT_LINKS =
  'opwatch.config.ts has no links.keys: messages link only to the console of the cloud, not to their watch (docs/config.md, links)';
const WITHOUT_OPERATORS =
  'opwatch.config.ts has no operators: when an alarm rings, nobody receives a message with its reason (docs/operations.md, Notices)';

/**
 * Returns the tenants that sign callbacks with the secret itself. Before there was a choice, all tenants signed in this
 * way.
 */
const keptKeys = ({ tenants }: Config): string[] =>
  [...tenants].flatMap(([name, { signing, callbackSigning }]) =>
    signing.length > 0 && callbackSigning === undefined ? [name] : [],
  );

const keepsKey = (tenant: string): string =>
  `tenant ${tenant} uses one key for all its callbacks: with a whsec_ secret, each receiver can forge messages to the others. Set tenants.${tenant}.callbackSigning to 'v1a' or 'derived' (docs/webhooks.md, keys)`;

const withoutArn = (name: string): string =>
  `opwatch.config.ts names secret:${name}, but no function may read it: add the secret's ARN to the parameter "secrets" (docs/deploy.md)`;

/** Returns the warnings. Each is one sentence with the cure. */
export const warningsOf = (
  config: Config,
  settings: Pick<Settings, 'secrets'> = { secrets: [] },
): readonly string[] => [
  ...(config.linkKeys.length === 0 ? [WITHOUT_LINKS] : []),
  ...(config.operators.length === 0 ? [WITHOUT_OPERATORS] : []),
  ...keptKeys(config).map(keepsKey),
  ...secretsWithoutArn(config, settings).map(withoutArn),
];
