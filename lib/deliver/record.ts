/**
 * The last stage of a message: it gives back the object that the target holds, and saves the attempt of each delivery.
 */
import type { Runtime } from '../runtime.ts';
import { doubtOf, inDoubt } from './held-state.ts';
import { afterwards, giveBack } from './held-thing.ts';
import type { HeldThing, Judged, Recorded, Stage } from './message.ts';
import { saveAttempt } from './save-attempt.ts';

export const record: Stage<Judged, Recorded> = async (message, runtime) => {
  const { claims, held, made } = message;
  const againAt = held && (await settleHeld(message, held, runtime));
  const attempt = { ...made, ...(againAt !== undefined && { againAt }) };
  const saved = await Promise.all(
    claims.map(async ({ due, item }) => [due, await saveAttempt(item, attempt, runtime)] as const),
  );
  return { results: [...message.results, ...saved], made };
};

/**
 * Gives the held object back in its state after the attempt. Answers the time until which that state is in doubt.
 * opwatch then sends a state that it delivered now once more.
 */
const settleHeld = async (
  { made, recipient }: Judged,
  held: HeldThing,
  runtime: Runtime,
): Promise<number | undefined> => {
  const state = afterwards(held, made, recipient);
  const isGivenBack = await giveBack({ ...held, state }, runtime);
  // If a function did not give a held object back, its item does not contain the sent state. So the notifier sends that
  // state once more.
  return doubtOf(isGivenBack ? state : inDoubt(state, made.at), runtime.now());
};
