/**
 * Finds items that still have work and whose lease has ended, and sends a new message for each, with a new ticket. It
 * may run twice or late without harm. A conditional write raises the ticket. A function whose write fails leaves the
 * item alone.
 *
 * A failure of one item, page or shard does not stop the others. The sweep counts the failures, reports them at the
 * end, and tries again a minute later.
 */

import { HOUR, LEASE_FURTHEST_MS, MINUTE } from '../core/schedule.ts';
import { tellOfTokens } from '../deliver/expiry.ts';
import type { Runtime } from '../runtime.ts';
import { type Leased, reissued, unsent } from '../store/items.ts';
import { LEASE_SHARDS, WATCHES, watchKey } from '../store/keys.ts';
import { COUNT_MAX } from '../store/standing.ts';
import type { Lapsed } from '../store/store.ts';
import { wake } from '../wake/wake.ts';
import { countInUse } from './count-in-use.ts';
import { countStanding } from './count-standing.ts';

const PAGE = 100;

type SweepDeps = Pick<Runtime, 'table' | 'queue' | 'env' | 'now' | 'log' | 'chance' | 'pause' | 'config'>;

export type Swept = {
  /** The number of messages that the queues accepted for items whose message was lost. */
  readonly sent: number;
  /** The number of messages that the queues accepted for sleeping items. */
  readonly woken: number;
  /**
   * The longest time that an item had waited for a function (ms). It counts through all messages of the item that had
   * no effect.
   */
  readonly oldestMs: number;
  /** The number of items, pages, shards and counts that failed. */
  readonly undone: number;
  /** The reason of the first failure in the sweep. */
  readonly why?: string;
};

const NOTHING: Swept = { sent: 0, woken: 0, oldestMs: 0, undone: 0 };
const undone = (error: unknown, count = 1): Swept => ({ ...NOTHING, undone: count, why: String(error) });

const sum = (all: readonly Swept[]): Swept =>
  all.reduce((one, other) => {
    const why = one.why ?? other.why;
    return {
      sent: one.sent + other.sent,
      woken: one.woken + other.woken,
      oldestMs: Math.max(one.oldestMs, other.oldestMs),
      undone: one.undone + other.undone,
      ...(why !== undefined && { why }),
    };
  }, NOTHING);

/**
 * Sweeps until no ended lease is left, or until `mayGoOn` answers false. It never throws. The answer and an error in
 * the log report the failures. A sweep without a failure writes the metric `sweepDone`, and an alarm rings when that
 * metric is missing. `pageSize` is the number of index entries that it reads at a time.
 */
export const sweep = async (runtime: SweepDeps, mayGoOn: () => boolean, pageSize = PAGE): Promise<Swept> => {
  const { log } = runtime;
  const counting = [countInUse(runtime), tellStanding(runtime, mayGoOn), tellOfTokens(runtime)].map((count) =>
    count.then(
      () => NOTHING,
      (error) => undone(error),
    ),
  );
  const shards = LEASE_SHARDS.map((shard) => sweepShard(shard, runtime, mayGoOn, pageSize));
  const swept = sum(await Promise.all([...shards, ...counting]));
  const { sent, woken, oldestMs } = swept;
  if (sent > 0 || oldestMs > 0)
    log.info('swept', { sent }, { swept: [sent, 'Count'], oldestLapse: [oldestMs, 'Milliseconds'] });
  if (swept.undone === 0) log.info('sweep done', { woken }, { sweepDone: [1, 'Count'] });
  else log.error('sweep not done', { undone: swept.undone, why: swept.why }, { sweepUndone: [swept.undone, 'Count'] });
  return swept;
};

/** Writes the gauges behind the alarms. docs/operations.md names them. */
const tellStanding = async (runtime: SweepDeps, mayGoOn: () => boolean): Promise<void> => {
  const { parked, blocked, disabled, resting } = await countStanding(runtime, mayGoOn);
  const isCut = [parked, blocked, disabled, resting].some((count) => count >= COUNT_MAX);
  runtime.log.info(
    'standing troubles',
    { parked, blocked, disabled, resting, ...(isCut && { orMore: true }) },
    {
      standingParked: [parked, 'Count'],
      standingBlocked: [blocked, 'Count'],
      standingDisabled: [disabled, 'Count'],
      standingResting: [resting, 'Count'],
    },
  );
};

/**
 * Returns the latest valid end of a lease. A later end comes from a wrong clock. The sweep looks for such leases once
 * an hour, because they are very rare.
 */
const furthest = (now: number): number => now + LEASE_FURTHEST_MS;
const isFullHour = (now: number): boolean => now % HOUR < MINUTE;

/**
 * Goes through the ended leases of one shard, once. A lease that it cannot renew does not block the leases after it.
 */
const sweepShard = async (
  shard: string,
  runtime: SweepDeps,
  mayGoOn: () => boolean,
  pageSize: number,
): Promise<Swept> => {
  const { table, now } = runtime;
  const before = now();
  let done = NOTHING;
  let after: Lapsed | undefined;
  try {
    do {
      if (!mayGoOn()) return sum([done, undone('the time was up')]);
      const keys: Lapsed[] = await table.lapsed(shard, before, pageSize, after);
      const page = await sweepPage(keys, runtime).catch((error) => undone(error, keys.length));
      done = sum([done, page]);
      after = keys.length < pageSize ? undefined : keys.at(-1);
    } while (after !== undefined);
    if (!isFullHour(before)) return done;
    // The walk begins at a place in the index that needs no entry.
    const place = { ...watchKey(WATCHES), aliveUntil: furthest(before) };
    return sum([done, await sweepPage(await table.lapsed(shard, Number.MAX_SAFE_INTEGER, PAGE, place), runtime)]);
  } catch (error) {
    return sum([done, undone(error)]);
  }
};

type Renewed = { readonly item: Leased<unknown>; readonly slept: boolean } & Swept;

const sweepPage = async (keys: readonly Lapsed[], runtime: SweepDeps): Promise<Swept> => {
  const { table, now } = runtime;
  const items = (await table.get(keys)) as Leased<unknown>[];
  // The index is a little behind the table. An item may have a new lease meanwhile.
  const lapsed = items.filter(
    ({ aliveUntil }) => aliveUntil !== undefined && (aliveUntil < now() || aliveUntil > furthest(now())),
  );
  const results = await Promise.all(lapsed.map((item) => renew(item, runtime).catch((error) => undone(error))));
  const renewed = results.flatMap((each) => ('item' in each ? [each] : []));
  const left = await wake(
    renewed.map(({ item }) => item),
    runtime,
  );
  const kept = await Promise.all(left.map((item) => takeBack(item, runtime).catch((error) => undone(error))));
  const taken = renewed.filter(({ item }) => !left.includes(item));
  const woken = taken.filter(({ slept }) => slept).length;
  return sum([...results, ...kept, { ...NOTHING, sent: taken.length - woken, woken }]);
};

const renew = async (item: Leased<unknown>, { table, now }: SweepDeps): Promise<Renewed | Swept> => {
  if (item.isAsleep) {
    const next = reissued(item, now(), 0);
    return (await table.replace(next)) ? { ...NOTHING, item: next, slept: true } : NOTHING;
  }
  const quietSince = item.quietSince ?? Math.min(item.aliveUntil ?? now(), now());
  const next = { ...reissued(item, now(), item.lapses + 1), quietSince };
  const oldestMs = now() - quietSince;
  return (await table.replace(next)) ? { ...NOTHING, oldestMs, item: next, slept: false } : { ...NOTHING, oldestMs };
};

/** The queue did not accept the message, so the lease must not grow. The sweep tries again in two minutes. */
const takeBack = async (item: Leased<unknown>, { table, now }: SweepDeps): Promise<Swept> => {
  await table.replace(unsent(item, now()));
  return undone('a queue did not take a message');
};
