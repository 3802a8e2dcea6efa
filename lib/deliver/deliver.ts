/** Wake-ups for deliveries: each is told in its target's turn, as far as that goes; the rest comes back. */

import { type Delivery, heldUp, mayAttemptAt, type WaitingFor } from '../core/delivery.ts';
import type { Item } from '../core/item.ts';
import { isNotice } from '../core/notice.ts';
import type { Attempts } from '../core/origin.ts';
import { restEnd } from '../core/resting.ts';
import { EARLY_MS, SECOND } from '../core/schedule.ts';
import { type Entry, SEATS, type Wish } from '../core/turn.ts';
import type { Watch } from '../core/watch.ts';
import type { Learned } from '../limits/turns.ts';
import type { Runtime } from '../runtime.ts';
import { leaseIsDue, withBody } from '../store/items.ts';
import { NOTICES, WATCHES, watchKey } from '../store/keys.ts';
import type { SqsRecord } from '../store/queue.ts';
import { type Disposition, type Dispositions, handleWakeUps, type Job } from '../wake/wake-ups.ts';
import type { Made } from './attempt.ts';
import { holdBack, tellOfDisabling } from './disabled.ts';
import { type Due, type Fates, isOfNoUse } from './due.ts';
import { apart, canMerge, isOfUrgent, leftByOthers, merged } from './merge.ts';
import { saveOvertaken } from './outcome.ts';
import { type Recipient, recipientOf } from './recipient.ts';
import { withSleep } from './sleep.ts';
import { type Outcome, tellGroup } from './tell.ts';

/** A slot this near is waited for. */
const PATIENCE_MS = 2 * SECOND;
/** A wait that is longer than this is written down. */
const WORTH_SHOWING_MS = 30 * SECOND;

/** Handles one batch of the notify queue; answers the ids of the messages that stay. */
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

/** Tells the recipients of a batch what is due, and returns the result of each delivery. */
const deliverBatch = async (
  jobs: readonly Job<Delivery>[],
  around: readonly Item[],
  runtime: Runtime,
): Promise<Dispositions<Delivery>> => {
  const sorted = await Promise.all(jobs.map((job) => sort(job, around, runtime)));
  const dues = sorted.flatMap((each) => ('due' in each ? [each.due] : []));
  const byGate = Map.groupBy(dues, ({ job }) => recipientOf(job.item.body, runtime.config).gate);
  const told = await Promise.all(
    [...byGate].map(([gate, some]) => tellThroughGate(gate, some, runtime).catch(unfinished(runtime))),
  );
  const results = new Map<Job<Delivery>, Disposition>([
    ...sorted.flatMap((each) => ('fate' in each ? [[each.job, each.fate] as const] : [])),
    ...told.flat().map(([{ job }, fate]) => [job, fate] as const),
  ]);
  return withSleep(results, runtime);
};

/** What has no fate comes back in a while, and nothing else waits for it: a batch that is left halfway would tell some twice. */
const unfinished =
  ({ log }: Runtime) =>
  (error: unknown): Fates => {
    log.error('deliveries not finished', { error: String(error) });
    return [];
  };

type Sorted = { readonly due: Due } | { readonly job: Job<Delivery>; readonly fate: Disposition };

/** Whether a delivery is due, or what becomes of its message. */
const sort = async (job: Job<Delivery>, around: readonly Item[], runtime: Runtime): Promise<Sorted> => {
  const { pk, body } = job.item;
  const watch = around.find((item) => item.pk === pk && item.sk === 'watch') as Item<Watch> | undefined;
  if (body.state !== 'waiting' || !(watch || isNotice(body.event))) return { job, fate: 'ack' };
  const due = { job, ...(watch && { watch: watch.body }) };
  // It is not told, so it waits for nothing: not for its time, nor for its target.
  const isLate = isOfNoUse(due, recipientOf(body, runtime.config)) && (body.claim?.until ?? 0) <= runtime.now();
  if (isLate) {
    const fate = saveOvertaken(job.item, runtime).catch((): Disposition => ({ retryAt: runtime.now() + SECOND }));
    return { job, fate: await fate };
  }
  const mayAt = mayAttemptAt(body, runtime.now());
  return mayAt > runtime.now() + EARLY_MS ? { job, fate: { retryAt: mayAt } } : { due };
};

/**
 * What found no turn comes back. What has come in vain before spreads out: not all of a backlog asks for the same slot.
 * A longer wait is written down, for the API to show. Whoever waits for a target that is down has not been forgotten: its lease is renewed, or the sweep would send for it.
 */
const comeBack = (
  dues: readonly Due[],
  at: number,
  runtime: Runtime,
  cause: WaitingFor['cause'] = 'target',
): Promise<Fates> => {
  const { table, log, now, chance } = runtime;
  const wait = async (due: Due): Promise<readonly [Due, Disposition]> => {
    const { item, receives } = due.job;
    const backAt = at + chance() * Math.min(receives, 10) * SECOND;
    const isHeldUp = at > Math.max(now(), item.body.waitingFor?.until ?? 0) + WORTH_SHOWING_MS;
    if (isHeldUp || leaseIsDue(item, backAt)) {
      const body = isHeldUp ? heldUp(item.body, { cause, until: at }) : item.body;
      await table
        .replace(withBody(item, body, backAt, now()))
        .catch((error) => log.warn('a lease was not renewed', { error: String(error) }));
    }
    return [due, { retryAt: backAt }];
  };
  return Promise.all(dues.map(wait));
};

const takeTurn = ({ turns, log, now }: Runtime, name: string, wish: Omit<Wish, 'patienceMs'>): Promise<Entry> =>
  turns.enter(name, { ...wish, patienceMs: PATIENCE_MS }).catch((error) => {
    log.warn('a turn could not be taken', { target: name, error: String(error) });
    return { backAt: now() + SECOND };
  });

/** Tells each recipient of a batch, once the gate they share, if they do, has let the batch through. */
const tellThroughGate = async (gate: string | undefined, dues: readonly Due[], runtime: Runtime): Promise<Fates> => {
  const tellAll = async (): Promise<Fates> => {
    const byRecipient = Map.groupBy(dues, ({ job }) => recipientOf(job.item.body, runtime.config).turn);
    const told = await Promise.all(
      [...byRecipient.values()].map((some) => tellInTurn(some, runtime).catch(unfinished(runtime))),
    );
    return told.flat();
  };
  if (gate === undefined) return tellAll();
  const by = runtime.uniqueId();
  const entry = await takeTurn(runtime, gate, { by, count: 1, rate: {}, seats: SEATS });
  if ('backAt' in entry) return comeBack(dues, entry.backAt, runtime);
  return tellAll().finally(() => runtime.turns.leave(gate, by, {}).catch(unfinished(runtime)));
};

/** Tells one recipient what a batch holds for it, as far as its turn allows; the rest comes back. */
const tellInTurn = async (dues: readonly Due[], runtime: Runtime): Promise<Fates> => {
  const { config, turns, log, uniqueId } = runtime;
  const [first] = dues;
  if (!first) return [];
  const recipient = recipientOf(first.job.item.body, config);
  const by = uniqueId();
  const { rate, seats } = recipient;
  const mergeable = dues.filter((due) => canMerge(due, recipient));
  const entry = await takeTurn(runtime, recipient.turn, {
    by,
    count: apart(dues, recipient).length,
    fewest: merged(dues, recipient).length,
    rate,
    seats,
    mergeable: mergeable.map(({ job }) => job.wakeUp),
    first: mergeable.filter(({ job }) => isOfUrgent(job.item)).map(({ job }) => job.wakeUp),
  });
  if ('backAt' in entry) return comeBack(dues, entry.backAt, runtime);
  if ('disabled' in entry) return holdBack(dues, recipient, entry.disabled, runtime);

  const { resting = {} } = entry;
  const restOf = ({ job }: Due): number => restEnd(resting, job.item.body.target, runtime.now());
  const [asleep, awake] = [
    dues.filter((due) => restOf(due) > runtime.now()),
    dues.filter((due) => restOf(due) <= runtime.now()),
  ];
  const put = await Promise.all(asleep.map((due) => comeBack([due], restOf(due), runtime, 'address')));

  const outcomes = await tellInSlots(awake, entry, recipient, runtime).catch(async (error) => {
    await turns.leave(recipient.turn, by, {});
    throw error;
  });
  // A seat that is not given back lapses; what was told is told.
  const disabled = await turns.leave(recipient.turn, by, learnedFrom(outcomes, recipient)).catch((error) => {
    log.warn('a seat was not given back', { target: recipient.turn, error: String(error) });
    return undefined;
  });
  if (disabled) {
    log.error('target disabled', { target: recipient.turn, why: disabled.reason });
    await tellOfDisabling(dues, recipient, disabled, runtime);
  }
  return [...put.flat(), ...outcomes.flatMap(({ fates }) => fates)];
};

/** One attempt in each slot; what has no slot comes back. */
const tellInSlots = async (
  dues: readonly Due[],
  { slots, waiting }: Extract<Entry, { slots: unknown }>,
  recipient: Recipient,
  runtime: Runtime,
): Promise<readonly Outcome[]> => {
  const all = [...dues, ...(await leftByOthers(waiting, recipient, runtime))];
  const each = apart(all, recipient);
  const groups = slots.length < each.length ? merged(all, recipient) : each;
  const [now, later] = [groups.slice(0, slots.length), groups.slice(slots.length)];
  const outcomes = await Promise.all(now.map((group, i) => tellInSlot(group, slots[i] ?? runtime.now(), runtime)));
  return [...outcomes, { fates: await comeBack(later.flat(), runtime.now() + SECOND, runtime) }];
};

const tellInSlot = async (group: readonly Due[], slotAt: number, runtime: Runtime): Promise<Outcome> => {
  const { config, log, now, pause } = runtime;
  const [one] = group;
  if (!one) return { fates: [] };
  if (slotAt > now()) await pause(slotAt - now());
  // The callbacks of one host share its turn, and nothing else: each has its own address and its tenant's secret.
  const whom = recipientOf(one.job.item.body, config);
  return tellGroup(group, whom, runtime).catch((error): Outcome => {
    log.error('delivery not finished', { delivery: one.job.item.body.id, error: String(error) });
    return { fates: [] };
  });
};

/** What a batch's attempts teach about their target. */
const learnedFrom = (outcomes: readonly Outcome[], { isNamed }: Recipient): Learned => {
  const mades = outcomes.flatMap(({ made }): Made[] => (made ? [made] : []));
  // What a callback asks for binds its own address, and no other of its host.
  const rests = outcomes.flatMap(({ made, fates: [first] }) => {
    const afterMs = made?.verdict.kind === 'retry' ? made.verdict.afterMs : undefined;
    return isNamed || !first || afterMs === undefined ? [] : [{ address: first[0].job.item.body.target, afterMs }];
  });
  const ofAll = mades.filter(({ verdict }) => isNamed || verdict.kind !== 'retry' || verdict.afterMs === undefined);
  const slow = ofAll.flatMap(({ verdict }) => (verdict.kind === 'retry' && verdict.slow ? [verdict.afterMs ?? 0] : []));
  const gone = mades.flatMap(({ verdict }) => (verdict.kind === 'gone' ? [verdict.reason] : [])).at(-1);
  const afterMs = Math.max(...slow, 0);
  const hangs = mades.some((made) => made.hangs);
  return {
    ...(mades.some(({ answer }) => answer) ? { answers: 'some' } : hangs && { answers: 'none' }),
    ...(isNamed && gone !== undefined && { gone }),
    ...(!isNamed && { attempts: attemptsIn(mades) }),
    ...(rests.length > 0 && { rests }),
    ...(slow.length > 0 && { slow: afterMs > 0 ? { afterMs } : {} }),
  };
};

/** How attempts at callbacks went, by what their receivers did: what opwatch could not send is no failure of theirs. */
const attemptsIn = (mades: readonly Made[]): Attempts => {
  const failures = mades.flatMap(({ verdict, isOurs }) =>
    verdict.kind === 'delivered' || isOurs ? [] : [verdict.reason],
  );
  const reason = failures.at(-1);
  return {
    succeeded: mades.some(({ verdict }) => verdict.kind === 'delivered'),
    failed: failures.length,
    ...(reason !== undefined && { reason }),
  };
};
