/** The third stage of a message: it sends the request. It never throws. A missing answer is also a reply. */
import { LookError } from '../core/errors.ts';
import type { Runtime } from '../runtime.ts';
import { hearCanary } from './hear-canary.ts';
import type { Composed, Reply, Sent, Stage } from './message.ts';
import { ask } from './recipient.ts';

export const send: Stage<Composed, Sent> = async (message, runtime) => ({
  ...message,
  reply: await replyTo(message, runtime),
});

const replyTo = async ({ letter, claims }: Composed, runtime: Runtime): Promise<Reply> => {
  if ('error' in letter) return letter;
  if ('isInternal' in letter) {
    for (const { due } of claims) if (due.watch) hearCanary(due.watch, runtime);
    return { isHeard: true };
  }
  try {
    const { request, opened } = letter;
    return { answer: await ask(request, opened, runtime), opened };
  } catch (error) {
    return error instanceof LookError ? { fault: error } : { error };
  }
};
