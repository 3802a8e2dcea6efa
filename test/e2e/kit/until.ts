/** Waits for something to become true of a running stack. The limit is on silence, not on work: a busy machine only takes longer. */
import { setTimeout as sleep } from 'node:timers/promises';

type Patience = {
  /** What moves while there is hope. Left out, one step is waited for, and nothing moves before it is done. */
  readonly sight?: () => unknown;
  /**
   * Done when nothing has moved for ten seconds, and again after twice that. A test that kills functions lets the work in
   * their hands come back by this: by itself it comes back after minutes.
   */
  readonly nudge?: () => Promise<unknown>;
  readonly everyMs?: number;
};

/** Longer than the three minutes after which a message comes back that a killed function had received. */
export const SILENCE_MS = 240_000;
const NUDGE_MS = 10_000;

/**
 * Asks again and again until the answer is neither false nor undefined. Throws, with the last sight, when that has not
 * changed for four minutes.
 */
export const until = async <T>(
  ask: () => T | Promise<T>,
  { sight = () => 'nothing', nudge, everyMs = 200 }: Patience = {},
): Promise<Exclude<T, false | undefined>> => {
  let seen: string | undefined;
  let movedAt = 0;
  let nudgeMs = NUDGE_MS;
  let nudgeAt = 0;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>;
    const now = Date.now();
    const sees = JSON.stringify(sight());
    if (sees !== seen) {
      seen = sees;
      movedAt = now;
      nudgeMs = NUDGE_MS;
      nudgeAt = now + nudgeMs;
    }
    if (now - movedAt > SILENCE_MS) throw new Error(`nothing moved for ${SILENCE_MS / 1_000} s; last seen: ${seen}`);
    if (nudge && now > nudgeAt) {
      await nudge();
      nudgeMs *= 2;
      nudgeAt = Date.now() + nudgeMs;
    }
    await sleep(everyMs);
  }
};
