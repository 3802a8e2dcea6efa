/** Handles wake-ups for watches: looks at those that are due, and decides when each message comes back. */
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

/** Handles one batch of a poll queue; answers the ids of the messages that stay. */
export const poll = (
  records: readonly SqsRecord[],
  queueUrls: readonly string[],
  runtime: Runtime,
): Promise<string[]> =>
  handleWakeUps<Watch>({ records, queueUrls, partitions: [WATCHES] }, (jobs) => lookAtBatch(jobs, runtime), runtime);

/** Settles the watches that need no look, looks at the others, and returns the result of each. */
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
 * The result of a watch. Where opwatch itself is at fault, only this message comes back in a while, and its neighbors are served.
 * Undefined where the fault cannot be written down either.
 */
const orFault = <R>(job: WatchJob, result: Promise<R>, runtime: Runtime): Promise<R | Disposition | undefined> =>
  result.catch((error: unknown) => {
    runtime.log.error('wake-up failed', { watch: job.item.pk, error: String(error) });
    return noteFault(job, runtime).catch(() => undefined);
  });

/** The result of a watch that needs no look now; `look` when one is due. */
const withoutLook = async (job: WatchJob, runtime: Runtime): Promise<Disposition | 'look'> => {
  const watch = job.item.body;
  if (isOver(watch.status)) return settle(job, job.item, runtime);
  const isDue = isLookDue(watch, runtime.now(), lookPolicyOf(watch, runtime.config));
  return isDue ? 'look' : stayIdle(job, { retryAt: watch.nextLookAt }, runtime);
};

const dueOf = (job: WatchJob, { now }: Runtime): DueJob => {
  const watch = job.item.body;
  // The last look goes before all others of its connection.
  return { job, watch, ...promisedTo(job), ...(now() >= watch.deadline && { first: true }) };
};

/** The times it was promised, when it comes back for them: after that its next look has no claim to them. */
const promisedTo = ({ item: { slots, receives: before }, receives }: WatchJob): Pick<DueWatch, 'slots'> =>
  slots && receives <= before + 1 ? { slots } : {};

/** Says in the watch, as far as it can still be written, that an error of our own keeps it from being looked at. */
const noteFault = (job: WatchJob, runtime: Runtime): Promise<Disposition> => {
  const now = runtime.now();
  const apply = (watch: Watch) => waited(watch, OWN_FAULT, now + MINUTE, now);
  return saveChange(job, { apply, isLook: false }, runtime);
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

const OWN_FAULT: Missed = {
  cause: 'fault',
  code: 'own_fault',
  message: 'opwatch has a fault; the log of the poller has the error',
};

/** Why it was not looked at, in full: the lane has the words of the cloud, and they matter only past the deadline. */
const missedFor = async (watch: Watch, why: Unasked, { lanes, now }: Runtime): Promise<Missed> => {
  if (why === 'fault') return OWN_FAULT;
  return missedBy(now() < watch.deadline ? openLane : await lanes.read(watch.connection), why);
};

type Found<O> = { readonly job: WatchJob; readonly outcome: O; readonly moment: number };

/** Saves what a look brought, or that there was none, and returns when the message comes back. */
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
  { why, backAt, slots }: Extract<Outcome, { backAt: unknown }>,
  runtime: Runtime,
): Promise<Disposition> => {
  const now = runtime.now();
  const { body } = job.item;
  const missed = await missedFor(body, why, runtime);
  const apply = (watch: Watch) => waited(watch, missed, backAt, now);
  const forSlots = slots && { slots };
  if (apply(body) !== body) return saveChange(job, { apply, isLook: false, ...forSlots }, runtime);
  // Where nothing but the deadline comes first, it is looked at there, or begins to wait for its last look.
  const isBooked = slots !== undefined;
  const retryAt = isBooked || now >= body.deadline ? backAt : Math.min(backAt, body.deadline);
  return stayIdle(job, { retryAt, ...forSlots }, runtime);
};
