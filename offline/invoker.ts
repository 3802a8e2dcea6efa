/** Lambda's own Invoke API, as serverless-offline serves it. */
import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_MS = 25;

export const createInvoker = (origin: string) => ({
  /** Waits until somebody listens. */
  listening: async (): Promise<void> => {
    while (
      !(await fetch(origin).then(
        () => true,
        () => false,
      ))
    )
      await sleep(AGAIN_MS);
  },

  /** Runs a function and answers what it returned, undefined for nothing. Throws when it failed or ran out of time. */
  run: async (functionName: string, event: object): Promise<unknown> => {
    const answer = await fetch(`${origin}/2015-03-31/functions/${functionName}/invocations`, {
      method: 'POST',
      body: JSON.stringify(event),
    });
    const text = await answer.text();
    // An error of the function is answered 200 as well, and told apart by this header alone.
    if (!answer.ok || answer.headers.has('x-amz-function-error')) {
      throw new Error(`${functionName} answered ${answer.status}: ${text.slice(0, 500)}`);
    }
    return text === '' ? undefined : JSON.parse(text);
  },
});
