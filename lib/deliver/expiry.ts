/** Warns people before a token of opwatch, or temporary credentials of a cloud, expire. */

import { TOKEN_ENDS, type Token, type TokenEnd } from '../access/token.ts';
import type { Lifetime } from '../clouds/cloud.ts';
import type { Item } from '../core/item.ts';
import { DAY, HOUR, MINUTE } from '../core/schedule.ts';
import type { Runtime } from '../runtime.ts';
import type { SharedItemDeps } from '../store/shared-item.ts';
import { tellOperators, tellTenant } from './operators.ts';

/**
 * A tenant gets a warning seven days and one day before its token expires. A token with a shorter life has one warning.
 */
const AHEAD: readonly number[] = [7 * DAY, DAY];
const PART_OF_TOKEN = 4;
/**
 * The part of the lifetime of temporary credentials that is left at the warning: an eighth. Programs often replace
 * credentials late, so an earlier warning would be false.
 */
const PART_OF_CREDENTIALS = 8;

/**
 * Returns the warning of a token that is due, as the time before its end (ms). Returns undefined where no warning is
 * due, or where the token has expired.
 */
export const warningOf = (
  { createdAt, expiresAt }: Pick<Token, 'createdAt' | 'expiresAt'>,
  now: number,
): number | undefined => {
  if (expiresAt === undefined || expiresAt <= now) return undefined;
  const lifetime = expiresAt - createdAt;
  const usual = AHEAD.filter((ahead) => 2 * ahead <= lifetime);
  const warnings = usual.length > 0 ? usual : [lifetime / PART_OF_TOKEN];
  return warnings.findLast((ahead) => now >= expiresAt - ahead);
};

type TokenDeps = SharedItemDeps & Pick<Runtime, 'config' | 'now' | 'log'>;

const TOKENS_MAX = 10_000;
/**
 * The minute of the hour at which opwatch looks for tokens that expire soon. It is not minute 0, because many schedules
 * submit then.
 */
const AT_MINUTE = 30;

/** Writes notices to the tenants whose tokens expire soon, once an hour. Each warning is sent once. */
export const tellOfTokens = async (deps: TokenDeps): Promise<void> => {
  const { table, now } = deps;
  if (Math.floor(now() / MINUTE) % (HOUR / MINUTE) !== AT_MINUTE) return;
  const ends = (await table.beginning(TOKEN_ENDS, '', TOKENS_MAX)) as Item<TokenEnd>[];
  for (const { body } of ends) {
    const ahead = warningOf(body, now());
    if (ahead === undefined) continue;
    const { id: token, tenant, expiresAt } = body;
    await tellTenant({ event: 'token_expires', at: now(), tenant, token, expiresAt, ahead }, deps);
  }
};

/** The credentials that this function has already warned about. */
const warnedOf = new WeakSet<Lifetime>();

/**
 * Writes a notice to the operators when an eighth of the credentials' lifetime is left. Without a known lifetime it
 * does nothing.
 */
export const tellOfCredentials = async (
  connection: string,
  lifetime: Lifetime | undefined,
  deps: Pick<Runtime, 'config' | 'table' | 'now' | 'log'>,
): Promise<void> => {
  if (lifetime === undefined || warnedOf.has(lifetime)) return;
  const { now, log } = deps;
  const { seenAt, expiresAt } = lifetime;
  if (now() < expiresAt - (expiresAt - seenAt) / PART_OF_CREDENTIALS) return;
  try {
    await tellOperators({ event: 'credentials_expire', at: now(), connection, expiresAt }, deps);
    warnedOf.add(lifetime);
  } catch (error) {
    // The look must go on even if the notice fails. The next look writes the notice.
    log.warn('a notice was not written', { connection, error: String(error) });
  }
};
