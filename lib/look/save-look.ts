/** Saves the result of handling a watch's message, and decides what happens to the message. */
import { isDeepStrictEqual } from 'node:util';
import { PROGRESS_EVERY_MS } from '../core/schedule.ts';
import { isOver, type Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { leaseIsDue, type WatchItem, withBody } from '../store/items.ts';
import { watchKey } from '../store/keys.ts';
import { type Disposition, isCurrent, type Job } from '../wake/wake-ups.ts';
import { announce } from './announce.ts';
import { report, tellOfBlock, tellOfWord } from './watch-news.ts';

type WatchJob = Job<Watch>;

/** The change of a watch. A function makes it each time that SQS hands out the watch's message. */
type Change = {
  /** Returns the changed watch. */
  readonly apply: (watch: Watch) => Watch;
  readonly isLook: boolean;
  /** The slots that the lane reserved for the watch. They are set only if the watch had no look. */
  readonly slots?: readonly number[];
};

/** Applies a change to the watch in the table. It repeats the write when other functions write meanwhile. */
export const saveChange = async (job: WatchJob, change: Change, runtime: Runtime): Promise<Disposition> => {
  let item: WatchItem | undefined = job.item;
  while (item) {
    const body = change.apply(item.body);
    if (body === item.body || !isWorthWriting(item, body, change)) return settle(job, { ...item, body }, runtime);
    const written = afterChange(job, { item, body, change }, runtime);
    // The function tells the operators before it writes. So they hear of the word even if the function is killed in
    // between.
    await tellOfWord(item.body, written.body, runtime);
    await tellOfBlock(item.body, written.body, runtime);
    if (await runtime.table.replace(written)) {
      report(item.body, written.body, runtime);
      return settle(job, written, runtime);
    }
    item = await readWatch(job, runtime);
    if (item && change.isLook && isSameLook(item, written)) return settle(job, item, runtime);
  }
  return 'ack';
};

const readWatch = async ({ item }: WatchJob, { table }: Pick<Runtime, 'table'>): Promise<WatchItem | undefined> => {
  const [found] = (await table.get([watchKey(item.pk)])) as WatchItem[];
  return found;
};

/**
 * Creates the deliveries that the watch owes. The message comes back only if the operation goes on and the item still
 * expects this message.
 */
export const settle = async (job: WatchJob, item: WatchItem, runtime: Runtime): Promise<Disposition> => {
  const paid = await announce(item, runtime);
  return isOver(paid.body.status) || !isCurrent(paid, job) ? 'ack' : { retryAt: paid.body.nextLookAt };
};

/**
 * Hides a watch's message without a look. It writes to the table only once. The write notes the reserved slots, and
 * that the coming returns of the message bring no look.
 */
export const stayIdle = async (
  job: WatchJob,
  { retryAt, slots }: { readonly retryAt: number; readonly slots?: readonly number[] },
  runtime: Pick<Runtime, 'table' | 'now'>,
): Promise<Disposition> => {
  let item: WatchItem | undefined = job.item;
  while (item && isCurrent(item, job) && !isOver(item.body.status)) {
    if (slots === undefined && item.idle && !leaseIsDue(item, retryAt)) break;
    const looks = item.body.looks + uncounted(job, item, false);
    const kept = withBody(item, { ...item.body, looks }, retryAt, runtime.now());
    const written: WatchItem = { ...kept, ...upTo(job, item), ...comesBack(slots) };
    if (await runtime.table.replace(written)) break;
    item = await readWatch(job, runtime);
  }
  return { retryAt };
};

/** Answers whether a change must be written to the table: because of the watch, the lease, or the count of looks. */
const isWorthWriting = (item: WatchItem, body: Watch, { isLook, slots }: Change): boolean =>
  tellsMore(item.body, body) ||
  leaseIsDue(item, body.nextLookAt) ||
  isLook !== !item.idle ||
  (slots !== undefined && !isOver(body.status));

const afterChange = (
  job: WatchJob,
  { item, body, change }: { readonly item: WatchItem; readonly body: Watch; readonly change: Change },
  { now }: Pick<Runtime, 'now'>,
): WatchItem => {
  const { isLook, slots } = change;
  const counted = { ...body, looks: item.body.looks + uncounted(job, item, isLook) };
  return {
    ...withBody(item, counted, body.nextLookAt, now()),
    ...(isCurrent(item, job) && upTo(job, item)),
    ...(!isLook && comesBack(slots)),
  };
};

/**
 * Answers whether a look found a change that is worth a write. Every field of the watch counts, except those that
 * `lasting` leaves out. A new field that nobody added to `lasting` causes more writes, and nothing is lost.
 */
const tellsMore = (before: Watch, after: Watch): boolean => {
  if (!isDeepStrictEqual(lasting(before), lasting(after))) return true;
  const progressed = !isDeepStrictEqual(before.progress, after.progress);
  return progressed && (after.lookedAt ?? 0) - (before.lookedAt ?? 0) >= PROGRESS_EVERY_MS;
};

/**
 * Returns the watch without the times of looks, the request ids and the progress. A change of these fields alone is not
 * worth a write.
 */
const lasting = ({ lookedAt: _l, nextLookAt: _n, looks: _c, progress: _p, heard, facts, ...rest }: Watch) => {
  const { requestId: _r, ...kept } = facts;
  // A cloud may describe the same absence in other words each time.
  return { ...rest, kept, heard: heard && ('word' in heard ? heard.word : 'absent') };
};

/**
 * Returns the number of looks that the watch's count does not contain yet. These are one look for each return of the
 * message since the last write, and the present look. If a later return of this message has been written meanwhile, its
 * count contains all of them.
 */
const uncounted = (job: WatchJob, item: WatchItem, isLook: boolean): number => {
  const present = isLook ? 1 : 0;
  if (!isCurrent(item, job)) return present;
  if (item.receives >= job.receives) return 0;
  return item.idle ? present : job.receives - item.receives - 1 + present;
};

/** Returns the message and the number of its returns that the item's count covers. */
const upTo = (job: WatchJob, item: WatchItem) => {
  const receives = Math.max(job.receives, item.receives);
  return { message: job.messageId, receives };
};

/**
 * Marks that this return of the message brought no look. The item keeps the reserved slots of its watch, or becomes
 * idle.
 */
const comesBack = (slots: readonly number[] | undefined) => (slots ? { slots } : { idle: true as const });

/**
 * Answers whether the table already contains the look of this call. This happens when the answer to the first write was
 * lost. The look must count only once.
 */
const isSameLook = ({ ticket, message, receives, body }: WatchItem, written: WatchItem): boolean =>
  ticket === written.ticket &&
  message === written.message &&
  receives === written.receives &&
  body.lookedAt === written.body.lookedAt;
