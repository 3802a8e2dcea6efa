/** Waits for something to become true of the running stack, where no test runner is there to do it. */
import { setTimeout as sleep } from 'node:timers/promises';

type Patience = {
  /** Left out, half a minute. */
  readonly timeoutMs?: number;
  readonly everyMs?: number;
};

/** Asks again and again until the answer is neither false nor undefined; throws when none came in time. */
export const until = async <T>(
  ask: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 200 }: Patience = {},
): Promise<Exclude<T, false | undefined>> => {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>;
    if (Date.now() > giveUpAt) throw new Error(`it did not come about within ${timeoutMs / 1_000} s`);
    await sleep(everyMs);
  }
};
