/**
 * Reads the secrets behind references: SSM parameters, secrets of Secrets Manager and environment variables. SSM reads
 * Secrets Manager under /aws/reference/secretsmanager/. opwatch keeps secrets in memory for a few minutes. It never
 * stores or logs them.
 */
import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Credentials, Lifetime } from '../clouds/cloud.ts';
import { MINUTE, SECOND } from '../core/schedule.ts';
import { sentence } from '../core/sentences.ts';
import { parseInstant } from '../core/time.ts';
import type { ConnectionConfig } from './settings.ts';

/**
 * `fresh`: a receiver refused the secret in memory. opwatch then reads it again, unless it has read it within the last
 * seconds.
 */
export type ReadOptions = { readonly fresh?: boolean };

export type Secrets = {
  /**
   * Returns the secrets behind `references`, in the same order. Throws a SecretError that names each reference without
   * a readable secret.
   */
  readonly read: (references: readonly string[], options?: ReadOptions) => Promise<string[]>;
  readonly credentials: (connection: ConnectionConfig, options?: ReadOptions) => Promise<Credentials>;
  /** Returns every secret that opwatch has read so far. Logs mask these texts. */
  readonly known: () => readonly string[];
};

/**
 * opwatch cannot read the secret behind a reference. A person must create the secret, or allow opwatch to read it. The
 * error names the reference and never shows the secret.
 */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

const KEEP_MS = 5 * MINUTE;
/**
 * The least time between two reads of the same secret. A receiver may refuse a secret many times, and Parameter Store
 * allows 40 calls a second.
 */
const FRESH_MS = 10 * SECOND;
const BATCH_MAX = 10;

const parameterName = (reference: string): string =>
  reference.startsWith('secret:')
    ? `/aws/reference/secretsmanager/${reference.slice('secret:'.length)}`
    : reference.slice('ssm:'.length);

export const createSecrets = (
  ssm: Pick<SSMClient, 'send'>,
  environment: Readonly<Record<string, string | undefined>>,
  now: () => number,
): Secrets => {
  const cache = new Map<string, { value: string; at: number }>();
  /** The lifetimes of temporary credentials. The key is a text that distinguishes them from other credentials. */
  const lifetimes = new Map<string, Lifetime>();
  const lifetimeOf = (reference: string, expiresAt: number): Lifetime => {
    const key = `${reference} ${expiresAt}`;
    const lifetime = lifetimes.get(key) ?? { seenAt: now(), expiresAt };
    lifetimes.set(key, lifetime);
    return lifetime;
  };
  /** The single values inside secrets that hold several values. */
  const parts = new Set<string>();

  const fetchParameters = async (references: readonly string[]): Promise<void> => {
    for (let i = 0; i < references.length; i += BATCH_MAX) {
      const batch = references.slice(i, i + BATCH_MAX);
      const names = new Map(batch.map((reference) => [parameterName(reference), reference]));
      const answer = await ssm.send(new GetParametersCommand({ Names: [...names.keys()], WithDecryption: true }));
      for (const { Name, Value } of answer.Parameters ?? []) {
        const reference = names.get(Name ?? '');
        if (reference !== undefined && Value !== undefined) cache.set(reference, { value: Value, at: now() });
      }
    }
  };

  const fetchEnvironment = (references: readonly string[]): void => {
    for (const reference of references) {
      const value = environment[reference.slice('env:'.length)];
      if (value) cache.set(reference, { value, at: now() });
    }
  };

  const read: Secrets['read'] = async (references, { fresh = false } = {}) => {
    const stale = (reference: string) => (cache.get(reference)?.at ?? 0) + (fresh ? FRESH_MS : KEEP_MS) <= now();
    const wanted = [...new Set(references)].filter(stale);
    fetchEnvironment(wanted.filter((reference) => reference.startsWith('env:')));
    await fetchParameters(wanted.filter((reference) => !reference.startsWith('env:')));
    return references.map((reference) => {
      const kept = cache.get(reference);
      if (!kept) throw new SecretError(sentence('unread_secret', { reference }));
      return kept.value;
    });
  };

  return {
    read,
    known: () => [...[...cache.values()].map(({ value }) => value), ...parts],
    credentials: async ({ credentials }, options) => {
      if (typeof credentials === 'string') {
        const parsed = parseCredentials(credentials, (await read([credentials], options))[0] ?? '');
        const { expiresAt, ...keys } = parsed;
        for (const part of [keys.secretAccessKey, keys.securityToken]) if (part !== undefined) parts.add(part);
        return { ...keys, ...(expiresAt !== undefined && { lifetime: lifetimeOf(credentials, expiresAt) }) };
      }
      const { accessKeyId, secretAccessKey, securityToken, expiresAt } = credentials;
      const references = [accessKeyId, secretAccessKey, ...(securityToken === undefined ? [] : [securityToken])];
      const [id = '', secret = '', token] = await read(references, options);
      const at = expiresAt && parseInstant((await read([expiresAt], options))[0] ?? '');
      return {
        accessKeyId: id,
        secretAccessKey: secret,
        ...(token !== undefined && { securityToken: token }),
        ...(expiresAt && typeof at === 'number' && { lifetime: lifetimeOf(expiresAt, at) }),
      };
    },
  };
};

/**
 * The field for the end of credentials has three names: that of opwatch, that of Alibaba's STS, and that of Huawei's
 * IAM ("AssumeRole"; "CreateTemporaryAccessKeyByToken").
 */
const EXPIRIES = ['expiresAt', 'Expiration', 'expires_at'] as const;

type Kept = Omit<Credentials, 'lifetime'> & { readonly expiresAt?: number };

const parseCredentials = (reference: string, text: string): Kept => {
  let json: Partial<Record<keyof Credentials | (typeof EXPIRIES)[number], unknown>> = {};
  try {
    json = JSON.parse(text) ?? {};
  } catch {
    // The code below throws one error for all cases. The parser's own error would quote the secret.
  }
  const { accessKeyId, secretAccessKey, securityToken } = json;
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw new SecretError(sentence('credentials_form', { reference }));
  }
  const expiry = EXPIRIES.map((name) => json[name]).find((value) => typeof value === 'string');
  const expiresAt = typeof expiry === 'string' ? parseInstant(expiry) : undefined;
  return {
    accessKeyId,
    secretAccessKey,
    ...(typeof securityToken === 'string' && { securityToken }),
    // Without a valid instant opwatch cannot warn anybody before the end. The credentials can still be valid.
    ...(expiresAt !== undefined && { expiresAt }),
  };
};
