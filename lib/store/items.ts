/**
 * How watches, deliveries and the rest lie in the table: keys, leases, listing. docs/architecture.md draws it.
 *
 *   pk              sk                     body
 *   w_...           watch                  Watch            leased while work is owed; listed for good
 *   w_...           delivery#msg_...       Delivery         leased while it waits
 *   w_...           attempt#msg_...#001    AttemptRecord    expires
 *   w_...           message#<target>       HeldState        what a target holds of this watch alone; expires
 *   held#<hash>     held                   HeldState        what a target holds of several watches; expires
 *   n_...           delivery#msg_...       Delivery         of a notice to an operator; with its attempts beside it
 *   head#<hash>     head                   { generation }   only from the second generation on
 *   lane#<name>     lane                   Lane
 *   tokens          <id>                   Token
 *   token-ends      <id>                   TokenEnd         when a token ends; expires with it
 *   tenants         <tenant>               Allowance
 *   standing#0      parked#<pk>#<sk>       Standing         of the item that has the trouble; 8 partitions
 */
import { isCanary, keepMsOf } from '../core/canary.ts';
import type { Delivery } from '../core/delivery.ts';
import type { Item, Key } from '../core/item.ts';
import { isNotice } from '../core/notice.ts';
import { believed, DAY, FIRST_LEASE_MS, HOUR, KEEP_MS, LEASE_MS, leaseAfterLapses, SECOND } from '../core/schedule.ts';
import { isOver, type Watch } from '../core/watch.ts';
import { DELIVERIES, deliveryKey, shardOf, tenantDay, watchKey } from './keys.ts';
import type { WakeUp } from './queue.ts';

/** An item that can owe work: a message that carries another ticket than the item's is out of date. */
export type Leased<B> = Item<B> & {
  readonly ticket: number;
  /** Lapses in a row after which a message was sent. */
  readonly lapses: number;
  /** When the first of them came: since then nobody has looked after it. */
  readonly quietSince?: number;
  /** When its present message was sent, by the clock of the sweep (or of a function that sent it in the sweep's place). */
  readonly sentAt?: number;
  /** It has no message: the end of its lease is when it is due, and no lapse (deliveries only). */
  readonly isAsleep?: true;
  /** The message that looks after it, once it has written: another of the same ticket was sent twice (watches only). */
  readonly message?: string;
  /** Receipts of the present message that `looks` already counts (watches only). */
  readonly receives: number;
  /** The receipts since the last write have brought no look (watches only). */
  readonly idle?: true;
  /** Places in its connection's lane, kept over a hide (watches only). */
  readonly slots?: readonly number[];
};
export type WatchItem = Leased<Watch>;
export type DeliveryItem = Leased<Delivery>;

const owesWork = (item: Item): boolean => {
  const body = item.body as Watch | Delivery;
  return 'owed' in body ? !isOver(body.status) || body.owed.length > 0 : body.state === 'waiting';
};

/** In whole milliseconds: the gaps between looks grow with a square root, so the times of looks have fractions. */
const leaseOf = (item: Key, aliveUntil: number) => ({ leaseShard: shardOf(item), aliveUntil: Math.ceil(aliveUntil) });

const listingOf = ({ id, tenant }: Watch, at: number) => ({
  tenantDay: tenantDay(tenant, at),
  listedAt: `${new Date(at).toISOString()}#${id}`,
});

export const newWatchItem = (watch: Watch, now: number): WatchItem => ({
  ...watchKey(watch.id),
  version: 1,
  ticket: 1,
  lapses: 0,
  receives: 0,
  ...leaseOf(watchKey(watch.id), now + FIRST_LEASE_MS),
  // The canary is in nobody's listing and in no count.
  ...(!isCanary(watch.tenant) && listingOf(watch, watch.submittedAt)),
  body: watch,
});

/**
 * The watch as it is kept for longer, listed anew when it has been listed for a day: whoever walks through the days needs to
 * go back no further than a watch can live from there.
 */
export const relisted = (item: WatchItem, now: number): WatchItem => {
  const listedAt = Date.parse((item.listedAt ?? '').split('#')[0] ?? '');
  return listedAt > now - DAY ? item : { ...item, ...listingOf(item.body, now) };
};

/** A delivery beneath a watch or, when it is a notice, in a partition of its own. */
export const newDeliveryItem = (pk: string, delivery: Delivery, now: number): DeliveryItem => {
  const key = deliveryKey(pk, delivery.id);
  return {
    ...key,
    version: 1,
    ticket: 1,
    lapses: 0,
    receives: 0,
    ...leaseOf(key, now + FIRST_LEASE_MS),
    // Notices are the operators' and bounded by themselves; so is the canary.
    ...(!isNotice(delivery.event) && !isCanary(delivery.tenant) && { tenantDay: `${delivery.tenant}#${DELIVERIES}` }),
    body: delivery,
  };
};

/**
 * The item with a new body, one version on. While work is owed its lease reaches past `wakeAt`; when none is, it leaves
 * the lease index and may expire once it has been kept long enough.
 */
export const withBody = <B>(item: Leased<B>, body: B, wakeAt: number, now: number): Leased<B> => {
  const {
    leaseShard: _s,
    aliveUntil = 0,
    expiresAt: _e,
    slots: _p,
    idle: _i,
    quietSince: _q,
    isAsleep: _a,
    ...rest
  } = item;
  const next = { ...rest, body, version: item.version + 1 };
  if (!owesWork(next)) {
    const { tenant } = next.body as Watch | Delivery;
    return { ...next, lapses: 0, expiresAt: Math.ceil((now + keepMsOf(tenant)) / SECOND) };
  }
  // Lease and index entry are only moved when they must be: an index entry that moves costs two more writes.
  const lease = leaseIsDue(item, wakeAt) ? Math.max(wakeAt, now) + lagOf(item, now) + LEASE_MS : aliveUntil;
  return { ...next, lapses: 0, ...leaseOf(item, lease) };
};

/**
 * How far this function's clock is behind the sweep's, at least: the item's message was sent before this function had it. Only
 * the sweep reads leases. By a clock that is behind, every lease would have lapsed already, and the sweep would send the item
 * a message each minute.
 */
const lagOf = ({ sentAt = 0 }: Pick<Leased<unknown>, 'sentAt'>, now: number): number =>
  Math.max(believed(sentAt, now, DAY) - now, 0);

/** A lease that reaches so far beyond the next wake-up was set for a later one, or by a clock that is ahead. */
const LEASE_AHEAD_MS = 2 * HOUR;

/**
 * Whether the lease must be renewed: it might lapse before the message that is to come back at `wakeAt` is handled, or it
 * has grown with lapses, reaches to the end of a sleep or was set by a clock that is ahead, and a message lost now would be
 * missed for hours or days.
 */
export const leaseIsDue = (
  item: Pick<Leased<unknown>, 'aliveUntil' | 'lapses' | 'isAsleep'>,
  wakeAt: number,
): boolean => {
  const { lapses, isAsleep, aliveUntil = 0 } = item;
  return lapses > 0 || isAsleep === true || aliveUntil < wakeAt + LEASE_MS / 5 || aliveUntil > wakeAt + LEASE_AHEAD_MS;
};

/** The item under a new ticket, its lease begun afresh: whoever holds a message of the old ticket drops it. */
export const reissued = <B>(
  { message: _m, isAsleep: _a, ...item }: Leased<B>,
  now: number,
  lapses: number,
): Leased<B> => ({
  ...item,
  version: item.version + 1,
  ticket: item.ticket + 1,
  receives: 0,
  lapses,
  sentAt: Math.ceil(now),
  ...leaseOf(item, now + leaseAfterLapses(lapses)),
});

/** The item with a new body, due now and under a new ticket, in one write: whoever writes it sends it a message. */
export const wokenWith = <B>(item: Leased<B>, body: B, now: number): Leased<B> => ({
  ...reissued(withBody(item, body, now, now), now, 0),
  version: item.version + 1,
});

/** The item whose lease was begun afresh for a message that no queue took: it lapses soon, and has not lapsed once more. */
export const unsent = <B>(item: Leased<B>, now: number): Leased<B> => ({
  ...item,
  version: item.version + 1,
  lapses: Math.max(item.lapses - 1, 0),
  ...leaseOf(item, now + FIRST_LEASE_MS),
});

/** The item without a message until `wakeAt`: the sweep then sends it one, and that is no lapse. */
export const asleep = <B>(item: Leased<B>, wakeAt: number, now: number): Leased<B> => ({
  ...item,
  version: item.version + 1,
  lapses: 0,
  isAsleep: true,
  ...leaseOf(item, wakeAt + lagOf(item, now)),
});

/** The item with its lease over at once: the sweep will send a fresh message for it. */
export const letGo = <B>(item: Leased<B>, now: number): Leased<B> => ({
  ...item,
  version: item.version + 1,
  ...leaseOf(item, now),
});

export const wakeUpOf = (item: Leased<unknown>): WakeUp => ({ pk: item.pk, sk: item.sk, ticket: item.ticket });

/** A head outlives every watch it could lead past: the longest deadline and the time kept, twice over. */
export const headExpiresAt = (now: number): number => Math.ceil((now + 2 * KEEP_MS + 14 * DAY) / SECOND);
