/**
 * Tells a recipient one message. The message goes through five stages; each takes it with all that the stages before have added.
 *
 *     admit     drops deliveries that are not true any more, and claims the others for one attempt
 *     compose   reads the secrets of the recipient and writes the request
 *     send      sends the request
 *     judge     says what the answer means
 *     record    saves the attempt and what follows from it
 *
 * Where the receiver refuses a request, its address, token or signing secret may have been rotated since opwatch read them:
 * the message is then composed once more with secrets read anew.
 */
import { admit } from './admit.ts';
import { compose, recompose } from './compose.ts';
import { isRefused, judge } from './judge.ts';
import type { Message, Recorded, Stage } from './message.ts';
import { record } from './record.ts';
import { send } from './send.ts';

export const tell: Stage<Message, Recorded> = async (message, runtime) => {
  const admitted = await admit(message, runtime);
  if (admitted.claims.length === 0) return { results: admitted.results };
  const composed = await compose(admitted, runtime);
  const judged = await judge(await send(composed, runtime), runtime);
  const renewed = isRefused(judged.made) ? await recompose(composed, runtime) : undefined;
  const last = renewed ? await judge(await send(renewed, runtime), runtime) : judged;
  return record(last, runtime);
};
