/** The reason why a connection brings no look. The lane keeps it once for all watches. Pure. */
import type { Missed } from './deadline.ts';
import type { Lane } from './lane.ts';

/** The code for credentials that opwatch could not read. No cloud said it. */
const SECRET_UNREADABLE = 'secret_unreadable';

const FULL: Missed = { cause: 'full', code: 'lane_full', message: 'all calls that the connection may make are taken' };

/** Returns the whole reason, in the words of the cloud where there are any. */
export const missedBy = (
  { refused, slowed, pausedUntil }: Pick<Lane, 'refused' | 'slowed' | 'pausedUntil'>,
  why: 'refused' | 'paused' | 'full',
): Missed => {
  if (why === 'full') return FULL;
  if (why === 'refused' && refused) {
    const cause = refused.code === SECRET_UNREADABLE ? 'no_secret' : 'refused';
    return { cause, code: refused.code, message: refused.message };
  }
  if (slowed) return { cause: 'paused', code: slowed.code, message: slowed.message };
  return { cause: 'paused', code: 'paused', message: `no call is made before ${new Date(pausedUntil).toISOString()}` };
};
