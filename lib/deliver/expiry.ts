/** Tells people in good time that a token of opwatch, or temporary credentials of a cloud, are about to expire. */

import { TOKEN_ENDS, type Token, type TokenEnd } from '../access/token.ts';
import type { Lifetime } from '../clouds/cloud.ts';
import type { Item } from '../core/item.ts';
import { DAY, HOUR, MINUTE } from '../core/schedule.ts';
import type { Runtime } from '../runtime.ts';
import type { SharedItemDeps } from '../store/shared-item.ts';
import { tellOperators, tellTenant } from './operators.ts';

/** How long before a token's end its tenant is told: a week and a day, or once where it lives so briefly that this is no warning. */
const AHEAD: readonly number[] = [7 * DAY, DAY];
const PART_OF_TOKEN = 4;
/** Credentials are replaced by programs, late in their time: what is left then is less than this part of it. */
const PART_OF_CREDENTIALS = 8;

/** Which warning of a token is due, as its time before the end, ms; undefined: none, or it is over. */
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

/** Once an hour: owes the tenants of tokens that expire soon a notice, each warning once. */
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

/** Whose notice this function has owed already. */
const warnedOf = new WeakSet<Lifetime>();

/** Owes the operators a notice once an eighth of the time is left that this function has known the credentials for. */
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
    // The look is worth more: the next one tells.
    log.warn('a notice was not written', { connection, error: String(error) });
  }
};
