/**
 * The rule that disables an origin of callbacks. A tenant names any number of origins. An origin that never succeeds
 * would take attempts and waiting places for ever. Pure. Instants are epoch ms.
 */
import { believed, DAY } from './schedule.ts';

/** The recent results of attempts at an origin. */
export type Tally = {
  readonly succeededAt?: number;
  /** The latest failures, oldest first. The rule needs no more than these. */
  readonly failedAt: readonly number[];
};

/** The results of one batch. */
export type Attempts = {
  readonly succeeded: boolean;
  readonly failed: number;
  /** The reason of the latest failure. */
  readonly reason?: string;
};

/** An origin is disabled after this many failures within this time, if none succeeded within it. */
const FAILURES = 5;
const WITHIN_MS = DAY;

export const untried: Tally = { failedAt: [] };

/** Adds the results of a batch to the tally. It leaves out times that only a wrong clock can have written. */
export const tallied = ({ succeededAt, failedAt }: Tally, { succeeded, failed }: Attempts, now: number): Tally => {
  const lately = (at: number) => believed(at, now, 0) > now - WITHIN_MS;
  const failures = [...failedAt.filter(lately), ...Array.from({ length: failed }, () => now)].slice(-FAILURES);
  if (succeeded) return { succeededAt: now, failedAt: failures };
  return { failedAt: failures, ...(succeededAt !== undefined && lately(succeededAt) && { succeededAt }) };
};

/**
 * Answers whether the tally has enough failures and no success within the time. The tally must be fresh from `tallied`.
 */
export const isFailing = ({ succeededAt, failedAt }: Tally): boolean =>
  succeededAt === undefined && failedAt.length >= FAILURES;
