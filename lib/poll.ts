/** Wake-ups for watches: look, decide, write down what changed, announce what is over. */
import { isDeepStrictEqual } from 'node:util';
import { announce } from './announce.ts';
import { habitsOf } from './habits.ts';
import { leaseIsDue, type WatchItem, watchKey, withBody } from './items.ts';
import { look, type Outcome } from './look.ts';
import { tellOperators } from './operators.ts';
import type { SqsRecord } from './queue.ts';
import type { Runtime } from './runtime.ts';
import { EARLY_MS, LAST_LOOK_GRACE_MS, PROGRESS_EVERY_MS, SECOND } from './schedule.ts';
import { type Fate, handleWakeUps, isCurrent, type Job } from './wake-ups.ts';
import { decide, expire, isOver, type Watch } from './watch.ts';

type WatchJob = Job<Watch>;

/** Receipts of this message that the watch's count of looks does not hold yet, this one included. */
const uncounted = (job: WatchJob, item: WatchItem): number =>
  isCurrent(item, job) ? Math.max(job.receives - item.receives, 1) : 1;

/** Whether a look brought anything to write down: times of looks, request ids and hasty progress alone are not. */
const tellsMore = (before: Watch, after: Watch): boolean => {
  const told = ({ lookedAt: _l, nextLookAt: _n, looks: _c, progress: _p, facts, ...rest }: Watch) => {
    const { requestId: _r, ...kept } = facts;
    return { ...rest, kept };
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
  handleWakeUps<Watch>({ records, queueUrls }, runtime, async (jobs) => {
    const fates = new Map<WatchJob, Fate>();
    const decided = async (job: WatchJob, work: () => Promise<Fate | undefined>): Promise<Fate | undefined> => {
      try {
        const fate = await work();
        if (fate) fates.set(job, fate);
        return fate;
      } catch (error) {
        // A fault of our own concerns one message: it comes back in a while, and its neighbors are served.
        runtime.log.error('wake-up failed', { watch: job.item.pk, error: String(error) });
        return undefined;
      }
    };

    const due: { job: WatchJob; watch: Watch; slots?: readonly number[] }[] = [];
    await Promise.all(
      jobs.map((job) =>
        decided(job, async () => {
          const fate = await withoutLook(job, runtime);
          const { body: watch, slots } = job.item;
          if (!fate) due.push({ job, watch, ...(slots && { slots }) });
          return fate;
        }),
      ),
    );
    const moment = momentsOf(runtime);
    await look(due, runtime, async ({ job }, outcome) => {
      await decided(job, () => afterLook(job, outcome, moment(), runtime));
    });
    return fates;
  });

/** What can be settled without asking the cloud; undefined when a look is due. */
const withoutLook = async (job: WatchJob, runtime: Runtime): Promise<Fate | undefined> => {
  const watch = job.item.body;
  const now = runtime.now();
  if (isOver(watch.status)) return settle(job, job.item, runtime);
  if (now >= watch.deadline + LAST_LOOK_GRACE_MS) return change(job, (current) => expire(current, now), runtime);
  return watch.nextLookAt > now + EARLY_MS ? { backAt: watch.nextLookAt } : undefined;
};

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

const afterLook = async (job: WatchJob, outcome: Outcome, moment: number, runtime: Runtime): Promise<Fate> => {
  if ('backAt' in outcome) return keepSlots(job, outcome, runtime);
  const now = runtime.now();
  const after = (watch: Watch) => decide(watch, outcome.observation, now, habitsOf(watch, runtime.config), moment);
  return change(job, after, runtime);
};

/** Writes down the slots a watch was given, so that it still has them when it comes back. */
const keepSlots = async (
  { item, messageId, receives }: WatchJob,
  { backAt: turnAt, slots }: { backAt: number; slots?: readonly number[] },
  { table, now }: Runtime,
): Promise<Fate> => {
  // A connection that rests for long holds up no end: that comes by itself, a while after the deadline.
  const backAt = Math.min(turnAt, item.body.deadline + LAST_LOOK_GRACE_MS);
  if (slots === undefined && !leaseIsDue(item, backAt)) return { backAt };
  const looks = item.body.looks + Math.max(receives - 1 - item.receives, 0);
  const kept = withBody(item, { ...item.body, looks }, backAt, now());
  const promised: WatchItem = { ...kept, message: messageId, receives, ...(slots && { slots }) };
  await table.replace(promised);
  return { backAt };
};

/** Applies what was learned to the watch as it stands in the table, however often somebody else writes meanwhile. */
const change = async (job: WatchJob, apply: (watch: Watch) => Watch, runtime: Runtime): Promise<Fate> => {
  const { table, now } = runtime;
  let item: WatchItem | undefined = job.item;
  while (item) {
    const body = apply(item.body);
    const next = { ...body, looks: item.body.looks + uncounted(job, item) };
    const unchanged = body === item.body || (!tellsMore(item.body, body) && !leaseIsDue(item, body.nextLookAt));
    if (unchanged) return settle(job, { ...item, body }, runtime);
    const written: WatchItem = {
      ...withBody(item, next, body.nextLookAt, now()),
      ...(isCurrent(item, job) && { message: job.messageId, receives: job.receives }),
    };
    // Before it is written down, so that it is told even if this function is killed in between.
    await tellOfWord(item.body, written.body, runtime);
    if (await table.replace(written)) {
      report(item.body, written.body, runtime);
      return settle(job, written, runtime);
    }
    [item] = (await table.get([watchKey(job.item.pk)])) as WatchItem[];
  }
  return 'done';
};

/** Pays what is owed; the message goes on only for a watch that is not over and that is still its own. */
const settle = async (job: WatchJob, item: WatchItem, runtime: Runtime): Promise<Fate> => {
  const paid = await announce(item, runtime);
  return isOver(paid.body.status) || !isCurrent(paid, job) ? 'done' : { backAt: paid.body.nextLookAt };
};

const hasNewWord = (before: Watch, after: Watch): boolean =>
  after.unknownWords !== undefined && after.unknownWords.at(-1) !== before.unknownWords?.at(-1);

const tellOfWord = async (before: Watch, after: Watch, runtime: Runtime): Promise<void> => {
  const { id: watch, provider, word = '' } = after;
  if (!hasNewWord(before, after)) return;
  await tellOperators({ event: 'unknown_word', at: runtime.now(), provider, word, watch }, runtime);
};

const report = (before: Watch, after: Watch, { log, now }: Runtime): void => {
  const { id, provider, status, word, looks, submittedAt } = after;
  if (hasNewWord(before, after)) {
    log.warn('unknown word from a cloud', { watch: id, provider, word });
  }
  if (isOver(status) && !isOver(before.status)) {
    const endedAt = after.facts.endedAt;
    log.info(
      'watch over',
      { watch: id, provider, status, word, looks, seconds: Math.round((now() - submittedAt) / 1000) },
      {
        looks: [looks, 'Count'],
        // From the cloud's own end, where it tells one that can be ours to have missed.
        ...(endedAt !== undefined && endedAt >= submittedAt && { detectionDelay: [now() - endedAt, 'Milliseconds'] }),
      },
    );
  }
};
