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
import { hash } from 'node:crypto';
import { isCanary, keepMsOf } from './canary.ts';
import type { Delivery } from './delivery.ts';
import { isNotice, type Notice, sameness } from './notice.ts';
import type { WakeUp } from './queue.ts';
import { DAY, FIRST_LEASE_MS, KEEP_MS, LEASE_MS, leaseAfterLapses, SECOND } from './schedule.ts';
import type { Item, Key } from './store.ts';
import { isOver, type Owed, type Watch } from './watch.ts';

/** An item that can owe work: a message that carries another ticket than the item's is out of date. */
export type Leased<B> = Item<B> & {
  readonly ticket: number;
  /** Lapses in a row after which a message was sent. */
  readonly lapses: number;
  /** When the first of them came: since then nobody has looked after it. */
  readonly quietSince?: number;
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

/** How the partitions of watches and of notices begin: nothing else owes work. */
export const WATCHES = 'w_';
export const NOTICES = 'n_';

export const watchKey = (id: string): Key => ({ pk: id, sk: 'watch' });
export const deliveryKey = (watchId: string, id: string): Key => ({ pk: watchId, sk: `delivery#${id}` });
export const attemptKey = (watchId: string, id: string, number: number): Key => ({
  pk: watchId,
  sk: `attempt#${id}#${String(number).padStart(3, '0')}`,
});

const digest = (...parts: readonly string[]): Buffer => hash('sha256', JSON.stringify(parts), 'buffer');

/** 26 characters of lower-case base 32: 130 bits. */
const shortId = (...parts: readonly string[]): string => {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return [...digest(...parts).subarray(0, 26)].map((byte) => alphabet[byte & 31]).join('');
};

/** What a target holds of one watch: an incident, a message that is kept up to date. */
export const messageKey = (watchId: string, target: string): Key => ({ pk: watchId, sk: `message#${target}` });

/** What a target holds of all the watches that name the same thing there, such as the status of a commit. */
export const heldKey = (type: string, thing: string): Key => ({ pk: `held#${shortId(type, thing)}`, sk: 'held' });

/** What makes two submissions the same operation: field order and case of the JSON do not count, values do. */
const operationParts = (watch: Pick<Watch, 'tenant' | 'connection' | 'provider' | 'operation'>): string[] => [
  watch.tenant,
  watch.connection,
  watch.provider,
  ...Object.entries(watch.operation)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat(),
];

/** Whether a text from outside can be the id of a watch (`w_`) or a delivery (`msg_`); no other is worth a read. */
export const isId = (prefix: 'w_' | 'msg_', text: string): boolean =>
  text.startsWith(prefix) && /^[a-z2-7]{26}$/.test(text.slice(prefix.length));

type Identity = Pick<Watch, 'tenant' | 'connection' | 'provider' | 'operation'>;

export const watchId = (identity: Identity, generation: number): string =>
  `w_${shortId(...operationParts(identity), String(generation))}`;

/** What all watches of one operation have in common. */
export const operationKey = (identity: Identity): string => shortId(...operationParts(identity));

export const headKey = (identity: Identity): Key => ({ pk: `head#${operationKey(identity)}`, sk: 'head' });

/** The webhook-id: from the watch (its creation time included), the event and the target, and from nothing else. */
export const webhookId = (
  watch: Pick<Watch, 'id' | 'submittedAt'>,
  event: string,
  eventAt: number,
  target: string,
): string => `msg_${shortId(watch.id, String(watch.submittedAt), event, String(eventAt), target)}`;

/** The partition of a notice, from what makes it that notice; its webhook-ids come from that and the target. */
export const noticeId = (notice: Notice): string => `n_${shortId(...sameness(notice))}`;
export const noticeWebhookId = (id: string, target: string): string => `msg_${shortId(id, target)}`;

/** The delivery that a debt makes for a target. Of progress there is one, begun anew each time. */
export const deliveryIdOf = (
  watch: Pick<Watch, 'id' | 'submittedAt'>,
  { event, at }: Pick<Owed, 'event' | 'at'>,
  target: string,
): string => webhookId(watch, event, event === 'progress' ? watch.submittedAt : at, target);

/** Leases are spread over this many index partitions; the sweep asks each. */
export const LEASE_SHARDS = Array.from({ length: 8 }, (_, i) => `s${i}`);
const shardOf = (key: Key): string => LEASE_SHARDS[(digest(key.pk, key.sk)[0] ?? 0) % LEASE_SHARDS.length] ?? 's0';

/** Entries of standing troubles are spread over this many partitions. */
export const STANDING_SHARDS = Array.from({ length: 8 }, (_, i) => `standing#${i}`);
/** The entry of a trouble of an item. */
export const standingKey = (trouble: string, { pk, sk }: Key): Key => ({
  pk: `standing#${(digest(pk, sk)[0] ?? 0) % STANDING_SHARDS.length}`,
  sk: `${trouble}#${pk}#${sk}`,
});

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
export const tenantDay = (tenant: string, at: number): string => `${tenant}#${day(at)}`;
/** What the deliveries of a tenant are counted under, in place of a day: they are in no listing. */
const DELIVERIES = 'deliveries';
export const isDeliveries = (tenantsDay: string): boolean => tenantsDay.endsWith(`#${DELIVERIES}`);
/** Whose day it is. */
export const tenantOf = (tenantsDay: string): string => tenantsDay.slice(0, tenantsDay.lastIndexOf('#'));

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
  const lease = leaseIsDue(item, wakeAt) ? Math.max(wakeAt, now) + LEASE_MS : aliveUntil;
  return { ...next, lapses: 0, ...leaseOf(item, lease) };
};

/**
 * Whether the lease must be renewed: it might lapse before the message that is to come back at `wakeAt` is handled, or it
 * has grown with lapses or reaches to the end of a sleep, and a message lost now would be missed for hours or days.
 */
export const leaseIsDue = (
  item: Pick<Leased<unknown>, 'aliveUntil' | 'lapses' | 'isAsleep'>,
  wakeAt: number,
): boolean => item.lapses > 0 || item.isAsleep === true || (item.aliveUntil ?? 0) < wakeAt + LEASE_MS / 5;

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
  ...leaseOf(item, now + leaseAfterLapses(lapses)),
});

/** The item whose lease was begun afresh for a message that no queue took: it lapses soon, and has not lapsed once more. */
export const unsent = <B>(item: Leased<B>, now: number): Leased<B> => ({
  ...item,
  version: item.version + 1,
  lapses: Math.max(item.lapses - 1, 0),
  ...leaseOf(item, now + FIRST_LEASE_MS),
});

/** The item without a message until `wakeAt`: the sweep then sends it one, and that is no lapse. */
export const asleep = <B>(item: Leased<B>, wakeAt: number): Leased<B> => ({
  ...item,
  version: item.version + 1,
  lapses: 0,
  isAsleep: true,
  ...leaseOf(item, wakeAt),
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
