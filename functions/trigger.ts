/** Takes watches: POST /watches, the same JSON by direct invoke, or as the input of a schedule or rule. */
import middy from '@middy/core';
import { callerOf, mustHave, THE_OPERATOR } from '../lib/caller.ts';
import { type Receipt, receive } from '../lib/receive.ts';
import { theRuntime } from '../lib/runtime.ts';
import { answer, type HttpEvent, httpHandler, jsonBody } from '../lib/shell.ts';

const overHttp = httpHandler(async (event, runtime) => {
  const caller = callerOf(event);
  mustHave(caller, 'submit');
  const receipt = await receive(jsonBody(event), caller, runtime);
  const isProblem = !Array.isArray(receipt.body) && 'title' in receipt.body;
  return answer(receipt.status, receipt.body, {
    ...(isProblem && { 'content-type': 'application/problem+json; charset=utf-8' }),
    ...('url' in receipt.body && { location: receipt.body.url }),
  });
});

/** EventBridge hands over an envelope unless a rule sets its own input: the watch is then in `detail`. */
const inputOf = (event: unknown): unknown =>
  typeof event === 'object' && event !== null && 'detail-type' in event && 'detail' in event ? event.detail : event;

const direct = async (event: unknown): Promise<Receipt> => {
  const runtime = theRuntime();
  const receipt = await receive(inputOf(event), THE_OPERATOR, runtime);
  // Nobody reads the answer to a schedule: what was refused must be seen in the log.
  if (receipt.status >= 400) runtime.log.error('submission refused', { answer: JSON.stringify(receipt.body) });
  return receipt;
};

const isHttp = (event: unknown): event is HttpEvent =>
  typeof event === 'object' && event !== null && 'requestContext' in event;

export const handler = middy<unknown, unknown>().handler((event, context) =>
  isHttp(event) ? overHttp(event as never, context) : direct(event),
);
