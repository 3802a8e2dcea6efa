/**
 * Sends one message to a recipient. The message passes through five stages. Each stage gets the message with all
 * results of the earlier stages.
 *
 * - admit: drops deliveries whose event is no longer true, and claims the others for one attempt
 * - compose: reads the secrets of the recipient and writes the request
 * - send: sends the request
 * - judge: decides what the answer means
 * - record: saves the attempt and its effects
 *
 * The receiver may refuse a request because somebody has changed its address, token or signing secret. After a refusal,
 * opwatch reads the secrets again, and composes and sends the message once more.
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
