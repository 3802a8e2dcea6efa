/**
 * What secret references stand for: SSM parameters, Secrets Manager secrets (which SSM reads under
 * /aws/reference/secretsmanager/), environment variables. Kept in memory for some minutes; never stored or logged.
 */
import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Credentials, Lifetime } from '../clouds/cloud.ts';
import { MINUTE, SECOND } from '../core/schedule.ts';
import { sentence } from '../core/sentences.ts';
import { parseInstant } from '../core/time.ts';
import type { ConnectionConfig } from './settings.ts';

/** `fresh`: what was kept has been refused, and is read anew unless that was done just now. */
export type ReadOptions = { readonly fresh?: boolean };

export type Secrets = {
  /** The secrets behind `references`, in their order. Throws a SecretError that names what cannot be read. */
  readonly read: (references: readonly string[], options?: ReadOptions) => Promise<string[]>;
  readonly credentials: (connection: ConnectionConfig, options?: ReadOptions) => Promise<Credentials>;
  /** Every secret handed out so far, for masking. */
  readonly known: () => readonly string[];
};

/** A reference that leads nowhere: somebody has to create the secret, or allow it to be read. Names it, never shows it. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

const KEEP_MS = 5 * MINUTE;
/** What is refused again and again must not be read as often: Parameter Store allows 40 calls a second. */
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
  /** Lifetimes of temporary credentials, by what tells these from others. */
  const lifetimes = new Map<string, Lifetime>();
  const lifetimeOf = (reference: string, expiresAt: number): Lifetime => {
    const key = `${reference} ${expiresAt}`;
    const lifetime = lifetimes.get(key) ?? { seenAt: now(), expiresAt };
    lifetimes.set(key, lifetime);
    return lifetime;
  };
  /** Parts of secrets that hold several. */
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

/** As opwatch calls it, as Alibaba's STS does, and as Huawei's IAM does ("AssumeRole"; "CreateTemporaryAccessKeyByToken"). */
const EXPIRIES = ['expiresAt', 'Expiration', 'expires_at'] as const;

type Kept = Omit<Credentials, 'lifetime'> & { readonly expiresAt?: number };

const parseCredentials = (reference: string, text: string): Kept => {
  let json: Partial<Record<keyof Credentials | (typeof EXPIRIES)[number], unknown>> = {};
  try {
    json = JSON.parse(text) ?? {};
  } catch {
    // Falls through to the one message below: a parser's own would quote the secret.
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
    // What is no instant only warns nobody: the credentials may be good all the same.
    ...(expiresAt !== undefined && { expiresAt }),
  };
};
