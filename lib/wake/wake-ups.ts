/**
 * A batch of wake-ups, whatever they wake: read, matched with their items, handled, hidden or acknowledged.
 *
 * A message is acknowledged when its item needs nothing more from it; otherwise it is hidden and reported as failed, so
 * that the very same message comes back. Whatever goes wrong, it comes back too, only at another time.
 */

import type { Item, Key } from '../core/item.ts';
import { againAfter, hideSeconds, isWornOut } from '../core/schedule.ts';
import { type Leased, letGo } from '../store/items.ts';
import { type Hide, queueOf, readWakeUp, type SqsRecord, type WakeUp } from '../store/queue.ts';
import type { Stores } from '../store/stores.ts';

export type Job<B> = {
  readonly wakeUp: WakeUp;
  readonly messageId: string;
  readonly item: Leased<B>;
  /** How often SQS has handed out this message, this time included. */
  readonly receives: number;
};

/** What becomes of a message: acknowledged, or back at a time (epoch ms). */
export type Fate = 'done' | { readonly backAt: number };

export type Tools = Pick<Stores, 'table' | 'queue' | 'log' | 'env' | 'now'>;

/** Whether a message is the one an item is looked after by: of its ticket, and no double of the one that has it already. */
export const isCurrent = (
  item: Leased<unknown>,
  { wakeUp, messageId }: Pick<Job<unknown>, 'wakeUp' | 'messageId'>,
): boolean => item.ticket === wakeUp.ticket && (item.message ?? messageId) === messageId;

/** Decides the fates of jobs; `around` holds the other items that were asked for. A job left out comes back in a minute or more. */
export type Work<B> = (jobs: readonly Job<B>[], around: readonly Item[]) => Promise<ReadonlyMap<Job<B>, Fate>>;

type Batch = {
  readonly records: readonly SqsRecord[];
  readonly queueUrls: readonly string[];
  /** How the partitions begin whose items it wakes; there is no item for a wake-up of another. */
  readonly partitions: readonly string[];
  /** Items to read along with a wake-up's own. */
  readonly alongside?: (wakeUp: WakeUp) => readonly Key[];
};

/**
 * Handles a batch and answers the ids of the messages that stay (Lambda's batchItemFailures). Throws when the items cannot
 * be read: then all of them come back, no later than those of a job left out.
 */
export const handleWakeUps = async <B>(batch: Batch, tools: Tools, work: Work<B>): Promise<string[]> => {
  const { records, queueUrls, partitions, alongside = () => [] } = batch;
  const { table, queue, log, now } = tools;
  const fates = new Map<string, Fate>();

  const bury = async (record: SqsRecord, reason: string): Promise<void> => {
    await queue.bury(tools.env.deadLetterQueue, record, reason);
    log.error('message buried', { message: record.messageId, reason });
    fates.set(record.messageId, 'done');
  };

  const read: { record: SqsRecord; wakeUp: WakeUp }[] = [];
  for (const record of records) {
    const message = readWakeUp(record.body);
    if ('wakeUp' in message) read.push({ record, wakeUp: message.wakeUp });
    else if ('malformed' in message) await bury(record, message.malformed).catch((error) => log.error(String(error)));
  }

  const hideAll = async (staying: readonly SqsRecord[]): Promise<void> => {
    const hides = new Map<string, Hide[]>();
    for (const record of staying) {
      const fate = fates.get(record.messageId);
      const again = againAfter(Number(record.attributes.ApproximateReceiveCount));
      const backAt = fate && fate !== 'done' ? fate.backAt : now() + again;
      const url = queueOf(record, queueUrls);
      hides.set(url, [
        ...(hides.get(url) ?? []),
        { receiptHandle: record.receiptHandle, seconds: hideSeconds(backAt, now()) },
      ]);
    }
    for (const [url, some] of hides) {
      await queue.hide(url, some).catch((error) => log.error('messages not hidden', { error: String(error) }));
    }
  };

  // A role may read no other partitions: one strange key would fail the reading of its whole batch.
  const ours = read.filter(({ wakeUp }) => partitions.some((beginning) => wakeUp.pk.startsWith(beginning)));
  const keys = ours.flatMap(({ wakeUp }) => [wakeUp, ...alongside(wakeUp)]);
  const items = await table.get(keys).catch(async (error: unknown) => {
    // Left to the queue's own visibility timeout they would be late by minutes.
    await hideAll(records);
    throw error;
  });
  const jobs: { record: SqsRecord; job: Job<B> }[] = [];
  for (const { record, wakeUp } of read) {
    const item = items.find(({ pk, sk }) => pk === wakeUp.pk && sk === wakeUp.sk) as Leased<B> | undefined;
    const receives = Number(record.attributes.ApproximateReceiveCount);
    const isWorn = isWornOut(receives, Number(record.attributes.SentTimestamp), now());
    const { messageId } = record;
    if (!item || !isCurrent(item, { wakeUp, messageId })) fates.set(messageId, 'done');
    else if (!isWorn) jobs.push({ record, job: { wakeUp, messageId, item, receives } });
    // What owes nothing needs no fresh message either.
    else if (item.aliveUntil === undefined || (await table.replace(letGo(item, now())))) fates.set(messageId, 'done');
  }

  const decided = await work(
    jobs.map(({ job }) => job),
    items,
  );
  for (const { record, job } of jobs) {
    const fate = decided.get(job);
    if (fate) fates.set(record.messageId, fate);
  }

  const staying = records.filter(({ messageId }) => fates.get(messageId) !== 'done');
  await hideAll(staying);
  return staying.map(({ messageId }) => messageId);
};
