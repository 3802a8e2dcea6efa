/** Makes keys and ids. Equal things get equal ids. items.ts lists the items under these keys. */
import { hash } from 'node:crypto';
import type { Key } from '../core/item.ts';
import { type Notice, sameness } from '../core/notice.ts';
import type { Owed, Watch } from '../core/watch.ts';

/** The beginnings of the partition keys of watches and of notices. Only items in these partitions owe work. */
export const WATCHES = 'w_';
export const NOTICES = 'n_';

export const watchKey = (id: string): Key => ({ pk: id, sk: 'watch' });
export const deliveryKey = (watchId: string, id: string): Key => ({ pk: watchId, sk: `delivery#${id}` });
export const attemptKey = (watchId: string, id: string, number: number): Key => ({
  pk: watchId,
  sk: `attempt#${id}#${String(number).padStart(3, '0')}`,
});

const digest = (...parts: readonly string[]): Buffer => hash('sha256', JSON.stringify(parts), 'buffer');

/** Returns 26 characters of lower-case base 32: 130 bits. */
const shortId = (...parts: readonly string[]): string => {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return [...digest(...parts).subarray(0, 26)].map((byte) => alphabet[byte & 31]).join('');
};

/** The key of a thing that a target keeps for one watch: an incident, a live message. */
export const messageKey = (watchId: string, target: string): Key => ({ pk: watchId, sk: `message#${target}` });

/** The key of the state that a target keeps for several watches together, such as the status of one commit. */
export const heldKey = (type: string, thing: string): Key => ({ pk: `held#${shortId(type, thing)}`, sk: 'held' });

/** Returns the values that identify an operation. Only the values of the JSON fields matter, and not their order. */
const operationParts = (watch: Pick<Watch, 'tenant' | 'connection' | 'provider' | 'operation'>): string[] => [
  watch.tenant,
  watch.connection,
  watch.provider,
  ...Object.entries(watch.operation)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat(),
];

/**
 * Answers whether a text from outside can be the id of a watch (`w_`) or of a delivery (`msg_`). opwatch does not read
 * the table for any other text.
 */
export const isId = (prefix: 'w_' | 'msg_', text: string): boolean =>
  text.startsWith(prefix) && /^[a-z2-7]{26}$/.test(text.slice(prefix.length));

type Identity = Pick<Watch, 'tenant' | 'connection' | 'provider' | 'operation'>;

export const watchId = (identity: Identity, generation: number): string =>
  `w_${shortId(...operationParts(identity), String(generation))}`;

/** Returns the key that all watches of one operation share. */
export const operationKey = (identity: Identity): string => shortId(...operationParts(identity));

export const headKey = (identity: Identity): Key => ({ pk: `head#${operationKey(identity)}`, sk: 'head' });

/** Returns the webhook-id. It depends only on the watch (with its creation time), the event and the target. */
export const webhookId = (
  watch: Pick<Watch, 'id' | 'submittedAt'>,
  event: string,
  eventAt: number,
  target: string,
): string => `msg_${shortId(watch.id, String(watch.submittedAt), event, String(eventAt), target)}`;

/**
 * Returns the partition of a notice, which depends on the values that identify the notice. Its webhook-ids depend on
 * the partition and the target.
 */
export const noticeId = (notice: Notice): string => `n_${shortId(...sameness(notice))}`;
export const noticeWebhookId = (id: string, target: string): string => `msg_${shortId(id, target)}`;

/**
 * Returns the id of the delivery of one debt to one target. All progress of a watch uses one delivery, which starts
 * again each time.
 */
export const deliveryIdOf = (
  watch: Pick<Watch, 'id' | 'submittedAt'>,
  { event, at }: Pick<Owed, 'event' | 'at'>,
  target: string,
): string => webhookId(watch, event, event === 'progress' ? watch.submittedAt : at, target);

/** The index partitions of the leases. The leases are spread over them, and the sweep asks each. */
export const LEASE_SHARDS = Array.from({ length: 8 }, (_, i) => `s${i}`);
export const shardOf = (key: Key): string =>
  LEASE_SHARDS[(digest(key.pk, key.sk)[0] ?? 0) % LEASE_SHARDS.length] ?? 's0';

/** The partitions of the entries of standing troubles. The entries are spread over them. */
export const STANDING_SHARDS = Array.from({ length: 8 }, (_, i) => `standing#${i}`);
/** Returns the key of the entry for one trouble of one item. */
export const standingKey = (trouble: string, { pk, sk }: Key): Key => ({
  pk: `standing#${(digest(pk, sk)[0] ?? 0) % STANDING_SHARDS.length}`,
  sk: `${trouble}#${pk}#${sk}`,
});

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
export const tenantDay = (tenant: string, at: number): string => `${tenant}#${day(at)}`;
/** The word in place of a day, under which opwatch counts the deliveries of a tenant. Deliveries appear in no list. */
export const DELIVERIES = 'deliveries';
export const isDeliveries = (tenantsDay: string): boolean => tenantsDay.endsWith(`#${DELIVERIES}`);
/** Returns the tenant of a tenant's day. */
export const tenantOf = (tenantsDay: string): string => tenantsDay.slice(0, tenantsDay.lastIndexOf('#'));
