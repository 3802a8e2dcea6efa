/** Sends deliveries again: one by its id, or all that were parked for a target in a time. The webhook-id stays. */

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
 * Begins a delivery anew, whatever became of it, and wakes it at once. Its watch is kept as long as that may take. A delivery
 * that a later state of its watch has overtaken is not sent: it is answered as it stands, `overtaken` where it was not
 * delivered. Answers undefined when there is none.
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
    // First: a delivery that waits beside a watch that expires would have nothing to tell.
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

/** Keeps a watch that would expire; false when somebody has changed it meanwhile, or it is gone. */
const keepWatch = async (watch: WatchItem, deps: ResendDeps): Promise<boolean> => {
  const { table, now } = deps;
  if (watch.expiresAt === undefined) return true;
  await keepHead(watch.body, deps);
  return table.replace(relisted(withBody(watch, watch.body, now(), now()), now()));
};

/**
 * Has nobody alarmed by a parked delivery any more; it stays parked. Answers it as it stands, which is unchanged where it is
 * not parked, or undefined when there is none.
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
  /** Left out, all since: the clock by which something was parked may be ahead of this function's. */
  readonly until?: number;
  /** Where an earlier request left off. */
  readonly cursor?: string;
  /** Of which watches; left out, of all. */
  readonly isMeant?: (watch: Watch) => boolean;
  /** Takes room for one more delivery that waits, or tells after how long there may be some, ms; left out, there is. */
  readonly takePlace?: () => Promise<number>;
};

const PAGE = 50;
/** Watches are listed by the day they were submitted or kept for longer; their deliveries may be parked much later. */
const LATER_MS = 20 * DAY;

/** What one request has time for. */
const BUDGET_MS = 8 * SECOND;

/** Sends again what was parked, as `eachParked` finds it. */
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

/** Dismisses what was parked, as `eachParked` finds it. */
export const dismissParked = async (
  wanted: Parked,
  deps: ResendDeps,
): Promise<{ readonly dismissed: number; readonly cursor?: string }> => {
  const { count, ...rest } = await eachParked(wanted, async (item) => (await dismiss(item, deps)) !== undefined, deps);
  return { dismissed: count, ...rest };
};

/**
 * Does something with all that was parked for `target` between `since` and `until` (by its last attempt), and that nobody has
 * dismissed. Answers with how many it was done, and where to go on when time ran out before all were looked through. Throws a
 * Refusal for a cursor it never gave out, or where there is no room for the first.
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
    // What was done is not parked any more: the next request goes on with the rest.
    if (waitMs > 0) return { count, cursor: encodeCursor(at) };
    at = page.next ? { at: at.at, after: page.next } : { at: at.at + DAY };
  }
  return { count };
};
