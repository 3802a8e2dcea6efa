/**
 * The probe's function behind a queue. Each message says what is to be done at each of its receipts, and each receipt is
 * written down: the checks play with it what opwatch's own functions do, and look at what comes of it.
 */
import * as v from 'valibot';
import type { Key } from '../../../lib/core/item.ts';
import type { Queue, SqsRecord } from '../../../lib/store/queue.ts';
import type { Table } from '../../../lib/store/store.ts';

const Step = v.union([
  /** Hides the message and reports it as failed, as opwatch does. */
  v.object({ hide: v.number() }),
  /** Answers that nothing failed. */
  v.object({ answer: v.picklist(['an empty list', 'nothing']) }),
  /** Answers what makes the whole batch fail. */
  v.object({ fail: v.picklist(['an unknown id', 'an error']) }),
  /** Takes its time, then answers that nothing failed. */
  v.object({ work: v.number() }),
]);
export type Step = v.InferOutput<typeof Step>;

const Play = v.object({ run: v.string(), message: v.number(), steps: v.array(Step) });
export type Play = v.InferOutput<typeof Play>;

/** One receipt of one message. Instants are the function's, epoch ms. */
export type Receipt = {
  readonly message: number;
  readonly receives: number;
  readonly sentAt: number;
  readonly queueArn: string;
  readonly at: number;
  /** When the function was done with its batch. */
  readonly until: number;
  readonly invocation: string;
};

/** All receipts of one run lie in this partition. */
export const runKey = (run: string): string => `probe#${run}`;

const receiptKey = ({ run, message }: Play, receives: number, invocation: string): Key => ({
  pk: runKey(run),
  sk: `${String(message).padStart(3, '0')}#${String(receives).padStart(4, '0')}#${invocation}`,
});

type MappedDeps = {
  readonly table: Pick<Table, 'insert'>;
  readonly queue: Pick<Queue, 'hide'>;
  readonly queueUrl: string;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
};

type Answer = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] } | undefined;

/** Plays one batch. `invocation` tells it from others. */
export const play = async (
  records: readonly SqsRecord[],
  invocation: string,
  { table, queue, queueUrl, now, pause }: MappedDeps,
): Promise<Answer> => {
  const at = now();
  const played = records.map((record) => {
    const script = v.parse(Play, JSON.parse(record.body));
    const receives = Number(record.attributes.ApproximateReceiveCount);
    return { record, script, receives, step: script.steps[receives - 1] };
  });

  const hidden = played.flatMap(({ record, step }) => (step && 'hide' in step ? [{ record, seconds: step.hide }] : []));
  const work = Math.max(0, ...played.map(({ step }) => (step && 'work' in step ? step.work : 0)));
  if (work > 0) await pause(work);
  await Promise.all(
    played.map(({ record, script, receives }) => {
      const body: Receipt = {
        message: script.message,
        receives,
        sentAt: Number(record.attributes.SentTimestamp),
        queueArn: record.eventSourceARN,
        at,
        until: now(),
        invocation,
      };
      return table.insert({ ...receiptKey(script, receives, invocation), version: 1, body });
    }),
  );
  if (hidden.length > 0) {
    await queue.hide(
      queueUrl,
      hidden.map(({ record, seconds }) => ({ receiptHandle: record.receiptHandle, seconds })),
    );
  }

  const failure = played.flatMap(({ step }) => (step && 'fail' in step ? [step.fail] : []))[0];
  if (failure === 'an error') throw new Error('as it was told to');
  if (failure === 'an unknown id') return { batchItemFailures: [{ itemIdentifier: 'nobody' }] };
  if (played.some(({ step }) => step && 'answer' in step && step.answer === 'nothing')) return undefined;
  return { batchItemFailures: hidden.map(({ record }) => ({ itemIdentifier: record.messageId })) };
};
