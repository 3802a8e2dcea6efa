/**
 * Handles a batch of wake-ups: reads the messages, matches them with their items, has the items handled, and then acknowledges
 * each message or hides it.
 *
 * A message is acknowledged when its item needs no more work from it. Any other message is hidden and reported as failed, so
 * that the same message comes back. A message whose item nobody could handle comes back too, only at another time.
 */

import type { Item, Key } from '../core/item.ts';
import { againAfter, hideSeconds, isWornOut } from '../core/schedule.ts';
import { type Leased, letGo } from '../store/items.ts';
import { type Hide, queueOf, readWakeUp, type SqsRecord, type WakeUp } from '../store/queue.ts';
import type { Stores } from '../store/stores.ts';

/** A message with its item. */
export type Job<B> = {
  readonly wakeUp: WakeUp;
  readonly messageId: string;
  readonly item: Leased<B>;
  /** How often SQS has handed out this message, this time included. */
  readonly receives: number;
};

/** The result of a message: it is acknowledged, or it comes back at a time (epoch ms). */
export type Disposition = 'ack' | { readonly retryAt: number };

/** The result of each job. A job that is left out comes back in a minute or more. */
export type Dispositions<B> = ReadonlyMap<Job<B>, Disposition>;

/** Handles the jobs of a batch and returns their results. `around` holds the items that were read alongside. */
type Handle<B> = (jobs: readonly Job<B>[], around: readonly Item[]) => Promise<Dispositions<B>>;

type WakeUpDeps = Pick<Stores, 'table' | 'queue' | 'log' | 'env' | 'now'>;

type Batch = {
  readonly records: readonly SqsRecord[];
  readonly queueUrls: readonly string[];
  /** How the partitions begin whose items it wakes; there is no item for a wake-up of another. */
  readonly partitions: readonly string[];
  /** Items to read along with a wake-up's own. */
  readonly alongside?: (wakeUp: WakeUp) => readonly Key[];
};

/** Whether an item expects this message: the message has the item's ticket, and no double of it has the item already. */
export const isCurrent = (
  item: Leased<unknown>,
  { wakeUp, messageId }: Pick<Job<unknown>, 'wakeUp' | 'messageId'>,
): boolean => item.ticket === wakeUp.ticket && (item.message ?? messageId) === messageId;

/**
 * Handles a batch and answers the ids of the messages that stay (Lambda's batchItemFailures). Throws when the items cannot
 * be read: then all of them come back, no later than those of a job left out.
 */
export const handleWakeUps = async <B>(batch: Batch, handle: Handle<B>, deps: WakeUpDeps): Promise<string[]> => {
  const { readable, results: unreadable } = await readBatch(batch, deps);
  const items = await readItems(batch, readable, deps);
  const { jobs, results: unneeded } = await matchItems<B>(readable, items, deps);
  const handled = await handle(jobs, items);
  const results = new Map([...unreadable, ...unneeded, ...resultsOf(jobs, handled)]);
  return hideRest(batch, results, deps);
};

/** The results of messages, by their ids. */
type Results = readonly (readonly [messageId: string, result: Disposition])[];

type Readable = { readonly record: SqsRecord; readonly wakeUp: WakeUp };

const resultsOf = <B>(jobs: readonly Job<B>[], handled: Dispositions<B>): Results =>
  jobs.flatMap((job) => {
    const result = handled.get(job);
    return result ? [[job.messageId, result] as const] : [];
  });

/** Reads the messages. A message that nobody will ever be able to read goes to the dead-letter queue. */
const readBatch = async (
  { records }: Batch,
  deps: WakeUpDeps,
): Promise<{ readonly readable: readonly Readable[]; readonly results: Results }> => {
  const readable: Readable[] = [];
  const dead: string[] = [];
  for (const record of records) {
    const message = readWakeUp(record.body);
    if ('wakeUp' in message) readable.push({ record, wakeUp: message.wakeUp });
    else if ('malformed' in message && (await deadLetter(record, message.malformed, deps))) dead.push(record.messageId);
  }
  return { readable, results: dead.map((messageId) => [messageId, 'ack']) };
};

/** Whether the dead-letter queue has taken a message. */
const deadLetter = async (record: SqsRecord, reason: string, { queue, env, log }: WakeUpDeps): Promise<boolean> => {
  try {
    await queue.deadLetter(env.deadLetterQueue, record, reason);
    log.error('message dead-lettered', { message: record.messageId, reason });
    return true;
  } catch (error) {
    log.error(String(error));
    return false;
  }
};

const readItems = (batch: Batch, readable: readonly Readable[], deps: WakeUpDeps): Promise<readonly Item[]> => {
  const { partitions, alongside = () => [] } = batch;
  // A role may read no other partitions: one strange key would fail the reading of its whole batch.
  const ours = readable.filter(({ wakeUp }) => partitions.some((beginning) => wakeUp.pk.startsWith(beginning)));
  const keys = ours.flatMap(({ wakeUp }) => [wakeUp, ...alongside(wakeUp)]);
  return deps.table.get(keys).catch(async (error: unknown) => {
    // Left to the queue's own visibility timeout they would be late by minutes.
    await hideRest(batch, new Map(), deps);
    throw error;
  });
};

/** Finds the item of each message, and settles the messages that no item needs and those that are worn out. */
const matchItems = async <B>(
  readable: readonly Readable[],
  items: readonly Item[],
  deps: WakeUpDeps,
): Promise<{ readonly jobs: readonly Job<B>[]; readonly results: Results }> => {
  const jobs: Job<B>[] = [];
  const unneeded: string[] = [];
  for (const { record, wakeUp } of readable) {
    const item = items.find(({ pk, sk }) => pk === wakeUp.pk && sk === wakeUp.sk) as Leased<B> | undefined;
    const { messageId } = record;
    if (!item || !isCurrent(item, { wakeUp, messageId })) unneeded.push(messageId);
    else if (!isWorn(record, deps.now())) jobs.push({ wakeUp, messageId, item, receives: receivesOf(record) });
    else if (await isLetGo(item, deps)) unneeded.push(messageId);
  }
  return { jobs, results: unneeded.map((messageId) => [messageId, 'ack']) };
};

const receivesOf = ({ attributes }: SqsRecord): number => Number(attributes.ApproximateReceiveCount);

const isWorn = (record: SqsRecord, now: number): boolean =>
  isWornOut(receivesOf(record), Number(record.attributes.SentTimestamp), now);

/** Whether an item can do without its worn-out message: the sweep sends it another, or the item owes nothing. */
const isLetGo = async (item: Leased<unknown>, { table, now }: WakeUpDeps): Promise<boolean> =>
  item.aliveUntil === undefined || table.replace(letGo(item, now()));

/** Acts on the results: hides every message that is not acknowledged, and answers the ids of these. */
const hideRest = async (
  { records, queueUrls }: Batch,
  results: ReadonlyMap<string, Disposition>,
  { queue, log, now }: WakeUpDeps,
): Promise<string[]> => {
  const staying = records.flatMap((record) => {
    const retryAt = retryAtOf(record, results.get(record.messageId), now());
    if (retryAt === undefined) return [];
    const hide: Hide = { receiptHandle: record.receiptHandle, seconds: hideSeconds(retryAt, now()) };
    return [{ hide, url: queueOf(record, queueUrls), messageId: record.messageId }];
  });
  for (const [url, some] of Map.groupBy(staying, (each) => each.url)) {
    const hides = some.map(({ hide }) => hide);
    await queue.hide(url, hides).catch((error) => log.error('messages not hidden', { error: String(error) }));
  }
  return staying.map(({ messageId }) => messageId);
};

/** When a message comes back; undefined where it is acknowledged. */
const retryAtOf = (record: SqsRecord, result: Disposition | undefined, now: number): number | undefined => {
  switch (result) {
    case 'ack':
      return undefined;
    case undefined:
      return now + againAfter(receivesOf(record));
    default:
      return result.retryAt;
  }
};
