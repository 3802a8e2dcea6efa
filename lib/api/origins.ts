/**
 * Disables and enables origins of callbacks for one tenant. The change does not affect other tenants that use the same
 * origin.
 */

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

/** Reads an origin from a request. Throws the Refusal 422 where no callback can have this origin. */
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

/**
 * Disables an origin. opwatch then makes no attempt at its callbacks until somebody enables it. Deliveries to the
 * origin wait. A delivery that waits too long is parked.
 */
export const disableOrigin = async (
  { tenant, origin }: Origin,
  { targetLimiters }: OriginDeps,
): Promise<{ readonly disabled: true }> => {
  await targetLimiters.disable(originLimiter(tenant, origin));
  return { disabled: true };
};

/** The time that one request spends on waking deliveries. The sweep wakes the rest. */
const BUDGET_MS = 8 * SECOND;

/**
 * Enables an origin, and wakes the deliveries that wait for it. Answers the number of deliveries that it woke. The
 * sweep wakes the others within minutes.
 */
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
