/**
 * The canary: operations of opwatch's own that begin and end by themselves. An alarm rings where their outcome is not delivered
 * in time. They pass through every poll queue, and nobody but opwatch sees them.
 */
import { CANARY_KEEP_MS, KEEP_MS } from './schedule.ts';

/** The name of its tenant, its connection and its target. No configuration and no token may have it. */
export const CANARY = 'opwatch-canary';

export const isCanary = (tenant: string): boolean => tenant === CANARY;

/** How long what has ended is kept, by its tenant. */
export const keepMsOf = (tenant: string): number => (isCanary(tenant) ? CANARY_KEEP_MS : KEEP_MS);

/** What the schedule hands to the trigger. */
export const CANARY_INPUT = { opwatch: 'canary' } as const;

export const isCanaryInput = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'opwatch' in event && event.opwatch === CANARY_INPUT.opwatch;
