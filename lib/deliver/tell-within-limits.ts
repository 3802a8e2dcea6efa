/** Sends the deliveries of a batch, as far as each target limiter has slots. The other deliveries come back later. */

import { restEnd } from '../core/resting.ts';
import { SECOND } from '../core/schedule.ts';
import { type Disabled, type Entry, PERMITS, type PermitRequest } from '../core/target-limiter.ts';
import type { Runtime } from '../runtime.ts';
import { comeBack } from './come-back.ts';
import { holdBack, tellOfDisabling } from './disabled.ts';
import type { DueDelivery, Results } from './due.ts';
import { learnedFrom } from './learned.ts';
import { apart, canMerge, isOfUrgent, leftByOthers, merged } from './merge.ts';
import type { Recorded } from './message.ts';
import { type Recipient, recipientOf } from './recipient.ts';
import { tell } from './tell.ts';

/** The longest time for which the function waits for a slot. */
const PATIENCE_MS = 2 * SECOND;

/**
 * Turns a failure into an empty list of results. These deliveries come back later, and the rest of the batch goes on. A
 * batch that stopped halfway would send some deliveries twice.
 */
export const orUnfinished = (results: Promise<Results>, { log }: Pick<Runtime, 'log'>): Promise<Results> =>
  results.catch((error: unknown) => {
    log.error('deliveries not finished', { error: String(error) });
    return [];
  });

/**
 * Sends the deliveries of a batch to their recipients. All callbacks of one tenant share a limiter, the gate. The batch
 * takes a permit of the gate first.
 */
export const tellThroughGate = async (
  gate: string | undefined,
  dues: readonly DueDelivery[],
  runtime: Runtime,
): Promise<Results> => {
  if (gate === undefined) return tellRecipients(dues, runtime);
  const by = runtime.uniqueId();
  const entry = await acquire(gate, { by, count: 1, rate: {}, permits: PERMITS }, runtime);
  if ('retryAt' in entry) return comeBack(dues, { at: entry.retryAt, cause: 'target' }, runtime);
  const results = tellRecipients(dues, runtime);
  return results.finally(() =>
    orUnfinished(
      runtime.targetLimiters.release(gate, by, {}).then(() => []),
      runtime,
    ),
  );
};

const tellRecipients = async (dues: readonly DueDelivery[], runtime: Runtime): Promise<Results> => {
  const byLimiter = Map.groupBy(dues, ({ job }) => recipientOf(job.item.body, runtime.config).limiter);
  const results = await Promise.all(
    [...byLimiter.values()].map((some) => orUnfinished(tellRecipient(some, runtime), runtime)),
  );
  return results.flat();
};

/** Sends the deliveries of a batch to one recipient, as far as its limiter allows. */
const tellRecipient = async (dues: readonly DueDelivery[], runtime: Runtime): Promise<Results> => {
  const [first] = dues;
  if (!first) return [];
  const recipient = recipientOf(first.job.item.body, runtime.config);
  const by = runtime.uniqueId();
  const entry = await acquire(recipient.limiter, { by, ...wishOf(dues, recipient) }, runtime);
  if ('retryAt' in entry) return comeBack(dues, { at: entry.retryAt, cause: 'target' }, runtime);
  if ('disabled' in entry) return holdBack(dues, { recipient, disabled: entry.disabled }, runtime);

  const { resting, awake } = await sendAwayResting(dues, entry, runtime);
  const recorded = await tellInSlots(awake, { recipient, entry }, runtime).catch(async (error) => {
    await runtime.targetLimiters.release(recipient.limiter, by, {});
    throw error;
  });
  const disabled = await release(recipient, { by, recorded }, runtime);
  if (disabled) await tellOfDisabling(dues, { recipient, disabled }, runtime);
  return [...resting, ...recorded.flatMap(({ results }) => results)];
};

const acquire = (
  name: string,
  wish: Omit<PermitRequest, 'patienceMs'>,
  { targetLimiters, log, now }: Runtime,
): Promise<Entry> =>
  targetLimiters.acquire(name, { ...wish, patienceMs: PATIENCE_MS }).catch((error) => {
    log.warn('a limiter could not be taken', { target: name, error: String(error) });
    return { retryAt: now() + SECOND };
  });

/** Returns the request of a batch to a target limiter: for one permit and a number of slots. */
const wishOf = (dues: readonly DueDelivery[], recipient: Recipient): Omit<PermitRequest, 'by' | 'patienceMs'> => {
  const { rate, permits } = recipient;
  const mergeable = dues.filter((due) => canMerge(due, recipient));
  return {
    count: apart(dues, recipient).length,
    fewest: merged(dues, recipient).length,
    rate,
    permits,
    mergeable: mergeable.map(({ job }) => job.wakeUp),
    first: mergeable.filter(({ job }) => isOfUrgent(job.item)).map(({ job }) => job.wakeUp),
  };
};

type Entered = Extract<Entry, { slots: unknown }>;

/** Sends deliveries away whose own address has asked for a pause. */
const sendAwayResting = async (
  dues: readonly DueDelivery[],
  { resting = {} }: Entered,
  runtime: Runtime,
): Promise<{ readonly resting: Results; readonly awake: readonly DueDelivery[] }> => {
  const now = runtime.now();
  const { no: awake = [], yes: asleep = [] } = Object.groupBy(dues, ({ job }) =>
    restEnd(resting, job.item.body.target, now) > now ? 'yes' : 'no',
  );
  const results = asleep.map((due) => {
    const at = restEnd(resting, due.job.item.body.target, now);
    return comeBack([due], { at, cause: 'address' }, runtime);
  });
  return { resting: (await Promise.all(results)).flat(), awake };
};

/** Sends one message in each slot. Deliveries without a slot come back later. */
const tellInSlots = async (
  dues: readonly DueDelivery[],
  { recipient, entry }: { readonly recipient: Recipient; readonly entry: Entered },
  runtime: Runtime,
): Promise<readonly Recorded[]> => {
  const { slots, waiting } = entry;
  const all = [...dues, ...(await leftByOthers(waiting, recipient, runtime))];
  const each = apart(all, recipient);
  const groups = slots.length < each.length ? merged(all, recipient) : each;
  const [now, later] = [groups.slice(0, slots.length), groups.slice(slots.length)];
  const recorded = await Promise.all(now.map((group, i) => tellInSlot(group, slots[i] ?? runtime.now(), runtime)));
  const at = runtime.now() + SECOND;
  return [...recorded, { results: await comeBack(later.flat(), { at, cause: 'target' }, runtime) }];
};

const tellInSlot = async (dues: readonly DueDelivery[], slotAt: number, runtime: Runtime): Promise<Recorded> => {
  const { config, log, now, pause } = runtime;
  const [one] = dues;
  if (!one) return { results: [] };
  if (slotAt > now()) await pause(slotAt - now());
  // Callbacks of one host share only the limiter. Each callback has its own address.
  const recipient = recipientOf(one.job.item.body, config);
  return tell({ recipient, dues }, runtime).catch((error): Recorded => {
    log.error('delivery not finished', { delivery: one.job.item.body.id, error: String(error) });
    return { results: [] };
  });
};

/**
 * Gives the permit back and records the findings of the attempts. If they disable the target, it returns the time and
 * the reason.
 */
const release = async (
  recipient: Recipient,
  { by, recorded }: { readonly by: string; readonly recorded: readonly Recorded[] },
  { targetLimiters, log }: Runtime,
): Promise<Disabled | undefined> => {
  const { limiter } = recipient;
  try {
    const disabled = await targetLimiters.release(limiter, by, learnedFrom(recorded, recipient));
    if (disabled) log.error('target disabled', { target: limiter, why: disabled.reason });
    return disabled;
  } catch (error) {
    // A permit that nobody gives back ends by itself. Every attempt is already saved.
    log.warn('a permit was not given back', { target: limiter, error: String(error) });
    return undefined;
  }
};
