/** Keys and ids: where each item lies, and how what is the same gets the same id. items.ts tells what lies there. */
import { hash } from 'node:crypto';
import type { Key } from '../core/item.ts';
import { type Notice, sameness } from '../core/notice.ts';
import type { Owed, Watch } from '../core/watch.ts';

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

/** The thing that a target holds of one watch: an incident, a live message. */
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
export const shardOf = (key: Key): string =>
  LEASE_SHARDS[(digest(key.pk, key.sk)[0] ?? 0) % LEASE_SHARDS.length] ?? 's0';

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
export const DELIVERIES = 'deliveries';
export const isDeliveries = (tenantsDay: string): boolean => tenantsDay.endsWith(`#${DELIVERIES}`);
/** Whose day it is. */
export const tenantOf = (tenantsDay: string): string => tenantsDay.slice(0, tenantsDay.lastIndexOf('#'));
