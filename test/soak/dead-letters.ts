/** How many messages lie in dead-letter queues: nothing that passes by itself may end there. */
import { DEAD_LETTERS } from '../e2e/kit/infra.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';

export const countDeadLetters = async ({ infra }: Opwatch): Promise<number> => {
  const counts = await Promise.all(DEAD_LETTERS.map((queue) => infra.count(queue)));
  return counts.reduce((sum, count) => sum + count);
};
