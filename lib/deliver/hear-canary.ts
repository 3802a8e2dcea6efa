/**
 * The target of the canary. A delivery to it writes one log line for each queue that the operation passed through. The
 * line carries the metric of the canary's alarms.
 */

import { CANARY_IN_TIME_MS, SECOND } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';

type Heard = Pick<Watch, 'id' | 'status' | 'labels' | 'submittedAt'>;

/** A delivery that is made twice counts twice. That is harmless, because the alarm requires at least one. */
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
