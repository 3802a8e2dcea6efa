/** Handles the wake-ups of watches. It makes the looks that are due, and decides when each message comes back. */
import { lookPolicyOf } from '../config/look-policy.ts';
import type { Missed } from '../core/deadline.ts';
import { decide, waited } from '../core/decide.ts';
import { NotConfigured } from '../core/errors.ts';
import { openLane } from '../core/lane.ts';
import { missedBy } from '../core/missed.ts';
import { isLookDue } from '../core/next-look.ts';
import { MINUTE, SECOND } from '../core/schedule.ts';
import { isOver, type Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { WATCHES } from '../store/keys.ts';
import type { SqsRecord } from '../store/queue.ts';
import { type Disposition, type Dispositions, handleWakeUps, type Job } from '../wake/wake-ups.ts';
import { look } from './look.ts';
import type { DueWatch, Outcome, Unasked } from './outcome.ts';
import { saveChange, settle, stayIdle } from './save-look.ts';

type WatchJob = Job<Watch>;
type DueJob = DueWatch & { readonly job: WatchJob };

/** Handles one batch of a poll queue. Answers the ids of the messages that stay in the queue. */
export const poll = (
  records: readonly SqsRecord[],
  queueUrls: readonly string[],
  runtime: Runtime,
): Promise<string[]> =>
  handleWakeUps<Watch>({ records, queueUrls, partitions: [WATCHES] }, (jobs) => lookAtBatch(jobs, runtime), runtime);

/**
 * Handles a batch. It makes the looks that are due, finishes the watches that need no look, and returns the result of
 * each watch.
 */
const lookAtBatch = async (jobs: readonly WatchJob[], runtime: Runtime): Promise<Dispositions<Watch>> => {
  const sorted = await Promise.all(
    jobs.map(async (job) => ({ job, result: await orFault(job, withoutLook(job, runtime), runtime) })),
  );
  const due = sorted.flatMap(({ job, result }) => (result === 'look' ? [dueOf(job, runtime)] : []));
  const moment = momentsOf(runtime);
  const looked = await Promise.all(
    look(due, runtime).map(async ([{ job }, outcome]) => {
      const settled = outcome.then((found) => afterLook({ job, outcome: found, moment: moment() }, runtime));
      return { job, result: await orFault(job, settled, runtime) };
    }),
  );
  const results = [...sorted, ...looked].flatMap(({ job, result }) =>
    result && result !== 'look' ? [[job, result] as const] : [],
  );
  return new Map(results);
};

/**
 * Returns the result of a watch. Where opwatch itself fails, only this message comes back later, and the rest of the
 * batch goes on. Returns undefined where the function cannot even save that failure.
 */
const orFault = <R>(job: WatchJob, result: Promise<R>, runtime: Runtime): Promise<R | Disposition | undefined> =>
  result.catch((error: unknown) => {
    runtime.log.error('wake-up failed', { watch: job.item.pk, error: String(error) });
    return noteFault(job, runtime).catch(() => undefined);
  });

/** Returns the result of a watch that needs no look now, or `look` for a watch whose look is due. */
const withoutLook = async (job: WatchJob, runtime: Runtime): Promise<Disposition | 'look'> => {
  const watch = job.item.body;
  if (isOver(watch.status)) return settle(job, job.item, runtime);
  const isDue = isLookDue(watch, runtime.now(), lookPolicyOf(watch, runtime.config));
  return isDue ? 'look' : stayIdle(job, { retryAt: watch.nextLookAt }, runtime);
};

const dueOf = (job: WatchJob, { now }: Runtime): DueJob => {
  const watch = job.item.body;
  // The last look before the deadline goes before all other looks of the connection.
  return { job, watch, ...promisedTo(job), ...(now() >= watch.deadline && { first: true }) };
};

/**
 * Returns the slots that the lane reserved for the watch, if the message came back for them. On a later return of the
 * message they are not valid any more.
 */
const promisedTo = ({ item: { slots, receives: before }, receives }: WatchJob): Pick<DueWatch, 'slots'> =>
  slots && receives <= before + 1 ? { slots } : {};

/** Records in the watch that a fault of opwatch prevents its look, if the function can still write. */
const noteFault = (job: WatchJob, runtime: Runtime): Promise<Disposition> => {
  const now = runtime.now();
  const apply = (watch: Watch) => waited(watch, OWN_FAULT, now + MINUTE, now);
  return saveChange(job, { apply, isLook: false }, runtime);
};

const MOMENT_MS = 1.5 * SECOND;

/**
 * Returns a function that tells the time, the same for about a second and a half. The looks of one batch run one after
 * another. With one time for all, their watches come back together and can share a look. With exact times, they would
 * come back one by one.
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

/**
 * Returns the full reason why a watch had no look. The lane has the words of the cloud. opwatch needs them only after
 * the deadline, so it reads the lane only then.
 */
const missedFor = async (watch: Watch, why: Unasked, { lanes, now }: Runtime): Promise<Missed> => {
  if (why === 'fault') return OWN_FAULT;
  return missedBy(now() < watch.deadline ? openLane : await lanes.read(watch.connection), why);
};

type Found<O> = { readonly job: WatchJob; readonly outcome: O; readonly moment: number };

/** Saves the outcome of a look, and returns the time when the message comes back. */
const afterLook = ({ job, outcome, moment }: Found<Outcome>, runtime: Runtime): Promise<Disposition> => {
  if (!('observation' in outcome)) return afterNoLook(job, outcome, runtime);
  const now = runtime.now();
  const { observation } = outcome;
  const apply = (watch: Watch) => decide(watch, observation, now, lookPolicyOf(watch, runtime.config), moment);
  const isLook = observation.kind !== 'unanswered' || !(observation.error instanceof NotConfigured);
  return saveChange(job, { apply, isLook }, runtime);
};

const afterNoLook = async (
  job: WatchJob,
  { why, retryAt, slots }: Extract<Outcome, { retryAt: unknown }>,
  runtime: Runtime,
): Promise<Disposition> => {
  const now = runtime.now();
  const { body } = job.item;
  const missed = await missedFor(body, why, runtime);
  const apply = (watch: Watch) => waited(watch, missed, retryAt, now);
  const forSlots = slots && { slots };
  if (apply(body) !== body) return saveChange(job, { apply, isLook: false, ...forSlots }, runtime);
  // Without reserved slots, the message comes back at the deadline at the latest. The watch then gets its last look, or
  // begins to wait for it.
  const isBooked = slots !== undefined;
  const notAfterDeadline = isBooked || now >= body.deadline ? retryAt : Math.min(retryAt, body.deadline);
  return stayIdle(job, { retryAt: notAfterDeadline, ...forSlots }, runtime);
};
