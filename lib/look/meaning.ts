/** Decides what a failed look means for the lane of its connection, and for its watches. */
import { SecretError } from '../config/secrets.ts';
import { LookError, NotAllowed, Refused, Throttled } from '../core/errors.ts';
import { MINUTE, RETRY_AFTER_LOOK_MAX_MS, SECOND } from '../core/schedule.ts';
import { isSound } from '../core/watch.ts';
import { tellOperators } from '../deliver/operators.ts';
import { LaneBusy } from './limited-calls.ts';
import type { DueWatch, LookDeps, Outcome } from './outcome.ts';

/** The watches of a failed look, and the fingerprint of its last credentials. */
type Failed = {
  readonly dues: readonly DueWatch[];
  readonly key: string;
  readonly isTrial: boolean;
  readonly connection: string;
};

/**
 * Returns the outcome of a failed look. A failure of the whole connection (rate or credentials) changes the lane, and
 * its watches only wait. An error of the cloud about the operation itself becomes an observation.
 */
export const meaningOf = async (error: unknown, failed: Failed, deps: LookDeps): Promise<Outcome> => {
  const { log, now } = deps;
  if (error instanceof LaneBusy) return error.later;
  if (error instanceof Throttled) return afterThrottling(error, failed, deps);
  if (error instanceof Refused || error instanceof SecretError) return afterRefusal(error, failed, deps);
  if (error instanceof LookError) return { observation: { kind: 'unanswered', error } };
  log.error('look failed', { connection: failed.connection, error: String(error) });
  return { retryAt: now() + MINUTE, why: 'fault' };
};

const afterThrottling = async (
  error: Throttled,
  { connection }: Failed,
  { lanes, log, now }: LookDeps,
): Promise<Outcome> => {
  await lanes.throttled(connection, error);
  log.warn('throttled by the cloud', { connection, code: error.code }, { throttled: [1, 'Count'] });
  const retryAt = now() + Math.max(Math.min(error.afterMs ?? 0, RETRY_AFTER_LOOK_MAX_MS), 5 * SECOND);
  return { retryAt, why: 'paused' };
};

/**
 * Returns the outcome of a refused look. If the key is bad, the whole connection pauses. If the cloud refuses only
 * these watches, the refusal becomes their observation.
 */
const afterRefusal = async (error: Refused | SecretError, failed: Failed, deps: LookDeps): Promise<Outcome> => {
  const { lanes, log } = deps;
  const { dues, key, isTrial, connection } = failed;
  const { message } = error;
  const { code, lockedForMs } = error instanceof Refused ? error : { code: 'secret_unreadable' };
  const watches = dues.map(({ watch }) => watch.id);
  const wasSound = dues.some(({ watch }) => isSound(watch));
  const { lane, isOwn, isNews } = await lanes.refused(connection, {
    ...{ watches, wasSound, isTrial, key, code, message },
    ...(lockedForMs !== undefined && { lockedForMs }),
  });
  if (isOwn && error instanceof Refused) {
    log.warn('refused for this watch alone', { connection, watch: watches.join(' '), code, message });
    return { observation: { kind: 'unanswered', error: new NotAllowed(error) } };
  }
  // The log repeats this line at every test of the credentials, about once in three minutes. So the alarm lasts until
  // the credentials work.
  const what = isNews ? 'credentials refused' : 'credentials still refused';
  log[isNews ? 'error' : 'info'](what, { connection, code, message }, { credentialsRefused: [1, 'Count'] });
  // The function tells the operators even if the refusal is not new. The function that saw it first may have been
  // killed before it told them.
  if (lane.refused) {
    const { since: at, code: first, message: words } = lane.refused;
    await tellOperators({ event: 'credentials_refused', at, connection, code: first, message: words }, deps);
  }
  return { retryAt: lane.pausedUntil, why: 'refused' };
};
