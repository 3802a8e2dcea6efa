/** Sends deliveries away until their target, or their own address, is free again. */
import { heldUp, type WaitingFor } from '../core/delivery.ts';
import { SECOND } from '../core/schedule.ts';
import type { Runtime } from '../runtime.ts';
import { leaseIsDue, withBody } from '../store/items.ts';
import type { Disposition } from '../wake/wake-ups.ts';
import type { DueDelivery, Results } from './due.ts';

/** The delivery's item records a wait if it is longer than this. */
const WORTH_SHOWING_MS = 30 * SECOND;

/** The end of a wait, and its cause. */
type Wait = { readonly at: number; readonly cause: WaitingFor['cause'] };

/**
 * Sends deliveries away until a time. Deliveries that have come back in vain before get different times, so that they
 * do not all ask for the same slot. A long wait is written into the delivery, and the API shows it. If the lease ends
 * before that time, the function renews the lease. Otherwise the sweep would send a second message.
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
