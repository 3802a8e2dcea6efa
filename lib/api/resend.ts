/**
 * Sends deliveries again: one delivery by its id, or all parked deliveries of a target between two times. Each delivery
 * keeps its webhook-id.
 */

import { Refusal, TOO_MANY_DELIVERIES, tooMany } from '../access/problem.ts';
import { begunAnew, type Delivery, dismissed, overtaken } from '../core/delivery.ts';
import type { Item, Key } from '../core/item.ts';
import { isOvertaken } from '../core/overtaken.ts';
import { DAY, SECOND } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { keepHead } from '../store/head.ts';
import { type DeliveryItem, relisted, type WatchItem, withBody, wokenWith } from '../store/items.ts';
import { tenantDay } from '../store/keys.ts';
import { wake } from '../wake/wake.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';
import { OLDEST_MS } from './listing.ts';

type ResendDeps = Pick<Runtime, 'table' | 'queue' | 'env' | 'log' | 'now'>;

/**
 * Starts a delivery again from its first attempt, in any state, and wakes it at once. It also keeps the watch for as
 * long as the attempts may take. It does not send a delivery that a later state of the watch has overtaken. Such a
 * delivery gets the state `overtaken`, unless it was delivered before. Returns the delivery, or undefined where it does
 * not exist.
 */
export const resend = async (key: Key, deps: ResendDeps): Promise<DeliveryItem | undefined> => {
  const { table, now } = deps;
  for (;;) {
    const [item, watch] = await both(key, deps);
    if (!item || !watch) return undefined;
    if (isOvertaken(item.body.event, watch.body)) {
      if (item.body.state === 'delivered' || item.body.state === 'overtaken') return item;
      const ended = withBody(item, overtaken(item.body), now(), now());
      if (await table.replace(ended)) return ended;
      continue;
    }
    const next = wokenWith(item, begunAnew(item.body, now()), now());
    // The function first prolongs the life of the watch. A delivery whose watch has expired has nothing to tell.
    if (!(await keepWatch(watch, deps))) continue;
    if (!(await table.replace(next))) continue;
    await wake([next], deps);
    return next;
  }
};

const both = async (key: Key, { table }: ResendDeps) => {
  const items = await table.get([key, { pk: key.pk, sk: 'watch' }]);
  const find = (sk: string) => items.find((item) => item.sk === sk);
  return [find(key.sk) as DeliveryItem | undefined, find('watch') as WatchItem | undefined] as const;
};

/**
 * Prolongs the time until a watch expires. Answers false where another function has changed or deleted the watch
 * meanwhile.
 */
const keepWatch = async (watch: WatchItem, deps: ResendDeps): Promise<boolean> => {
  const { table, now } = deps;
  if (watch.expiresAt === undefined) return true;
  await keepHead(watch.body, deps);
  return table.replace(relisted(withBody(watch, watch.body, now(), now()), now()));
};

/**
 * Ends the alarm about a parked delivery. The delivery stays parked. It does not change a delivery that is not parked.
 * Returns the delivery, or undefined where it does not exist.
 */
export const dismiss = async (key: Key, { table, now }: ResendDeps): Promise<DeliveryItem | undefined> => {
  for (;;) {
    const [item] = (await table.get([key])) as DeliveryItem[];
    if (!item) return undefined;
    const body = dismissed(item.body, now());
    if (body === item.body) return item;
    const next = { ...item, version: item.version + 1, body };
    if (await table.replace(next)) return next;
  }
};

export type Parked = {
  readonly tenant: string;
  readonly target: string;
  readonly since: number;
  /**
   * The end of the time range. Without `until` the range has no end, because the function that parked a delivery may
   * have a clock ahead of ours.
   */
  readonly until?: number;
  /** The cursor that an earlier request returned when its time ran out. */
  readonly cursor?: string;
  /** Answers whether the request includes the deliveries of a watch. Without `isMeant`, it includes all watches. */
  readonly isMeant?: (watch: Watch) => boolean;
  /**
   * Reserves a place for one more waiting delivery. Answers 0, or the time (ms) after which a place may be free.
   * Without `takePlace`, every delivery has a place.
   */
  readonly takePlace?: () => Promise<number>;
};

const PAGE = 50;
/**
 * The longest time between the day under which the index lists a watch and the parking of its deliveries. That day is
 * the day of the watch's submission, or of a later prolongation.
 */
const LATER_MS = 20 * DAY;

/** The time that one request may spend on deliveries. */
const BUDGET_MS = 8 * SECOND;

/** Sends the parked deliveries of a target again. `eachParked` selects the deliveries. */
export const resendParked = async (
  wanted: Parked,
  deps: ResendDeps,
): Promise<{ readonly resent: number; readonly cursor?: string }> => {
  const { count, ...rest } = await eachParked(
    wanted,
    async (item) => (await resend(item, deps))?.body.state === 'waiting',
    deps,
  );
  return { resent: count, ...rest };
};

/** Dismisses the parked deliveries of a target. `eachParked` selects the deliveries. */
export const dismissParked = async (
  wanted: Parked,
  deps: ResendDeps,
): Promise<{ readonly dismissed: number; readonly cursor?: string }> => {
  const { count, ...rest } = await eachParked(wanted, async (item) => (await dismiss(item, deps)) !== undefined, deps);
  return { dismissed: count, ...rest };
};

/**
 * Calls `act` for each parked delivery of `target` whose last attempt lies between `since` and `until`. It leaves out
 * dismissed deliveries. Answers the number of deliveries that `act` changed. If the time runs out first, it also
 * answers a cursor for the next request. Throws a Refusal for an invalid cursor, or where even the first delivery finds
 * no place.
 */
const eachParked = async (
  { tenant, target, since, until, cursor, isMeant = () => true, takePlace = async () => 0 }: Parked,
  act: (item: Item) => Promise<boolean>,
  deps: ResendDeps,
): Promise<{ readonly count: number; readonly cursor?: string }> => {
  const { table, now } = deps;
  const beganAt = now();
  const isWanted = ({ body }: Item): boolean => {
    const { state, target: its, last, dismissedAt } = body as Delivery;
    return (
      state === 'parked' &&
      dismissedAt === undefined &&
      its === target &&
      last !== undefined &&
      last.at >= since &&
      last.at <= (until ?? Number.POSITIVE_INFINITY)
    );
  };
  const first: Cursor = { at: Math.max(since - LATER_MS, now() - OLDEST_MS, 0) };
  const given = cursor === undefined ? first : decodeCursor(cursor, tenant);
  let at: Cursor = given.at < first.at ? first : given;
  let count = 0;
  const last = (until ?? now() + DAY) + DAY;
  while (at.at < last) {
    if (now() > beganAt + BUDGET_MS) return { count, cursor: encodeCursor(at) };
    const page = await table.listed(tenantDay(tenant, at.at), PAGE, at.after);
    const partitions = await Promise.all(page.keys.map(({ pk }) => table.partition(pk)));
    const meant = partitions.filter((items) => items.some(({ sk, body }) => sk === 'watch' && isMeant(body as Watch)));
    const parked = meant.flat().filter((item) => item.sk.startsWith('delivery#') && isWanted(item));
    const waits = await Promise.all(parked.map(takePlace));
    const done = await Promise.all(parked.filter((_, i) => waits[i] === 0).map(act));
    count += done.filter(Boolean).length;
    const waitMs = Math.max(0, ...waits);
    if (waitMs > 0 && count === 0) throw new Refusal(tooMany(TOO_MANY_DELIVERIES, waitMs));
    // The deliveries that this request sent are not parked any more. So the next request continues with the others.
    if (waitMs > 0) return { count, cursor: encodeCursor(at) };
    at = page.next ? { at: at.at, after: page.next } : { at: at.at + DAY };
  }
  return { count };
};
