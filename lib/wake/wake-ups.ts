/**
 * Handles a batch of wake-ups. It reads the messages and their items, lets a function handle the items, and then
 * acknowledges or hides each message.
 *
 * It acknowledges a message when the item needs no more work from this message. It hides every other message and
 * reports it as failed, so that SQS hands out the same message again. If nobody could handle an item, its message also
 * comes back, but at another time.
 */

import type { Item, Key } from '../core/item.ts';
import { againAfter, hideSeconds, isWornOut } from '../core/schedule.ts';
import { type Leased, letGo } from '../store/items.ts';
import { type Hide, queueOf, readWakeUp, type SqsRecord, type WakeUp } from '../store/queue.ts';
import type { Stores } from '../store/stores.ts';

/** A message and its item. */
export type Job<B> = {
  readonly wakeUp: WakeUp;
  readonly messageId: string;
  readonly item: Leased<B>;
  /** The number of times that SQS has handed out this message, with the present time. */
  readonly receives: number;
};

/** The result of a message: the function acknowledges it, or the message comes back at a time (epoch ms). */
export type Disposition = 'ack' | { readonly retryAt: number };

/** The result of each job. A job without a result comes back in a minute or more. */
export type Dispositions<B> = ReadonlyMap<Job<B>, Disposition>;

/**
 * Handles the jobs of a batch and returns their results. `around` holds the items that were read together with the
 * jobs.
 */
type Handle<B> = (jobs: readonly Job<B>[], around: readonly Item[]) => Promise<Dispositions<B>>;

type WakeUpDeps = Pick<Stores, 'table' | 'queue' | 'log' | 'env' | 'now'>;

type Batch = {
  readonly records: readonly SqsRecord[];
  readonly queueUrls: readonly string[];
  /**
   * The beginnings of the partition keys whose items the function wakes. A wake-up of another partition finds no item.
   */
  readonly partitions: readonly string[];
  /** Returns the keys of further items that are read together with the item of a wake-up. */
  readonly alongside?: (wakeUp: WakeUp) => readonly Key[];
};

/**
 * Answers whether an item expects this message. The message must have the item's ticket, and the item must not belong
 * to a second copy of the message.
 */
export const isCurrent = (
  item: Leased<unknown>,
  { wakeUp, messageId }: Pick<Job<unknown>, 'wakeUp' | 'messageId'>,
): boolean => item.ticket === wakeUp.ticket && (item.message ?? messageId) === messageId;

/**
 * Handles a batch, and answers the ids of the messages that stay (Lambda's batchItemFailures). Throws where the table
 * does not answer. All messages of the batch then come back in a minute or so.
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

/** Reads the messages. A message that no function can ever read goes to the dead-letter queue. */
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

/** Sends a message to the dead-letter queue. Answers whether the queue has accepted it. */
const deadLetter = async (record: SqsRecord, reason: string, { queue, env, log }: WakeUpDeps): Promise<boolean> => {
  try {
    await queue.deadLetter(env.deadLetterQueue, record, reason);
    log.error('message dead-lettered', { message: record.messageId, reason });
    return true;
  } catch (error) {
    log.error('message not dead-lettered', { message: record.messageId, error: String(error) });
    return false;
  }
};

const readItems = (batch: Batch, readable: readonly Readable[], deps: WakeUpDeps): Promise<readonly Item[]> => {
  const { partitions, alongside = () => [] } = batch;
  // The role of a function may read only its own partitions. One key of another partition would make the read of the
  // whole batch fail.
  const ours = readable.filter(({ wakeUp }) => partitions.some((beginning) => wakeUp.pk.startsWith(beginning)));
  const keys = ours.flatMap(({ wakeUp }) => [wakeUp, ...alongside(wakeUp)]);
  return deps.table.get(keys).catch(async (error: unknown) => {
    // Without this call the messages would come back only after the queue's own visibility timeout, minutes too late.
    await hideRest(batch, new Map(), deps);
    throw error;
  });
};

/**
 * Finds the item of each message. Two kinds of messages go no further: those that no item needs, and those that SQS has
 * handed out too often.
 */
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

/**
 * Answers whether an item does not need its old message: the sweep sends another message, or the item has no more work.
 */
const isLetGo = async (item: Leased<unknown>, { table, now }: WakeUpDeps): Promise<boolean> =>
  item.aliveUntil === undefined || table.replace(letGo(item, now()));

/** Acts on the results. It hides every message that is not acknowledged, and answers the ids of these messages. */
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

/** Returns the time when a message comes back. Returns undefined for a message that is acknowledged. */
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
