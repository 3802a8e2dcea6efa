/**
 * Refusals that a retry cannot mend. A watch with such refusals is blocked: opwatch tells its targets and keeps
 * looking. Refused credentials are not among them, because they concern the whole connection. Pure.
 */
import { type LookError, Misconfigured, NotAllowed, NotConfigured } from './errors.ts';
import { BLOCKED_AFTER_MS } from './schedule.ts';

export const BLOCKED_KINDS = ['not_allowed', 'misconfigured', 'not_configured'] as const;
export type BlockedKind = (typeof BLOCKED_KINDS)[number];

/** Refused looks in a row since the cloud last answered. Instants are epoch ms. */
export type Refusals = { readonly since: number; readonly count: number };

/** The beginning of the blockage and its reason, in the cloud's own code and words. */
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

/** Three refused looks within at least two minutes. A passing fault ends sooner. */
export const isBlocking = ({ since, count }: Refusals, now: number): boolean =>
  count >= LOOKS_MIN && now - since >= BLOCKED_AFTER_MS;

/** The advice for a person. */
export const CURES: Readonly<Record<BlockedKind, string>> = {
  not_allowed:
    'The cloud accepts the credentials but does not allow this call. Grant them the permission; docs/providers.md names the calls. opwatch keeps looking and goes on by itself.',
  misconfigured:
    'The cloud does not take this request, and asking again does not help. Check the fields of the operation, and the region and the endpoint of the connection. If a field is wrong, stop this watch and submit the operation again.',
  not_configured:
    'opwatch.config.ts does not name the connection, or this deployment does not know the provider. Put it back, or stop this watch.',
};
