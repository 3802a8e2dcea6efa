/**
 * Bearer tokens: `opw_<id>_<secret>`. The table keeps the id and a hash of the secret, never the secret itself. A fast
 * hash is enough, because the secret has 256 random bits.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isCanary } from '../core/canary.ts';
import type { Item, Key } from '../core/item.ts';
import { type Caller, SCOPES, type Scope } from './caller.ts';

export type Token = {
  readonly id: string;
  /** SHA-256 of the secret, hex. */
  readonly hash: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** The restrictions of the token, as in Caller. A token without these lists has no restrictions. */
  readonly connections?: readonly string[];
  readonly targets?: readonly string[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  readonly note?: string;
};

/**
 * All tokens are in one partition, so that a person can list them. The gateway caches the authorizer's answers, so few
 * reads reach this partition.
 */
export const TOKENS = 'tokens';
export const tokenKey = (id: string): Key => ({ pk: TOKENS, sk: id });

/**
 * The end times of tokens, in their own partition. The sweep warns of an end from here and so reads no hash of a token.
 */
export const TOKEN_ENDS = 'token-ends';
export const tokenEndKey = (id: string): Key => ({ pk: TOKEN_ENDS, sk: id });

export type TokenEnd = Pick<Token, 'id' | 'tenant' | 'createdAt'> & { readonly expiresAt: number };

/**
 * Returns the item that stores the end time of a token. Undefined for a token without an end and for a revoked token.
 */
export const endOf = ({ id, tenant, createdAt, expiresAt, revokedAt }: Token): Item<TokenEnd> | undefined =>
  expiresAt === undefined || revokedAt !== undefined
    ? undefined
    : {
        ...tokenEndKey(id),
        version: 1,
        body: { id, tenant, createdAt, expiresAt },
        expiresAt: Math.ceil(expiresAt / 1_000),
      };

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Makes a token. Its text goes to the person who asked for it, once. The table keeps only the item. */
export const newToken = (
  about: Pick<Token, 'tenant' | 'connections' | 'targets' | 'expiresAt' | 'note'> & Partial<Pick<Token, 'scopes'>>,
  now: number,
): { readonly text: string; readonly item: Item<Token> } => {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const body: Token = { scopes: SCOPES, ...about, id, hash: hashOf(secret).toString('hex'), createdAt: now };
  return { text: `opw_${id}_${secret}`, item: { ...tokenKey(id), version: 1, body } };
};

/** Returns the id and the secret in an Authorization header. Undefined when the header holds no token of opwatch. */
export const parseBearer = (
  header: string | undefined,
): { readonly id: string; readonly secret: string } | undefined => {
  const parts = /^Bearer opw_([0-9a-f]{12})_([\w-]{43})$/i.exec(header ?? '');
  return parts?.[1] && parts[2] ? { id: parts[1].toLowerCase(), secret: parts[2] } : undefined;
};

/**
 * Answers whether `secret` belongs to the token and the token is still valid. No token is valid for the tenant of the
 * canary. The comparison takes the same time for every secret.
 */
export const isValid = (token: Token, secret: string, now: number): boolean =>
  timingSafeEqual(hashOf(secret), Buffer.from(token.hash, 'hex')) &&
  token.revokedAt === undefined &&
  !isCanary(token.tenant) &&
  (token.expiresAt ?? Number.POSITIVE_INFINITY) > now;

/** Returns the caller that this token represents. */
export const bearerOf = ({ tenant, scopes, connections, targets }: Token): Caller => ({
  tenant,
  scopes,
  ...(connections && { connections }),
  ...(targets && { targets }),
});
