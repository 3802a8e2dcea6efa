/** What calls functions: Lambda's event source mappings, and the schedule. */

import { MINUTE } from '../../lib/core/schedule.ts';
import type { SqsRecord } from '../../lib/store/queue.ts';
import { type Lineage, type MemorySqs, type Receipt, SqsError } from './memory-sqs.ts';
import type { Effects, Process } from './process.ts';
import type { Rng } from './rng.ts';
import { IDLE, type Timeline } from './timeline.ts';
import type { Oddity } from './world.ts';

type Consumer = {
  readonly url: string;
  readonly name: string;
  readonly sqs: MemorySqs;
  /** Answers the ids of the messages that stay. */
  readonly handle: (records: readonly SqsRecord[], process: Process) => Promise<string[]>;
  /** Told what a function threw, and that one died. */
  readonly onDeath: (error: unknown) => void;
  /** Batches it is called with at a time (maximumConcurrency); any number while it is left out. */
  readonly concurrency?: number;
};

export type Triggers = {
  readonly onVisible: (url: string, at: number) => void;
  readonly consume: (consumer: Consumer) => void;
  /** From now on nobody takes from that queue. */
  readonly release: (url: string) => void;
  /**
   * Calls a function every minute, but for those in which it would find nothing to do: `nextAt` says when there will be
   * something, and what is answered is to be told when there is something sooner.
   */
  readonly everyMinute: (name: string, nextAt: () => number, call: () => Promise<void>) => (at: number) => void;
  readonly cutChains: () => number;
};

type TriggerDeps = {
  readonly timeline: Timeline;
  readonly chance: Rng;
  readonly effects: Effects;
  readonly happens: (what: Oddity) => boolean;
  readonly downUntil: (name: string, queueUrl?: string) => number;
  readonly trace?: (line: string) => void;
};

const BATCH_MAX = 10;
/** A queue that hands out no more is asked again after this long. */
const FULL_MS = 20_000;
const TIMEOUT_MS = 30_000;
/** Lambda stops a function that is called by its own doing after about 16 rounds (developer guide, "recursive loop detection"). */
const CHAIN_MAX = 16;

export const attachTriggers = ({ timeline, chance, effects, happens, downUntil, trace }: TriggerDeps): Triggers => {
  const consumers = new Map<string, Consumer>();
  const busy = new Map<string, number>();
  /** Queues that hand out no more, and when they are asked again. */
  const full = new Map<string, number>();
  let cut = 0;

  const lookAt = (url: string, at: number): void => {
    timeline.at(at + chance.between(2, 80), () => {
      const consumer = consumers.get(url);
      if (!consumer) return;
      const down = downUntil(consumer.name, url);
      if (down > timeline.now()) return lookAt(url, down);
      const { concurrency = Number.POSITIVE_INFINITY, sqs } = consumer;
      if ((busy.get(url) ?? 0) >= concurrency) return IDLE;
      if ((full.get(url) ?? 0) > timeline.now()) return IDLE;
      const batch = received(sqs, url);
      if (batch === 'full') {
        full.set(url, timeline.now() + FULL_MS);
        return lookAt(url, timeline.now() + FULL_MS);
      }
      // What was to be visible by now was hidden again meanwhile, or taken along with another.
      if (batch.length === 0) return IDLE;
      return void (concurrency < Number.POSITIVE_INFINITY ? workInTurn(consumer, batch) : work(consumer, batch));
    });
  };

  /** As `work`; the first that is done goes on with what waits, for no more are at work than may be. */
  const workInTurn = async (consumer: Consumer, batch: readonly Receipt[]): Promise<void> => {
    const { url, sqs } = consumer;
    busy.set(url, (busy.get(url) ?? 0) + 1);
    await work(consumer, batch);
    busy.set(url, (busy.get(url) ?? 1) - 1);
    if (sqs.messages(url).some(({ visibleAt }) => visibleAt <= timeline.now())) lookAt(url, timeline.now());
  };

  const work = async ({ url, name, sqs, handle, onDeath }: Consumer, batch: readonly Receipt[]): Promise<void> => {
    const lineage = oneLonger(
      batch.map((message) => message.lineage),
      name,
    );
    if ((lineage[name] ?? 0) > CHAIN_MAX) {
      cut += 1;
      trace?.(`${name}: the chain is too long, the batch is dropped`);
      return;
    }
    if (happens('throttled call')) return;
    const records = batch.map(({ record }) => record);
    try {
      const staying = await effects.run(name, TIMEOUT_MS, (process) => handle(records, process), lineage);
      // An id that is not in the batch makes Lambda take the whole batch for failed.
      if (!staying.every((id) => records.some(({ messageId }) => messageId === id))) return;
      const done = records.filter(({ messageId }) => !staying.includes(messageId));
      if (done.length > 0 && !happens('lost ack'))
        sqs.remove(
          url,
          done.map(({ receiptHandle }) => receiptHandle),
        );
    } catch (error) {
      // Nothing is deleted: everything comes back when the queue's own visibility timeout is over.
      trace?.(`${name}: ${String(error)}`);
      onDeath(error);
    }
  };

  return {
    onVisible: lookAt,
    consume: (consumer) => {
      consumers.set(consumer.url, consumer);
      if (consumer.sqs.messages(consumer.url).length > 0) lookAt(consumer.url, timeline.now());
    },
    release: (url) => {
      consumers.delete(url);
    },
    everyMinute: (name, nextAt, call) => {
      let planned = Number.POSITIVE_INFINITY;

      const plan = (at: number): void => {
        const minute = Math.ceil(Math.max(at, downUntil(name), timeline.now() + 1) / MINUTE) * MINUTE;
        if (minute >= planned) return;
        planned = minute;
        timeline.at(minute, () => (minute === planned ? tick() : IDLE));
      };
      const tick = (): unknown => {
        planned = Number.POSITIVE_INFINITY;
        // What had it planned may have been seen to meanwhile.
        if (nextAt() >= timeline.now()) {
          plan(nextAt());
          return IDLE;
        }
        const times = happens('skipped sweep') ? 0 : happens('doubled sweep') ? 2 : 1;
        for (let i = 0; i < times; i += 1) void call().catch((error) => trace?.(`${name}: ${String(error)}`));
        plan(nextAt());
        return undefined;
      };

      plan(nextAt());
      return plan;
    },
    cutChains: () => cut,
  };
};

/** What a queue hands out, or that it has handed out all that it may. */
const received = (sqs: MemorySqs, url: string): readonly Receipt[] | 'full' => {
  try {
    return sqs.receive(url, BATCH_MAX);
  } catch (error) {
    if (error instanceof SqsError && error.name === 'OverLimit') return 'full';
    throw error;
  }
};

const oneLonger = (lineages: readonly Lineage[], name: string): Lineage => {
  const longest: Record<string, number> = {};
  for (const lineage of lineages) {
    for (const [each, rounds] of Object.entries(lineage)) longest[each] = Math.max(longest[each] ?? 0, rounds);
  }
  return { ...longest, [name]: (longest[name] ?? 0) + 1 };
};
