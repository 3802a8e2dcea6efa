/**
 * The canary: opwatch's own operations, which begin and end by themselves. An alarm rings when their outcome does not
 * arrive in time. They pass through every poll queue. Only opwatch sees them.
 */
import { CANARY_KEEP_MS, KEEP_MS } from './schedule.ts';

/** The name of the canary's tenant, connection and target. No configuration and no token may use it. */
export const CANARY = 'opwatch-canary';

export const isCanary = (tenant: string): boolean => tenant === CANARY;

/** Returns how long opwatch keeps ended watches of a tenant. */
export const keepMsOf = (tenant: string): number => (isCanary(tenant) ? CANARY_KEEP_MS : KEEP_MS);

/** The input that the schedule gives to the trigger. */
export const CANARY_INPUT = { opwatch: 'canary' } as const;

export const isCanaryInput = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'opwatch' in event && event.opwatch === CANARY_INPUT.opwatch;
