/**
 * Handles the wake-ups of deliveries. It sends the due deliveries to each recipient, and decides when each message
 * comes back.
 */

import { type Delivery, mayAttemptAt } from '../core/delivery.ts';
import type { Item } from '../core/item.ts';
import { isNotice } from '../core/notice.ts';
import { EARLY_MS, SECOND } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { NOTICES, WATCHES, watchKey } from '../store/keys.ts';
import type { SqsRecord } from '../store/queue.ts';
import { type Disposition, type Dispositions, handleWakeUps, type Job } from '../wake/wake-ups.ts';
import { type DueDelivery, isOfNoUse } from './due.ts';
import { recipientOf } from './recipient.ts';
import { saveOvertaken } from './save-attempt.ts';
import { withSleep } from './sleep.ts';
import { orUnfinished, tellThroughGate } from './tell-within-limits.ts';

/** Handles one batch of a notify queue. Answers the ids of the messages that stay in the queue. */
export const deliver = (
  records: readonly SqsRecord[],
  queueUrls: readonly string[],
  runtime: Runtime,
): Promise<string[]> =>
  handleWakeUps<Delivery>(
    { records, queueUrls, partitions: [WATCHES, NOTICES], alongside: ({ pk }) => [watchKey(pk)] },
    (jobs, around) => deliverBatch(jobs, around, runtime),
    runtime,
  );

/** Sends the due deliveries of a batch, and returns the result of each delivery. */
const deliverBatch = async (
  jobs: readonly Job<Delivery>[],
  around: readonly Item[],
  runtime: Runtime,
): Promise<Dispositions<Delivery>> => {
  const sorted = await Promise.all(jobs.map((job) => sort(job, around, runtime)));
  const settled = sorted.flatMap((each) => ('result' in each ? [[each.job, each.result] as const] : []));
  const dues = sorted.flatMap((each) => ('due' in each ? [each.due] : []));
  const byGate = Map.groupBy(dues, ({ job }) => recipientOf(job.item.body, runtime.config).gate);
  const handled = await Promise.all(
    [...byGate].map(([gate, some]) => orUnfinished(tellThroughGate(gate, some, runtime), runtime)),
  );
  const results = handled.flat().map(([{ job }, result]) => [job, result] as const);
  return withSleep(new Map([...settled, ...results]), runtime);
};

type Sorted = { readonly due: DueDelivery } | { readonly job: Job<Delivery>; readonly result: Disposition };

/** Decides whether a delivery is due. Where it is not, it returns the result of its message. */
const sort = async (job: Job<Delivery>, around: readonly Item[], runtime: Runtime): Promise<Sorted> => {
  const { pk, body } = job.item;
  const watch = around.find((item) => item.pk === pk && item.sk === 'watch') as Item<Watch> | undefined;
  if (body.state !== 'waiting' || !(watch || isNotice(body.event))) return { job, result: 'ack' };
  const due = { job, ...(watch && { watch: watch.body }) };
  if (isLate(due, runtime)) return { job, result: await dropLate(due, runtime) };
  const mayAt = mayAttemptAt(body, runtime.now());
  return mayAt > runtime.now() + EARLY_MS ? { job, result: { retryAt: mayAt } } : { due };
};

/**
 * Answers whether the event of a delivery is no longer true. Such a delivery ends at once. It does not wait for its
 * time or its target.
 */
const isLate = (due: DueDelivery, { config, now }: Runtime): boolean => {
  const { body } = due.job.item;
  return isOfNoUse(due, recipientOf(body, config)) && (body.claim?.until ?? 0) <= now();
};

const dropLate = ({ job }: DueDelivery, runtime: Runtime): Promise<Disposition> =>
  saveOvertaken(job.item, runtime).catch(() => ({ retryAt: runtime.now() + SECOND }));
