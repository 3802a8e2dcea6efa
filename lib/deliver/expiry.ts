/** Tells people in good time that a token of opwatch, or temporary credentials of a cloud, are about to expire. */

import { TOKEN_ENDS, type Token, type TokenEnd } from '../access/token.ts';
import type { Lifetime } from '../clouds/cloud.ts';
import type { Item } from '../core/item.ts';
import { DAY, HOUR, MINUTE } from '../core/schedule.ts';
import type { Runtime } from '../runtime.ts';
import type { SharedItemDeps } from '../store/shared-item.ts';
import { tellOperators, tellTenant } from './operators.ts';

/** A tenant is told a week and a day before its token ends. A token that lives too briefly for that has one warning. */
const AHEAD: readonly number[] = [7 * DAY, DAY];
const PART_OF_TOKEN = 4;
/** Programs replace credentials late: then less than this part of their lifetime is left. */
const PART_OF_CREDENTIALS = 8;

/** The warning of a token that is due, as its time before the end, ms. Undefined where none is due, or the token has ended. */
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
/** Not on the hour, when schedules submit. */
const AT_MINUTE = 30;

/** Owes a notice, once an hour, to the tenants of tokens that expire soon. It gives each warning once. */
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

/** Credentials that this function has warned of already. */
const warnedOf = new WeakSet<Lifetime>();

/** Owes the operators a notice when an eighth of the lifetime is left, as far as this function knows the lifetime. */
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
    // The look must go on. The next look tells the operators.
    log.warn('a notice was not written', { connection, error: String(error) });
  }
};
