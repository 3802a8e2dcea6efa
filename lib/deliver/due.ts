/** Deliveries whose time has come, and their results. */
import type { Delivery } from '../core/delivery.ts';
import { isOvertaken } from '../core/overtaken.ts';
import type { Watch } from '../core/watch.ts';
import type { Disposition, Job } from '../wake/wake-ups.ts';
import type { Recipient } from './recipient.ts';

/** A delivery whose time has come, with the watch it tells of; a notice tells of none. */
export type DueDelivery = { readonly job: Job<Delivery>; readonly watch?: Watch };

/** The result of each delivery's message. A delivery that is left out comes back in a while. */
export type Results = readonly (readonly [DueDelivery, Disposition])[];

/** Whether its event is not true any more, or is progress for a recipient that has no live message. */
export const isOfNoUse = ({ job, watch }: DueDelivery, { follows }: Pick<Recipient, 'follows'>): boolean => {
  const { event } = job.item.body;
  return isOvertaken(event, watch) || (event.event === 'progress' && !follows);
};
