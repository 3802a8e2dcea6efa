/** Ten watches under way and due, as they lie in the table between two looks: what a poller's batch usually is. */

import { decide } from '../../lib/core/decide.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/core/schedule.ts';
import { newWatchItem, type WatchItem, wakeUpOf } from '../../lib/store/items.ts';
import { type SqsRecord, writeWakeUp } from '../../lib/store/queue.ts';
import { bodyStating, idsOf } from '../offline/operations.ts';
import { watchWith } from '../samples.ts';

const HABITS = {
  graceMs: MINUTE,
  missesUntilLost: 3,
  gap: { factor: 2, minMs: 5 * SECOND, maxMs: 5 * MINUTE },
};

const operationOf = (i: number) => ({ ...idsOf('aliyun-emr'), OperationId: `op-13c37a77c505${i}` });

/** What the cloud says of each of them, every time: the stand-in's own answer. */
export const CLOUD_ANSWER = bodyStating('aliyun-emr', 'IN_PROGRESS', 1_628_589_439_114) as {
  readonly RequestId: string;
  readonly Operation: {
    readonly StartTime: number;
    readonly StateChangeReason: { readonly Code: string; readonly Message: string };
  };
};

/** Leased for an hour yet, so that a look which brings nothing new has nothing to write. */
export const tenWatches = (now: number): readonly WatchItem[] =>
  Array.from({ length: 10 }, (_, i) => {
    const submittedAt = now - 6 * MINUTE;
    const before = watchWith({
      id: `w_bench${i}`,
      operation: operationOf(i),
      submittedAt,
      deadline: submittedAt + 24 * HOUR,
    });
    const sight = { kind: 'seen', status: 'running', word: 'IN_PROGRESS', known: true } as const;
    const { RequestId, Operation } = CLOUD_ANSWER;
    const { StartTime, StateChangeReason } = Operation;
    const facts = {
      operationType: 'CREATE_CLUSTER',
      startedAt: StartTime,
      reasonCode: StateChangeReason.Code,
      reasonMessage: StateChangeReason.Message,
      requestId: RequestId,
    };
    const body = decide(before, { ...sight, facts }, now - MINUTE, HABITS);
    return { ...newWatchItem({ ...body, looks: 12 }, now), aliveUntil: now + HOUR };
  });

export const recordsOf = (items: readonly WatchItem[], queueName: string): readonly SqsRecord[] =>
  items.map((item, i) => ({
    messageId: `00000000-0000-4000-8000-00000000000${i}`,
    receiptHandle: `receipt-${i}-AQEBzWwaftRI0KuVm4tP+/7q1rGgNqicHq3sLdGKpm6T`,
    body: writeWakeUp(wakeUpOf(item)),
    attributes: { ApproximateReceiveCount: '12', SentTimestamp: String(item.body.submittedAt) },
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queueName}`,
  }));
