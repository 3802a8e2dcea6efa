/**
 * Bearer tokens: `opw_<id>_<secret>`. The table holds the id and a hash of the secret, never the secret; being 256 random
 * bits it needs no slow hash.
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
  /** What it is bounded to, as Caller has them; left out, it is not. */
  readonly connections?: readonly string[];
  readonly targets?: readonly string[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  readonly note?: string;
};

/** All tokens lie in one partition, so that they can be listed; the authorizer's answers are cached, so it stays cool. */
export const TOKENS = 'tokens';
export const tokenKey = (id: string): Key => ({ pk: TOKENS, sk: id });

/** When tokens end, in a partition of its own: whoever warns of it reads no hash of a token. */
export const TOKEN_ENDS = 'token-ends';
export const tokenEndKey = (id: string): Key => ({ pk: TOKEN_ENDS, sk: id });

export type TokenEnd = Pick<Token, 'id' | 'tenant' | 'createdAt'> & { readonly expiresAt: number };

/** The entry of a token that ends, as it lies beside the token; undefined for one that does not, or was revoked. */
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

/** Makes a token. Its text is shown once, to whoever asked for it; only the item is kept. */
export const newToken = (
  about: Pick<Token, 'tenant' | 'connections' | 'targets' | 'expiresAt' | 'note'> & Partial<Pick<Token, 'scopes'>>,
  now: number,
): { readonly text: string; readonly item: Item<Token> } => {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const body: Token = { scopes: SCOPES, ...about, id, hash: hashOf(secret).toString('hex'), createdAt: now };
  return { text: `opw_${id}_${secret}`, item: { ...tokenKey(id), version: 1, body } };
};

/** The id and secret in an Authorization header, or undefined when it holds no token of ours. */
export const parseBearer = (
  header: string | undefined,
): { readonly id: string; readonly secret: string } | undefined => {
  const parts = /^Bearer opw_([0-9a-f]{12})_([\w-]{43})$/i.exec(header ?? '');
  return parts?.[1] && parts[2] ? { id: parts[1].toLowerCase(), secret: parts[2] } : undefined;
};

/** Whether `secret` is the token's and the token is still good. The tenant of the canary is nobody's. Takes the same time whatever differs. */
export const isValid = (token: Token, secret: string, now: number): boolean =>
  timingSafeEqual(hashOf(secret), Buffer.from(token.hash, 'hex')) &&
  token.revokedAt === undefined &&
  !isCanary(token.tenant) &&
  (token.expiresAt ?? Number.POSITIVE_INFINITY) > now;

/** Who asks with this token. */
export const bearerOf = ({ tenant, scopes, connections, targets }: Token): Caller => ({
  tenant,
  scopes,
  ...(connections && { connections }),
  ...(targets && { targets }),
});
