/** Handles deliveries to a disabled target or origin. opwatch sends nothing there. */

import { heldUp, usualEnd } from '../core/delivery.ts';
import { EARLY_MS, SECOND } from '../core/schedule.ts';
import { sentence } from '../core/sentences.ts';
import type { Disabled } from '../core/target-limiter.ts';
import { targetName } from '../core/target-name.ts';
import type { Runtime } from '../runtime.ts';
import { withBody } from '../store/items.ts';
import type { Disposition } from '../wake/wake-ups.ts';
import type { DueDelivery, Results } from './due.ts';
import type { Made } from './message.ts';
import { tellOperators, tellTenant } from './operators.ts';
import type { Recipient } from './recipient.ts';
import { dispositionOf, saveVerdict } from './save-attempt.ts';
import { putToSleep } from './sleep.ts';

/** A disabled recipient, with the time and the reason. */
type Disabling = { readonly recipient: Recipient; readonly disabled: Disabled };

/**
 * Tells people that opwatch has disabled a target or an origin. A second call with the same time sends no second
 * notice.
 */
export const tellOfDisabling = async (
  [due]: readonly DueDelivery[],
  { recipient: { isNamed, limiter }, disabled: { since, reason, isAsked } }: Disabling,
  runtime: Runtime,
): Promise<void> => {
  if (isNamed) return tellOperators({ event: 'target_disabled', at: since, target: limiter, reason }, runtime);
  if (!due || isAsked) return;
  const { tenant, target } = due.job.item.body;
  await tellTenant({ event: 'origin_disabled', at: since, tenant, target: targetName(target), reason }, runtime);
};

/**
 * Makes no attempt at a disabled recipient. A delivery to a named target ends at once. A delivery to a callback waits.
 */
export const holdBack = async (
  dues: readonly DueDelivery[],
  { recipient, disabled }: Disabling,
  runtime: Runtime,
): Promise<Results> => {
  await tellOfDisabling(dues, { recipient, disabled }, runtime);
  return Promise.all(
    dues.map(async (due) => {
      const isOver = recipient.isNamed || usualEnd(due.job.item.body, runtime.now()) <= runtime.now() + EARLY_MS;
      return [due, await (isOver ? giveUp(due, disabled, runtime) : keepWaiting(due, recipient, runtime))] as const;
    }),
  );
};

const giveUp = async ({ job }: DueDelivery, { reason }: Disabled, runtime: Runtime): Promise<Disposition> => {
  const made: Made = { at: runtime.now(), verdict: { kind: 'gone', reason: sentence('disabled', { reason }) } };
  return dispositionOf(await saveVerdict(job.item, { ...made, number: job.item.body.attempts + 1 }, runtime));
};

/**
 * Lets a delivery sleep until the time for its attempts is over. The sweep wakes it at that time. A person who enables
 * the origin wakes it earlier.
 */
const keepWaiting = async ({ job }: DueDelivery, recipient: Recipient, runtime: Runtime): Promise<Disposition> => {
  const until = usualEnd(job.item.body, runtime.now());
  const held = withBody(job.item, heldUp(job.item.body, { cause: 'disabled', until }), until, runtime.now());
  const isAsleep = await putToSleep({ ...held, version: job.item.version }, { until, recipient }, runtime).catch(
    () => false,
  );
  return isAsleep ? 'ack' : { retryAt: runtime.now() + SECOND };
};
