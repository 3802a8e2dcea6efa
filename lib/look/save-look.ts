/** Writes down what a receipt of a watch's message brought, and says what becomes of the message. */
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

/** The change that a receipt of the message brought. */
type Change = {
  /** The watch after it. */
  readonly apply: (watch: Watch) => Watch;
  readonly isLook: boolean;
  /** The times of the lane that the watch comes back for, where it was not looked at. */
  readonly slots?: readonly number[];
};

/** Applies a change to the watch as it stands in the table, however often somebody else writes meanwhile. */
export const saveChange = async (job: WatchJob, change: Change, runtime: Runtime): Promise<Disposition> => {
  let item: WatchItem | undefined = job.item;
  while (item) {
    const body = change.apply(item.body);
    if (body === item.body || !isWorthWriting(item, body, change)) return settle(job, { ...item, body }, runtime);
    const written = afterChange(job, { item, body, change }, runtime);
    // Before it is written down, so that it is told even if this function is killed in between.
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

/** Makes the deliveries that the watch owes. The message comes back only for a watch that goes on and still expects it. */
export const settle = async (job: WatchJob, item: WatchItem, runtime: Runtime): Promise<Disposition> => {
  const paid = await announce(item, runtime);
  return isOver(paid.body.status) || !isCurrent(paid, job) ? 'ack' : { retryAt: paid.body.nextLookAt };
};

/** Sends a watch away without a look. It writes, once, that the receipts are no looks, and which slots the watch comes back for. */
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

/** Whether the item has to be written after a change: for its watch, its lease, or for how its receipts are counted. */
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
 * Whether a look brought anything to write down. A field of the watch counts unless `lasting` leaves it out: a new field that
 * was forgotten there costs writes, and loses nothing.
 */
const tellsMore = (before: Watch, after: Watch): boolean => {
  if (!isDeepStrictEqual(lasting(before), lasting(after))) return true;
  const progressed = !isDeepStrictEqual(before.progress, after.progress);
  return progressed && (after.lookedAt ?? 0) - (before.lookedAt ?? 0) >= PROGRESS_EVERY_MS;
};

/** The watch without the times of looks, request ids and progress: each of them alone is not worth a write. */
const lasting = ({ lookedAt: _l, nextLookAt: _n, looks: _c, progress: _p, heard, facts, ...rest }: Watch) => {
  const { requestId: _r, ...kept } = facts;
  // A cloud may word the same absence anew every time.
  return { ...rest, kept, heard: heard && ('word' in heard ? heard.word : 'absent') };
};

/**
 * Looks that the watch's count does not hold yet: those since the last write, one a receipt of this message, and the present
 * one if it is a look. A later receipt of this message that was written down meanwhile has counted all of them.
 */
const uncounted = (job: WatchJob, item: WatchItem, isLook: boolean): number => {
  const present = isLook ? 1 : 0;
  if (!isCurrent(item, job)) return present;
  if (item.receives >= job.receives) return 0;
  return item.idle ? present : job.receives - item.receives - 1 + present;
};

/** The receipt that an item's count reaches up to. */
const upTo = (job: WatchJob, item: WatchItem) => {
  const receives = Math.max(job.receives, item.receives);
  return { message: job.messageId, receives };
};

/** Marks that a receipt brought no look: the item keeps the slots that its watch comes back for, or is idle. */
const comesBack = (slots: readonly number[] | undefined) => (slots ? { slots } : { idle: true as const });

/** Whether this look is in the table already: the write was done, and its answer was lost. A look counts once. */
const isSameLook = ({ ticket, message, receives, body }: WatchItem, written: WatchItem): boolean =>
  ticket === written.ticket &&
  message === written.message &&
  receives === written.receives &&
  body.lookedAt === written.body.lookedAt;
