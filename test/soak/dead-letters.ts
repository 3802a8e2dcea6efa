/** How many messages lie in dead-letter queues: nothing that passes by itself may end there. */
import { DEAD_LETTERS } from '../e2e/kit/beneath.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';

export const countDeadLetters = async ({ beneath }: Opwatch): Promise<number> => {
  const counts = await Promise.all(DEAD_LETTERS.map((queue) => beneath.count(queue)));
  return counts.reduce((sum, count) => sum + count);
};
