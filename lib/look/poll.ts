/** Wake-ups for watches: look, decide, write down what changed, announce what is over. */
import { isDeepStrictEqual } from 'node:util';
import { lookPolicyOf } from '../config/look-policy.ts';
import type { Missed } from '../core/deadline.ts';
import { decide, waited } from '../core/decide.ts';
import { openLane } from '../core/lane.ts';
import { missedBy } from '../core/missed.ts';
import { isLookDue } from '../core/next-look.ts';
import { MINUTE, PROGRESS_EVERY_MS, SECOND } from '../core/schedule.ts';
import { isOver, type Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { leaseIsDue, type WatchItem, withBody } from '../store/items.ts';
import { WATCHES, watchKey } from '../store/keys.ts';
import type { SqsRecord } from '../store/queue.ts';
import { type Fate, handleWakeUps, isCurrent, type Job } from '../wake/wake-ups.ts';
import { announce } from './announce.ts';
import type { Outcome, Unasked } from './ask.ts';
import { look } from './look.ts';
import { report, tellOfBlock, tellOfWord } from './watch-news.ts';

type WatchJob = Job<Watch>;

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

/** Whether a look brought anything to write down: times of looks, request ids and hasty progress alone are not. */
const tellsMore = (before: Watch, after: Watch): boolean => {
  const told = ({ lookedAt: _l, nextLookAt: _n, looks: _c, progress: _p, heard, facts, ...rest }: Watch) => {
    const { requestId: _r, ...kept } = facts;
    // What a cloud shows in place of an operation may be worded anew every time.
    return { ...rest, kept, heard: heard && ('word' in heard ? heard.word : 'absent') };
  };
  if (!isDeepStrictEqual(told(before), told(after))) return true;
  const progressed = !isDeepStrictEqual(before.progress, after.progress);
  return progressed && (after.lookedAt ?? 0) - (before.lookedAt ?? 0) >= PROGRESS_EVERY_MS;
};

/** Handles one batch of a poll queue; answers the ids of the messages that stay. */
export const poll = (
  records: readonly SqsRecord[],
  queueUrls: readonly string[],
  runtime: Runtime,
): Promise<string[]> =>
  handleWakeUps<Watch>({ records, queueUrls, partitions: [WATCHES] }, runtime, async (jobs) => {
    const fates = new Map<WatchJob, Fate>();
    const decided = async (job: WatchJob, work: () => Promise<Fate | undefined>): Promise<Fate | undefined> => {
      try {
        const fate = await work();
        if (fate) fates.set(job, fate);
        return fate;
      } catch (error) {
        // A fault of our own concerns one message: it comes back in a while, and its neighbors are served.
        runtime.log.error('wake-up failed', { watch: job.item.pk, error: String(error) });
        const fate = await noteFault(job, runtime).catch(() => undefined);
        if (fate) fates.set(job, fate);
        return fate;
      }
    };

    const due: { job: WatchJob; watch: Watch; slots?: readonly number[]; first?: true }[] = [];
    await Promise.all(
      jobs.map((job) =>
        decided(job, async () => {
          const fate = await withoutLook(job, runtime);
          const watch = job.item.body;
          // The last look goes before all others of its connection.
          const isLast = runtime.now() >= watch.deadline;
          if (!fate) due.push({ job, watch, ...promisedTo(job), ...(isLast && { first: true }) });
          return fate;
        }),
      ),
    );
    const moment = momentsOf(runtime);
    await Promise.all(
      look(due, runtime).map(([{ job }, outcome]) =>
        decided(job, async () => afterLook(job, await outcome, moment(), runtime)),
      ),
    );
    return fates;
  });

/** What can be settled without asking the cloud; undefined when a look is due. */
const withoutLook = async (job: WatchJob, runtime: Runtime): Promise<Fate | undefined> => {
  const watch = job.item.body;
  const now = runtime.now();
  if (isOver(watch.status)) return settle(job, job.item, runtime);
  const isDue = isLookDue(watch, now, lookPolicyOf(watch, runtime.config));
  return isDue ? undefined : stayIdle(job, { backAt: watch.nextLookAt }, runtime);
};

/** Says in the watch, as far as it can still be written, that an error of our own keeps it from being looked at. */
const noteFault = (job: WatchJob, runtime: Runtime): Promise<Fate> => {
  const now = runtime.now();
  return change(job, (watch) => waited(watch, OWN_FAULT, now + MINUTE, now), { isLook: false }, runtime);
};

/** The times it was promised, when it comes back for them: after that its next look has no claim to them. */
const promisedTo = ({ item: { slots, receives: before }, receives }: WatchJob): { slots?: readonly number[] } =>
  slots && receives <= before + 1 ? { slots } : {};

const MOMENT_MS = 1.5 * SECOND;

/**
 * The moment it is, the same for all that happens within a second or so. The looks of one batch are made one slot after
 * another: reckoned each from its own instant their watches would come back one by one, and meet again only by chance.
 */
const momentsOf = ({ now }: Pick<Runtime, 'now'>): (() => number) => {
  let moment = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() > moment + MOMENT_MS) moment = now();
    return moment;
  };
};

const OWN_FAULT: Missed = {
  cause: 'fault',
  code: 'own_fault',
  message: 'opwatch has a fault; the log of the poller has the error',
};

/** Why it was not looked at, in full: the lane has the words of the cloud, and they matter only past the deadline. */
const missedFor = async (watch: Watch, why: Unasked, { pace, now }: Runtime): Promise<Missed> => {
  if (why === 'fault') return OWN_FAULT;
  return missedBy(now() < watch.deadline ? openLane : await pace.read(watch.connection), why);
};

const afterLook = async (job: WatchJob, outcome: Outcome, moment: number, runtime: Runtime): Promise<Fate> => {
  const now = runtime.now();
  if ('observation' in outcome) {
    const after = (watch: Watch) =>
      decide(watch, outcome.observation, now, lookPolicyOf(watch, runtime.config), moment);
    return change(job, after, { isLook: true }, runtime);
  }
  const { why, backAt, slots } = outcome;
  const missed = await missedFor(job.item.body, why, runtime);
  const after = (watch: Watch) => waited(watch, missed, backAt, now);
  const { body } = job.item;
  if (after(body) !== body) return change(job, after, { isLook: false, ...(slots && { slots }) }, runtime);
  // Where nothing but the deadline comes first, it is looked at there, or begins to wait for its last look.
  const isBooked = slots !== undefined;
  const dueAt = isBooked || now >= body.deadline ? backAt : Math.min(backAt, body.deadline);
  return stayIdle(job, { backAt: dueAt, ...(slots && { slots }) }, runtime);
};

/** What the item keeps of a receipt that brought no look. Who comes back for slots has a look then. */
const comesBack = (slots: readonly number[] | undefined) => (slots ? { slots } : { idle: true as const });

/** Sends a watch away without a look. It is written, once, that the receipts are no looks, and which slots it comes back for. */
const stayIdle = async (
  job: WatchJob,
  { backAt, slots }: { readonly backAt: number; readonly slots?: readonly number[] },
  { table, now }: Pick<Runtime, 'table' | 'now'>,
): Promise<Fate> => {
  let item: WatchItem | undefined = job.item;
  while (item && isCurrent(item, job) && !isOver(item.body.status)) {
    if (slots === undefined && item.idle && !leaseIsDue(item, backAt)) break;
    const looks = item.body.looks + uncounted(job, item, false);
    const kept = withBody(item, { ...item.body, looks }, backAt, now());
    const written: WatchItem = { ...kept, ...upTo(job, item), ...comesBack(slots) };
    if (await table.replace(written)) break;
    [item] = (await table.get([watchKey(job.item.pk)])) as WatchItem[];
  }
  return { backAt };
};

/** Whether a receipt brought a look and, where it brought none, which slots the watch comes back for. */
type Receipt = { readonly isLook: boolean; readonly slots?: readonly number[] };

/** Whether a look is written down already: its write was done, and nobody learned that. What a look brought counts once. */
const isSameLook = ({ ticket, message, receives, body }: WatchItem, written: WatchItem): boolean =>
  ticket === written.ticket &&
  message === written.message &&
  receives === written.receives &&
  body.lookedAt === written.body.lookedAt;

/** Applies what was learned to the watch as it stands in the table, however often somebody else writes meanwhile. */
const change = async (
  job: WatchJob,
  apply: (watch: Watch) => Watch,
  { isLook, slots }: Receipt,
  runtime: Runtime,
): Promise<Fate> => {
  const { table, now } = runtime;
  let item: WatchItem | undefined = job.item;
  while (item) {
    const body = apply(item.body);
    const next = { ...body, looks: item.body.looks + uncounted(job, item, isLook) };
    const isSame =
      !tellsMore(item.body, body) &&
      !leaseIsDue(item, body.nextLookAt) &&
      isLook === !item.idle &&
      (slots === undefined || isOver(body.status));
    if (body === item.body || isSame) return settle(job, { ...item, body }, runtime);
    const written: WatchItem = {
      ...withBody(item, next, body.nextLookAt, now()),
      ...(isCurrent(item, job) && upTo(job, item)),
      ...(!isLook && comesBack(slots)),
    };
    // Before it is written down, so that it is told even if this function is killed in between.
    await tellOfWord(item.body, written.body, runtime);
    await tellOfBlock(item.body, written.body, runtime);
    if (await table.replace(written)) {
      report(item.body, written.body, runtime);
      return settle(job, written, runtime);
    }
    [item] = (await table.get([watchKey(job.item.pk)])) as WatchItem[];
    if (item && isLook && isSameLook(item, written)) return settle(job, item, runtime);
  }
  return 'done';
};

/** Pays what is owed; the message goes on only for a watch that is not over and that is still its own. */
const settle = async (job: WatchJob, item: WatchItem, runtime: Runtime): Promise<Fate> => {
  const paid = await announce(item, runtime);
  return isOver(paid.body.status) || !isCurrent(paid, job) ? 'done' : { backAt: paid.body.nextLookAt };
};
