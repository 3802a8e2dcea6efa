/** Deliveries that wait for their target, or for their own address, come back later. */
import { heldUp, type WaitingFor } from '../core/delivery.ts';
import { SECOND } from '../core/schedule.ts';
import type { Runtime } from '../runtime.ts';
import { leaseIsDue, withBody } from '../store/items.ts';
import type { Disposition } from '../wake/wake-ups.ts';
import type { DueDelivery, Results } from './due.ts';

/** A wait that is longer than this is written down. */
const WORTH_SHOWING_MS = 30 * SECOND;

/** Until when deliveries wait, and for what. */
type Wait = { readonly at: number; readonly cause: WaitingFor['cause'] };

/**
 * Has deliveries come back. Deliveries that have come in vain before spread out, so that a backlog does not ask for one slot.
 * A longer wait is written into the delivery, and the API shows it. The lease is renewed where it ends before that: otherwise the
 * sweep would send a second message.
 */
export const comeBack = (dues: readonly DueDelivery[], wait: Wait, runtime: Runtime): Promise<Results> =>
  Promise.all(dues.map(async (due) => [due, await comeBackOne(due, wait, runtime)] as const));

const comeBackOne = async ({ job }: DueDelivery, { at, cause }: Wait, runtime: Runtime): Promise<Disposition> => {
  const { table, log, now, chance } = runtime;
  const { item, receives } = job;
  const retryAt = at + chance() * Math.min(receives, 10) * SECOND;
  const isHeldUp = at > Math.max(now(), item.body.waitingFor?.until ?? 0) + WORTH_SHOWING_MS;
  if (isHeldUp || leaseIsDue(item, retryAt)) {
    const body = isHeldUp ? heldUp(item.body, { cause, until: at }) : item.body;
    await table
      .replace(withBody(item, body, retryAt, now()))
      .catch((error) => log.warn('a lease was not renewed', { error: String(error) }));
  }
  return { retryAt };
};
