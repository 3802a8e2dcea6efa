/**
 * When opwatch stops trying an origin of callbacks: a tenant names as many as it likes, and one that never answers well would take
 * attempts, and places of waiting deliveries, for ever. Pure. Instants are epoch ms.
 */
import { believed, DAY } from './schedule.ts';

/** How attempts at the callbacks of an origin have gone. */
export type Tally = {
  readonly succeededAt?: number;
  /** The latest failures, oldest first: as many as decide. */
  readonly failedAt: readonly number[];
};

/** What a batch's attempts brought. */
export type Attempts = {
  readonly succeeded: boolean;
  readonly failed: number;
  /** What the latest failure was. */
  readonly reason?: string;
};

/** So many failures within so long a time, and no success within it, and the origin is disabled. */
const FAILURES = 5;
const WITHIN_MS = DAY;

export const untried: Tally = { failedAt: [] };

/** The tally with a batch's attempts. Times that only a wrong clock can have written are left out. */
export const tallied = ({ succeededAt, failedAt }: Tally, { succeeded, failed }: Attempts, now: number): Tally => {
  const lately = (at: number) => believed(at, now, 0) > now - WITHIN_MS;
  const failures = [...failedAt.filter(lately), ...Array.from({ length: failed }, () => now)].slice(-FAILURES);
  if (succeeded) return { succeededAt: now, failedAt: failures };
  return { failedAt: failures, ...(succeededAt !== undefined && lately(succeededAt) && { succeededAt }) };
};

/** Whether there were failures enough, and no success, within the time; of a tally as `tallied` has just made it. */
export const isFailing = ({ succeededAt, failedAt }: Tally): boolean =>
  succeededAt === undefined && failedAt.length >= FAILURES;
