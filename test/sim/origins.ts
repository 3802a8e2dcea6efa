/** Origins of callbacks that are disabled: what waits there sleeps until its attempts would be used up, listed beside the origin. */
import type { Delivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import type { Leased } from '../../lib/store/items.ts';
import { HOUR, MINUTE, SECOND } from './time.ts';

/** The waits before each attempt, as Standard Webhooks 1.0 has them. */
const WAITS = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR)];

/** Until when a delivery may sleep because its origin is disabled; undefined where it does not, or nobody would find it. */
export const sleepsUntil = (item: Item, items: ReadonlyMap<string, Item>): number | undefined => {
  const { isAsleep, pk, sk, body } = item as Leased<Delivery>;
  const { tenant, target, waitingFor, attempts, begunAfter = 0, nextAttemptAt } = body;
  if (!isAsleep || waitingFor?.cause !== 'disabled' || !URL.canParse(target)) return undefined;
  const turn = `turn#${tenant} ${new URL(target).origin}`;
  if (!items.has(`${turn} asleep#${pk}#${sk}#${begunAfter}`)) return undefined;
  return WAITS.slice(attempts - begunAfter + 1).reduce((at, wait) => at + wait, nextAttemptAt);
};
