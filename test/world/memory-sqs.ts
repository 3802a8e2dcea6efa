/**
 * SQS standard queues in memory, with what makes them hard: messages come in any order and now and then twice, a receipt
 * handle is good until the message is received again, a batch is answered well though some of it was not taken, nothing is
 * hidden for more than 12 hours from its receipt, nothing lives longer than 14 days.
 */
import type { SqsRecord } from '../../lib/store/queue.ts';
import type { Rng } from './rng.ts';

export type Message = {
  readonly id: string;
  readonly body: string;
  /** What the message attribute `reason` holds. */
  readonly reason?: string;
  readonly sentAt: number;
  /** How often each function is in the chain of causes that led to this message (Lambda's recursion detection counts so). */
  readonly lineage: Lineage;
  receives: number;
  receivedAt: number;
  visibleAt: number;
};
export type Lineage = Readonly<Record<string, number>>;

export type QueueSettings = {
  readonly visibilitySeconds: number;
  readonly maxReceiveCount?: number;
  readonly deadLetters?: string;
};

export type SendEntry = {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly reason?: string;
};
export type HideEntry = { readonly Id: string; readonly ReceiptHandle: string; readonly VisibilityTimeout: number };
export type Failed = {
  readonly Id: string;
  readonly Code: string;
  readonly SenderFault: boolean;
  readonly Message?: string;
};

export type Receipt = { readonly record: SqsRecord; readonly lineage: Lineage; readonly reason?: string };

export type MemorySqs = {
  readonly create: (url: string, settings: QueueSettings) => void;
  readonly send: (url: string, entries: readonly SendEntry[], lineage?: Lineage) => readonly Failed[];
  readonly receive: (url: string, max: number) => readonly Receipt[];
  readonly hide: (url: string, entries: readonly HideEntry[]) => readonly Failed[];
  /** Deletes what these handles still stand for. A stale one is answered well, and may delete nothing. */
  readonly remove: (url: string, handles: readonly string[]) => void;
  readonly purge: (url: string) => void;
  /** Deletes a queue with all that is in it. */
  readonly drop: (url: string) => void;
  readonly messages: (url: string) => readonly Message[];
};

/** What a standard queue may do at any time. */
export type Oddity =
  /** A message is handed out and stays visible all the same. */
  | 'duplicated message'
  /** An entry of a batch is not taken. */
  | 'refused entry'
  | RareOddity;

export type RareOddity =
  /** A message that was sent or hidden is out of sight for 12 hours. */
  | 'late message'
  /** The count of its receipts, which SQS calls approximate, is too high by many. */
  | 'receives jump';

export type MemorySqsOptions = {
  readonly now: () => number;
  readonly chance: Rng;
  /** Whether it happens this time. */
  readonly happens?: (what: Oddity) => boolean;
  /** How many messages of a queue may be hidden at a time; SQS's own limit where it answers undefined. */
  readonly inFlightMax?: () => number | undefined;
  /** Told when a message of a queue will next be visible. */
  readonly onVisible?: (url: string, at: number) => void;
  /** Shown every text that is sent. */
  readonly inspect?: (text: string) => void;
};

const BATCH_MAX = 10;
const BATCH_BYTES_MAX = 256 * 1024;
const DELAY_MAX_SECONDS = 900;
const HIDE_MAX_SECONDS = 43_200;
const RETENTION_MS = 14 * 86_400_000;
const IN_FLIGHT_MAX = 120_000;
/** How much too high a count of receipts is at most, after one jump. */
export const JUMP_MAX = 300;

/** A request SQS refuses as a whole. */
export class SqsError extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

type Queue = { readonly url: string; readonly settings: QueueSettings; readonly messages: Map<string, Message> };

const checkBatch = (entries: readonly { readonly Id: string }[]): void => {
  if (entries.length === 0) throw new SqsError('EmptyBatchRequest');
  if (entries.length > BATCH_MAX) throw new SqsError('TooManyEntriesInBatchRequest');
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw new SqsError('BatchEntryIdsNotDistinct');
};

const isWhole = (value: number, max: number): boolean => Number.isInteger(value) && value >= 0 && value <= max;

const ourFault = (Id: string, Code: string, Message?: string): Failed => ({
  Id,
  Code,
  SenderFault: true,
  ...(Message && { Message }),
});
const theirFault = (Id: string): Failed => ({ Id, Code: 'InternalError', SenderFault: false });

export const createMemorySqs = ({
  now,
  chance,
  happens = () => false,
  inFlightMax = () => undefined,
  onVisible,
  inspect,
}: MemorySqsOptions): MemorySqs => {
  const queues = new Map<string, Queue>();
  let sent = 0;

  const queueAt = (url: string): Queue => {
    const queue = queues.get(url);
    if (!queue) throw new SqsError('QueueDoesNotExist');
    for (const message of queue.messages.values()) {
      if (message.sentAt + RETENTION_MS <= now()) queue.messages.delete(message.id);
    }
    return queue;
  };

  const showAt = (queue: Queue, message: Message, at: number): void => {
    message.visibleAt = at;
    onVisible?.(queue.url, at);
  };

  /** The message a handle stands for, while it is the one of the latest receipt. */
  const held = (queue: Queue, handle: string): Message | undefined => {
    const [id = '', receipt] = handle.split('#');
    const message = queue.messages.get(id);
    return message && String(message.receives) === receipt ? message : undefined;
  };

  const toDeadLetters = (queue: Queue, message: Message): void => {
    queue.messages.delete(message.id);
    const { deadLetters } = queue.settings;
    // On a standard queue a message keeps the time it was first sent.
    if (deadLetters !== undefined) queueAt(deadLetters).messages.set(message.id, { ...message, visibleAt: now() });
  };

  const handOut = (queue: Queue, message: Message): Receipt => {
    message.receives += happens('receives jump') ? 1 + chance.below(JUMP_MAX) : 1;
    message.receivedAt = now();
    const isDouble = happens('duplicated message');
    const hiddenFor = isDouble ? chance.spread(1, 60_000) : queue.settings.visibilitySeconds * 1000;
    showAt(queue, message, now() + hiddenFor);
    const record = {
      messageId: message.id,
      receiptHandle: `${message.id}#${message.receives}`,
      body: message.body,
      attributes: { ApproximateReceiveCount: String(message.receives), SentTimestamp: String(message.sentAt) },
      eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${queue.url.split('/').at(-1)}`,
    };
    const { lineage, reason } = message;
    return { record, lineage, ...(reason !== undefined && { reason }) };
  };

  return {
    create: (url, settings) => {
      queues.set(url, { url, settings, messages: new Map() });
    },

    send: (url, entries, lineage = {}) => {
      const queue = queueAt(url);
      checkBatch(entries);
      const bytes = entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
      if (bytes > BATCH_BYTES_MAX) throw new SqsError('BatchRequestTooLong');
      const failed: Failed[] = [];
      for (const { Id, MessageBody, DelaySeconds = 0, reason } of entries) {
        if (MessageBody === '') failed.push(ourFault(Id, 'MissingParameter'));
        else if (!isWhole(DelaySeconds, DELAY_MAX_SECONDS)) failed.push(ourFault(Id, 'InvalidParameterValue'));
        else if (happens('refused entry')) failed.push(theirFault(Id));
        else {
          sent += 1;
          inspect?.(reason === undefined ? MessageBody : `${MessageBody} ${reason}`);
          const about = {
            id: `m${sent}`,
            body: MessageBody,
            sentAt: now(),
            lineage,
            ...(reason !== undefined && { reason }),
          };
          const message = { ...about, receives: 0, receivedAt: 0, visibleAt: 0 };
          queue.messages.set(message.id, message);
          showAt(queue, message, now() + (happens('late message') ? HIDE_MAX_SECONDS : DelaySeconds) * 1000);
        }
      }
      return failed;
    },

    receive: (url, max) => {
      if (max < 1 || max > BATCH_MAX) throw new SqsError('InvalidParameterValue');
      const queue = queueAt(url);
      const { maxReceiveCount = Number.POSITIVE_INFINITY } = queue.settings;
      const visible: Message[] = [];
      for (const message of queue.messages.values()) {
        if (message.visibleAt > now()) continue;
        if (message.receives >= maxReceiveCount) toDeadLetters(queue, message);
        else visible.push(message);
      }
      const inFlight = queue.messages.size - visible.length;
      if (inFlight >= (inFlightMax() ?? IN_FLIGHT_MAX)) throw new SqsError('OverLimit');
      const taken: Message[] = [];
      while (visible.length > 0 && taken.length < max) taken.push(...visible.splice(chance.below(visible.length), 1));
      return taken.map((message) => handOut(queue, message));
    },

    hide: (url, entries) => {
      const queue = queueAt(url);
      checkBatch(entries);
      const failed: Failed[] = [];
      for (const { Id, ReceiptHandle, VisibilityTimeout: seconds } of entries) {
        const message = held(queue, ReceiptHandle);
        if (!isWhole(seconds, HIDE_MAX_SECONDS)) failed.push(ourFault(Id, 'InvalidParameterValue'));
        else if (!message) failed.push(ourFault(Id, 'ReceiptHandleIsInvalid'));
        else if (message.visibleAt <= now()) failed.push(ourFault(Id, 'MessageNotInflight'));
        else if (now() + seconds * 1000 > message.receivedAt + HIDE_MAX_SECONDS * 1000) {
          failed.push(
            ourFault(Id, 'InvalidParameterValue', 'Total VisibilityTimeout for the message is beyond the limit'),
          );
        } else if (happens('refused entry')) failed.push(theirFault(Id));
        else showAt(queue, message, now() + (happens('late message') ? HIDE_MAX_SECONDS : seconds) * 1000);
      }
      return failed;
    },

    remove: (url, handles) => {
      const queue = queueAt(url);
      for (const handle of handles) {
        const message =
          held(queue, handle) ?? (chance.is(0.5) ? queue.messages.get(handle.split('#')[0] ?? '') : undefined);
        if (message) queue.messages.delete(message.id);
      }
    },

    purge: (url) => queueAt(url).messages.clear(),
    drop: (url) => {
      queues.delete(url);
    },
    messages: (url) => [...queueAt(url).messages.values()],
  };
};
