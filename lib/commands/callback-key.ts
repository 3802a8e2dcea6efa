/**
 * npm run callback-key -- new | public | derived: makes and shows the keys of callbacks.
 *
 *   new                                                  makes a private key and its public key, and stores neither
 *   public [--tenant default]                            shows the public keys of a tenant that signs by v1a
 *   derived --origin https://ci.example.com [--tenant]   shows the HMAC key of an origin (callbackSigning 'derived')
 *
 * It reads opwatch.config.ts and the secrets in it with your AWS credentials.
 */
import { generateKeyPairSync } from 'node:crypto';
import { parseArgs } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import settings from '#config';
import { readConfig } from '../config/config.ts';
import { createSecrets } from '../config/secrets.ts';
import { DEFAULT_TENANT } from '../config/tenants.ts';
import { isOrigin } from '../core/target-name.ts';
import { callbackSecrets } from '../net/callback-keys.ts';
import { publicKeyOf } from '../net/standard-webhooks.ts';
import { awsCure } from './aws-cure.ts';

const USAGE = `usage:
  npm run callback-key -- new
  npm run callback-key -- public [--tenant default]
  npm run callback-key -- derived --origin https://ci.example.com [--tenant default]`;

class Usage extends Error {}

const make = (): string => {
  const { d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const secret = `whsk_${Buffer.from(d, 'base64url').toString('base64')}`;
  return `${secret}\n${publicKeyOf(secret)}`;
};

type Options = { readonly tenant: string; readonly origin?: string | undefined };

/** Reads the secrets of a tenant. Throws when the tenant does not sign in this way. */
const secretsOf = async (tenant: string, wanted: 'v1a' | 'derived'): Promise<string[]> => {
  const found = readConfig(settings).tenants.get(tenant);
  if (!found) throw new Usage(`opwatch.config.ts names no tenant ${tenant}`);
  if (found.callbackSigning !== wanted)
    throw new Usage(`tenants.${tenant}.callbackSigning is ${found.callbackSigning ?? 'left out'}, and not ${wanted}`);
  return createSecrets(new SSMClient({}), process.env, () => Date.now()).read(found.signing);
};

const COMMANDS: Readonly<Record<string, (options: Options) => Promise<string> | string>> = {
  new: make,
  public: async ({ tenant }) => (await secretsOf(tenant, 'v1a')).map(publicKeyOf).join('\n'),
  derived: async ({ tenant, origin }) => {
    if (origin === undefined || !isOrigin(origin))
      throw new Usage('--origin must be an origin: https://ci.example.com');
    return callbackSecrets(await secretsOf(tenant, 'derived'), 'derived', origin).join('\n');
  },
};

const main = async (): Promise<string> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { tenant: { type: 'string', default: DEFAULT_TENANT }, origin: { type: 'string' } },
  });
  const name = positionals[0] ?? '';
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new Usage('name a command');
  return command(values);
};

await main().then(console.log, (error: Error) => {
  console.error(error instanceof Usage ? `${error.message}\n${USAGE}` : awsCure(error));
  process.exitCode = 1;
});
