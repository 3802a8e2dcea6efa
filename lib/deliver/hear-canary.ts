/** The canary's own target. A delivery there writes a log line for each of its queues, with the metric of its alarms. */

import { CANARY_IN_TIME_MS, SECOND } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';

type Heard = Pick<Watch, 'id' | 'status' | 'labels' | 'submittedAt'>;

/** A second delivery counts again. That does no harm: the alarm asks for at least one. */
export const hearCanary = (
  { id, status, labels, submittedAt }: Heard,
  { log, now }: Pick<Runtime, 'log' | 'now'>,
): void => {
  const tookMs = now() - submittedAt;
  const isInTime = status === 'succeeded' && tookMs <= CANARY_IN_TIME_MS;
  const about = { watch: id, status, seconds: Math.round(tookMs / SECOND) };
  for (const queue of [labels.pollQueue, labels.notifyQueue])
    log.info('canary delivered', { ...about, queue }, { canaryInTime: [isInTime ? 1 : 0, 'Count'] }, ['queue']);
};
