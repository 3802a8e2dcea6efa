/** Disables and enables origins of callbacks, for the tenant whose callbacks they are: to other tenants they are as they were. */

import { Refusal } from '../access/problem.ts';
import type { Config } from '../config/config.ts';
import { SECOND } from '../core/schedule.ts';
import { limiterKey } from '../core/target-limiter.ts';
import { isCallback, targetName } from '../core/target-name.ts';
import { originLimiter } from '../deliver/recipient.ts';
import { refusal } from '../net/address-guard.ts';
import type { Runtime } from '../runtime.ts';
import { COUNT_MAX } from '../store/standing.ts';
import { wakeSleepers } from '../wake/sleepers.ts';

type Origin = { readonly tenant: string; readonly origin: string };
type OriginDeps = Pick<Runtime, 'targetLimiters' | 'table' | 'queue' | 'env' | 'log' | 'now'>;

/** An origin as a caller writes it. Throws the Refusal 422 for what can be none of a callback. */
export const readOrigin = (text: string, { addresses }: Pick<Config, 'addresses'>): string => {
  const isOrigin = isCallback(text) && targetName(text) === text;
  const reason = isOrigin
    ? refusal(text, addresses)
    : 'must be an origin such as https://ci.example.com, without a path';
  if (reason !== undefined) {
    throw new Refusal(422, `origin ${reason}`, [{ pointer: '/origin', detail: reason }]);
  }
  return text;
};

/** No attempt is made at its callbacks until it is enabled; what goes there waits, and is parked when it has waited its time. */
export const disableOrigin = async (
  { tenant, origin }: Origin,
  { targetLimiters }: OriginDeps,
): Promise<{ readonly disabled: true }> => {
  await targetLimiters.disable(originLimiter(tenant, origin));
  return { disabled: true };
};

/** What one request has time for; the sweep goes on. */
const BUDGET_MS = 8 * SECOND;

/** Its callbacks are told again. Answers how many deliveries it woke: the sweep wakes what remains, within minutes. */
export const enableOrigin = async (
  { tenant, origin }: Origin,
  deps: OriginDeps,
): Promise<{ readonly disabled: false; readonly woken: number }> => {
  const { targetLimiters, now } = deps;
  const name = originLimiter(tenant, origin);
  await targetLimiters.enable(name);
  const until = now() + BUDGET_MS;
  const mayGoOn = () => now() < until;
  const { woken } = await wakeSleepers(limiterKey(name), deps, { mayGoOn, remove: false, limit: COUNT_MAX });
  return { disabled: false, woken };
};
