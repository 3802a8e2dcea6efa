/** The types for deliveries that are due, and for their results. */
import type { Delivery } from '../core/delivery.ts';
import { isOvertaken } from '../core/overtaken.ts';
import type { Watch } from '../core/watch.ts';
import type { Disposition, Job } from '../wake/wake-ups.ts';
import type { Recipient } from './recipient.ts';

/** A delivery that is due, with the watch of its event. The delivery of a notice has no watch. */
export type DueDelivery = { readonly job: Job<Delivery>; readonly watch?: Watch };

/** The result of each delivery's message. A delivery without a result comes back later. */
export type Results = readonly (readonly [DueDelivery, Disposition])[];

/**
 * Answers whether a delivery has no use: its event is no longer true, or it shows progress to a recipient without a
 * live message.
 */
export const isOfNoUse = ({ job, watch }: DueDelivery, { follows }: Pick<Recipient, 'follows'>): boolean => {
  const { event } = job.item.body;
  return isOvertaken(event, watch) || (event.event === 'progress' && !follows);
};
