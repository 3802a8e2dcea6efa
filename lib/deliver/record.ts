/** The last stage of a message: gives back what the target holds, and saves the attempt for each delivery. */
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

/** Gives the thing back as the attempt leaves it. Answers until when it is in doubt: a state delivered now is sent again then. */
const settleHeld = async (
  { made, recipient }: Judged,
  held: HeldThing,
  runtime: Runtime,
): Promise<number | undefined> => {
  const state = afterwards(held, made, recipient);
  const isGivenBack = await giveBack({ ...held, state }, runtime);
  // A thing that was not given back does not know what it was told: the notifier sends that once more.
  return doubtOf(isGivenBack ? state : inDoubt(state, made.at), runtime.now());
};
