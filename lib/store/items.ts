/**
 * Makes the items of the table: watches, deliveries and others, with their keys, leases and list entries.
 * docs/architecture.md has a drawing.
 *
 *   pk              sk                     body
 *   w_...           watch                  Watch            leased while work is owed; listed for good
 *   w_...           delivery#msg_...       Delivery         leased while it waits
 *   w_...           attempt#msg_...#001    AttemptRecord    expires
 *   w_...           message#<target>       HeldState        a thing that a target keeps for this watch only; expires
 *   held#<hash>     held                   HeldState        a thing that a target keeps for several watches; expires
 *   n_...           delivery#msg_...       Delivery         a notice to an operator; its attempts have the same pk
 *   head#<hash>     head                   { generation }   only from the second generation on
 *   lane#<name>     lane                   Lane
 *   tokens          <id>                   Token
 *   token-ends      <id>                   TokenEnd         when a token ends; expires with it
 *   tenants         <tenant>               Allowance
 *   standing#0      parked#<pk>#<sk>       Standing         names the item that has the trouble; 8 partitions
 */
import { isCanary, keepMsOf } from '../core/canary.ts';
import type { Delivery } from '../core/delivery.ts';
import type { Item, Key } from '../core/item.ts';
import { isNotice } from '../core/notice.ts';
import { believed, DAY, FIRST_LEASE_MS, HOUR, KEEP_MS, LEASE_MS, leaseAfterLapses, SECOND } from '../core/schedule.ts';
import { isOver, type Watch } from '../core/watch.ts';
import { DELIVERIES, deliveryKey, shardOf, tenantDay, watchKey } from './keys.ts';
import type { WakeUp } from './queue.ts';

/** An item that can owe work. A message whose ticket differs from the item's ticket is out of date. */
export type Leased<B> = Item<B> & {
  readonly ticket: number;
  /** The number of lapses in a row after which the sweep sent a message. */
  readonly lapses: number;
  /** The time of the first of these lapses. Since then no function has looked after the item. */
  readonly quietSince?: number;
  /** The time when the present message was sent, by the clock of the sender: the sweep, or a function in its place. */
  readonly sentAt?: number;
  /** The item has no message now. It is due when its lease ends, and this end is no lapse (deliveries only). */
  readonly isAsleep?: true;
  /**
   * The id of the message that looks after the item, once a function has written it here. A second message with the
   * same ticket is a duplicate (watches only).
   */
  readonly message?: string;
  /** The number of receipts of the present message that `looks` already includes (watches only). */
  readonly receives: number;
  /** A function received the message since the last write but made no look (watches only). */
  readonly idle?: true;
  /**
   * The slots of this watch in the lane of its connection. The watch keeps them while its message is hidden (watches
   * only).
   */
  readonly slots?: readonly number[];
};
export type WatchItem = Leased<Watch>;
export type DeliveryItem = Leased<Delivery>;

const owesWork = (item: Item): boolean => {
  const body = item.body as Watch | Delivery;
  return 'owed' in body ? !isOver(body.status) || body.owed.length > 0 : body.state === 'waiting';
};

/**
 * Rounds the lease to whole milliseconds. The time between looks grows with a square root, so the times of looks have
 * fractions.
 */
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
  // The canary appears in no list of watches and in no count.
  ...(!isCanary(watch.tenant) && listingOf(watch, watch.submittedAt)),
  body: watch,
});

/**
 * Returns the item of a watch that is kept for longer. When its list entry is older than a day, the entry moves to the
 * present day. A reader of the daily lists then finds every watch within the longest life of a watch.
 */
export const relisted = (item: WatchItem, now: number): WatchItem => {
  const listedAt = Date.parse((item.listedAt ?? '').split('#')[0] ?? '');
  return listedAt > now - DAY ? item : { ...item, ...listingOf(item.body, now) };
};

/** Makes the item of a delivery. It is in the partition of its watch, and that of a notice is in its own partition. */
export const newDeliveryItem = (pk: string, delivery: Delivery, now: number): DeliveryItem => {
  const key = deliveryKey(pk, delivery.id);
  return {
    ...key,
    version: 1,
    ticket: 1,
    lapses: 0,
    receives: 0,
    ...leaseOf(key, now + FIRST_LEASE_MS),
    // No count includes a notice or the canary. Notices go to the operators, and both have their own limits.
    ...(!isNotice(delivery.event) && !isCanary(delivery.tenant) && { tenantDay: `${delivery.tenant}#${DELIVERIES}` }),
    body: delivery,
  };
};

/**
 * Returns the item with a new body and the next version. While the item owes work, its lease ends after `wakeAt`.
 * Afterwards the item leaves the lease index and expires at the end of its retention time.
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
  // The lease changes only when necessary, because a moved index entry costs two more writes.
  const lease = leaseIsDue(item, wakeAt) ? Math.max(wakeAt, now) + lagOf(item, now) + LEASE_MS : aliveUntil;
  return { ...next, lapses: 0, ...leaseOf(item, lease) };
};

/**
 * Returns the least time by which this function's clock must be behind the clock of the sweep. The message of the item
 * went out before this function received it, so its send time cannot be in the future. Only the sweep reads leases.
 * With a clock that is behind, every lease would already be over for the sweep, and it would send the item a message
 * each minute.
 */
const lagOf = ({ sentAt = 0 }: Pick<Leased<unknown>, 'sentAt'>, now: number): number =>
  Math.max(believed(sentAt, now, DAY) - now, 0);

/** Such a long lease beyond the next wake-up belongs to a later wake-up, or comes from a clock that is ahead. */
const LEASE_AHEAD_MS = 2 * HOUR;

/**
 * Answers whether the lease needs a renewal. This is so in two cases. The lease might end before a function handles the
 * message that comes back at `wakeAt`. Or the lease is very long after lapses, after a sleep, or because of a clock
 * that is ahead. Then the loss of a message would be noticed only after hours or days.
 */
export const leaseIsDue = (
  item: Pick<Leased<unknown>, 'aliveUntil' | 'lapses' | 'isAsleep'>,
  wakeAt: number,
): boolean => {
  const { lapses, isAsleep, aliveUntil = 0 } = item;
  return lapses > 0 || isAsleep === true || aliveUntil < wakeAt + LEASE_MS / 5 || aliveUntil > wakeAt + LEASE_AHEAD_MS;
};

/**
 * Returns the item with a new ticket and a new lease. A function that receives a message with the old ticket drops it.
 */
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

/**
 * Returns the item with a new body and a new ticket, due now, for a single write. The function that writes it also
 * sends the message.
 */
export const wokenWith = <B>(item: Leased<B>, body: B, now: number): Leased<B> => ({
  ...reissued(withBody(item, body, now, now), now, 0),
  version: item.version + 1,
});

/**
 * Returns the item with a short lease when no queue accepted its message. The failed message does not count as a lapse.
 */
export const unsent = <B>(item: Leased<B>, now: number): Leased<B> => ({
  ...item,
  version: item.version + 1,
  lapses: Math.max(item.lapses - 1, 0),
  ...leaseOf(item, now + FIRST_LEASE_MS),
});

/**
 * Returns the item without a message until `wakeAt`. The sweep then sends it a message, and this does not count as a
 * lapse.
 */
export const asleep = <B>(item: Leased<B>, wakeAt: number, now: number): Leased<B> => ({
  ...item,
  version: item.version + 1,
  lapses: 0,
  isAsleep: true,
  ...leaseOf(item, wakeAt + lagOf(item, now)),
});

/** Returns the item with a lease that ends now. The sweep will send a new message for it. */
export const letGo = <B>(item: Leased<B>, now: number): Leased<B> => ({
  ...item,
  version: item.version + 1,
  ...leaseOf(item, now),
});

export const wakeUpOf = (item: Leased<unknown>): WakeUp => ({ pk: item.pk, sk: item.sk, ticket: item.ticket });

/**
 * Returns the time when a head expires. A head lives longer than every watch before it: twice as long as the longest
 * deadline and the retention time together.
 */
export const headExpiresAt = (now: number): number => Math.ceil((now + 2 * KEEP_MS + 14 * DAY) / SECOND);
