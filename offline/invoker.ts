/** Lambda's own Invoke API, as serverless-offline serves it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from './resolve.ts';

const AGAIN_MS = 25;

/** A function that did not end in its time. */
export class FunctionTimeout extends Error {
  override readonly name = 'FunctionTimeout';
}

/** As serverless-offline words it (src/lambda/LambdaFunction.js). */
const TIMEOUT = 'Lambda timeout';

/** Waits until somebody listens at each of these origins. */
export const listening = async (...origins: readonly string[]): Promise<void> => {
  for (const origin of origins) while (!(await isListening(origin))) await sleep(AGAIN_MS);
};

const isListening = (origin: string): Promise<boolean> =>
  fetch(origin).then(
    () => true,
    () => false,
  );

/** An error that a function threw, with the place where it did. */
const reasonIn = (text: string): string | undefined => {
  const { errorMessage, trace } = parsed(text);
  if (typeof errorMessage !== 'string') return undefined;
  const place = Array.isArray(trace) ? trace.find((line) => /^\s+at /.test(line)) : undefined;
  return place === undefined ? errorMessage : `${errorMessage} (${String(place).trim()})`;
};

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
};

export const createInvoker = (origin: string) => ({
  /** Runs a function and answers what it returned, undefined for nothing. Throws when it failed; FunctionTimeout when it ran out of time. */
  run: async (functionName: string, event: object): Promise<unknown> => {
    const answer = await fetch(`${origin}/2015-03-31/functions/${functionName}/invocations`, {
      method: 'POST',
      body: JSON.stringify(event),
    });
    const text = await answer.text();
    // An error of the function is answered 200 as well, and told apart by this header alone.
    if (!answer.ok || answer.headers.has('x-amz-function-error')) {
      if (text.includes(TIMEOUT)) throw new FunctionTimeout(`${functionName} did not end in its time`);
      throw new Error(`${functionName} failed: ${reasonIn(text) ?? `${answer.status} ${text.slice(0, 500)}`}`);
    }
    return text === '' ? undefined : JSON.parse(text);
  },
});
