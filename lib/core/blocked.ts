/**
 * Refusals that repeating cannot help. A watch that meets them is blocked: its targets are told, and opwatch keeps looking.
 * Refused credentials are not among them, because they concern the whole connection. Pure.
 */
import { type LookError, Misconfigured, NotAllowed, NotConfigured } from './errors.ts';
import { BLOCKED_AFTER_MS } from './schedule.ts';

export const BLOCKED_KINDS = ['not_allowed', 'misconfigured', 'not_configured'] as const;
export type BlockedKind = (typeof BLOCKED_KINDS)[number];

/** Looks in a row that were refused, since the cloud last answered. Instants are epoch ms. */
export type Refusals = { readonly since: number; readonly count: number };

/** Since when, and why, in the cloud's own code and words. */
export type Blocked = {
  readonly since: number;
  readonly kind: BlockedKind;
  readonly code: string;
  readonly message: string;
};

const LOOKS_MIN = 3;

export const refusalKindOf = (error: LookError): BlockedKind | undefined => {
  if (error instanceof NotConfigured) return 'not_configured';
  if (error instanceof Misconfigured) return 'misconfigured';
  return error instanceof NotAllowed ? 'not_allowed' : undefined;
};

export const oneMore = (refusals: Refusals | undefined, now: number): Refusals => ({
  since: refusals?.since ?? now,
  count: (refusals?.count ?? 0) + 1,
});

/** Three refused looks over two minutes: what passes by itself has passed by then. */
export const isBlocking = ({ since, count }: Refusals, now: number): boolean =>
  count >= LOOKS_MIN && now - since >= BLOCKED_AFTER_MS;

/** What a person can do about it. */
export const CURES: Readonly<Record<BlockedKind, string>> = {
  not_allowed:
    'The cloud accepts the credentials but does not allow this call. Grant them the permission; docs/providers.md names the calls. opwatch keeps looking and goes on by itself.',
  misconfigured:
    'The cloud does not take this request, and asking again does not help. Check the fields of the operation, and the region and the endpoint of the connection. If a field is wrong, stop this watch and submit the operation again.',
  not_configured:
    'opwatch.config.ts does not name the connection, or this deployment does not know the provider. Put it back, or stop this watch.',
};
