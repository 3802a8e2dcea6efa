/** Begins the operations of the canary. Together they pass through every poll queue and every notify queue. */
import { CANARY } from '../core/canary.ts';
import { CANARY_DEADLINE_MS, MINUTE } from '../core/schedule.ts';
import { ownProviders } from '../providers/index.ts';
import type { Runtime } from '../runtime.ts';
import { watchId } from '../store/keys.ts';
import { queueFor } from '../store/queue.ts';
import type { Submission } from './submission.ts';
import { submit } from './submit.ts';

type CanaryDeps = Pick<Runtime, 'table' | 'queue' | 'env' | 'now' | 'log' | 'config'>;

/** Returns the last part of a queue's URL. */
const nameOf = (queueUrl: string): string => queueUrl.slice(queueUrl.lastIndexOf('/') + 1);

/**
 * Returns as many operations as are necessary to pass through each queue. The id of a watch decides its queues, and the
 * operation decides the id. So this function tries number after number, about ten for each queue.
 */
const operationsThrough = (
  { pollQueues, notifyQueues }: Runtime['env'],
  at: string,
  deadline: number,
): Submission[] => {
  const missing = new Set(notifyQueues);
  return ownProviders.flatMap((provider) => {
    const polled = pollQueues[provider.traits.vendor] ?? [];
    for (const url of polled) missing.add(url);
    const begun: Submission[] = [];
    for (let number = 0; polled.length > 0 && missing.size > 0; number += 1) {
      const operation = { at, number: String(number) };
      const id = watchId({ tenant: CANARY, connection: CANARY, provider: provider.traits.name, operation }, 1);
      const [pollQueue, notifyQueue] = [queueFor(polled, id), queueFor(notifyQueues, id)];
      // The array calls `delete` for both queues. Each queue that the operation passes through is no longer missing.
      const isNew = [missing.delete(pollQueue), missing.delete(notifyQueue)].includes(true);
      const labels = { pollQueue: nameOf(pollQueue), notifyQueue: nameOf(notifyQueue) };
      if (isNew) begun.push({ provider, connection: CANARY, operation, notify: [CANARY], deadline, labels });
    }
    return begun;
  });
};

/**
 * Begins the operations of this minute, and writes a 0 into the metric of each queue. The delivery of an outcome
 * through a queue writes a 1. A second call within the same minute begins no new operation. Answers the number of
 * operations.
 */
export const beginCanaries = async (deps: CanaryDeps): Promise<{ readonly operations: number }> => {
  const { env, now, log } = deps;
  const at = new Date(Math.floor(now() / MINUTE) * MINUTE).toISOString();
  const submissions = operationsThrough(env, at, now() + CANARY_DEADLINE_MS);
  for (const queue of new Set(submissions.flatMap(({ labels }) => Object.values(labels))))
    log.info('canary begins', { queue }, { canaryInTime: [0, 'Count'] }, ['queue']);
  await submit(submissions, { tenant: CANARY, takeQuota: async () => undefined }, deps);
  return { operations: submissions.length };
};
