/** Deliveries whose time has come: what is still true of them, and the claim that an attempt needs. */
import { claimed, type Delivery, mayAttemptAt } from '../core/delivery.ts';
import { isOnTheWay } from '../core/event.ts';
import type { Item } from '../core/item.ts';
import { isOvertaken } from '../core/overtaken.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { type DeliveryItem, withBody } from '../store/items.ts';
import { watchKey } from '../store/keys.ts';
import type { Disposition, Job } from '../wake/wake-ups.ts';
import type { Recipient } from './recipient.ts';

/** A delivery whose time has come, with the watch it tells of; a notice tells of none. */
export type Due = { readonly job: Job<Delivery>; readonly watch?: Watch };

/** What becomes of the messages of deliveries. */
export type Fates = readonly (readonly [Due, Disposition])[];

/** Whether it is not true any more, or nothing that this recipient is told: progress, where no message is kept up to date. */
export const isOfNoUse = ({ job, watch }: Due, { follows }: Pick<Recipient, 'follows'>): boolean => {
  const { event } = job.item.body;
  return isOvertaken(event, watch) || (event.event === 'progress' && !follows);
};

/** The deliveries with their watches as these stand now, where that decides what is told. */
export const withFreshWatches = async (dues: readonly Due[], { table }: Runtime): Promise<readonly Due[]> => {
  const isOpen = ({ job }: Due) => isOnTheWay(job.item.body.event.event);
  const keys = new Set(dues.filter(isOpen).map(({ job }) => job.item.pk));
  if (keys.size === 0) return dues;
  const items = (await table.get([...keys].map(watchKey))) as Item<Watch>[];
  return dues.map((due) => {
    if (!isOpen(due)) return due;
    const watch = items.find(({ pk }) => pk === due.job.item.pk)?.body;
    return { job: due.job, ...(watch && { watch }) };
  });
};

/** A delivery claimed for one attempt. */
export type Claim = { readonly due: Due; readonly item: DeliveryItem };

/** Claims deliveries for one attempt, and answers what becomes of those that somebody else has. */
export const claimAll = async (
  dues: readonly Due[],
  runtime: Runtime,
): Promise<{ readonly claims: readonly Claim[]; readonly fates: Fates }> => {
  const claims: Claim[] = [];
  const fates: (readonly [Due, Disposition])[] = [];
  for (const due of dues) {
    const claim = await claimFor(due.job.item, runtime);
    if ('item' in claim) claims.push({ due, item: claim.item });
    else fates.push([due, claim.fate]);
  }
  return { claims, fates };
};

const claimFor = async (
  item: DeliveryItem,
  { table, now, uniqueId }: Runtime,
): Promise<{ readonly item: DeliveryItem } | { readonly fate: Disposition }> => {
  const by = uniqueId();
  const claim = withBody(item, claimed(item.body, by, now()), now(), now());
  if (await table.replace(claim)) return { item: claim };
  const [standing] = (await table.get([item])) as DeliveryItem[];
  if (!standing) return { fate: 'ack' };
  // The claim may be ours after all, written by a try whose answer was lost.
  return standing.body.claim?.by === by
    ? { item: standing }
    : { fate: { retryAt: mayAttemptAt(standing.body, now()) } };
};
