/** Takes watches: POST /watches, the same JSON by direct invoke, or as the input of a schedule or rule. */
import middy from '@middy/core';
import { beginCanaries } from '../lib/begin-canaries.ts';
import { callerOf, mustHave, principalOf, THE_DEPLOYMENT } from '../lib/caller.ts';
import { isCanaryInput } from '../lib/canary.ts';
import { answer, type HttpEvent, type HttpResult, jsonBody } from '../lib/http-event.ts';
import { problemHeaders } from '../lib/problem.ts';
import { problemsIn, type Receipt, receive, watchesIn } from '../lib/receive.ts';
import { keepRefused } from '../lib/refused.ts';
import { type Runtime, theRuntime } from '../lib/runtime.ts';
import { httpHandler } from '../lib/shell.ts';

/** Says who submitted which watch: the record of one cloud operation begins with it. */
const noteSubmitted = (receipt: Receipt, tenant: string, by: string, { log }: Runtime): void => {
  for (const watch of watchesIn(receipt)) log.info('watch submitted', { watch, tenant, by });
};

/** Answers one request; throws a Refusal for what it refuses whole. */
export const serve = async (event: HttpEvent, runtime: Runtime): Promise<HttpResult> => {
  const caller = callerOf(event);
  mustHave(caller, 'submit');
  const receipt = await receive(jsonBody(event), caller, runtime);
  noteSubmitted(receipt, caller.tenant, principalOf(event), runtime);
  const isProblem = 'title' in receipt.body;
  return answer(receipt.status, receipt.body, {
    ...(isProblem && { 'content-type': 'application/problem+json; charset=utf-8' }),
    ...problemHeaders(problemsIn(receipt)),
    ...('url' in receipt.body && { location: receipt.body.url }),
  });
};

const overHttp = httpHandler(serve);

/** EventBridge hands over an envelope unless a rule sets its own input: the watch is then in `detail`. */
const inputOf = (event: unknown): unknown =>
  typeof event === 'object' && event !== null && 'detail-type' in event && 'detail' in event ? event.detail : event;

/** Who sends what comes without HTTP: the rule that an envelope names, or somebody who may invoke the function. */
const senderOf = (event: unknown): string => {
  const { resources } = (event ?? {}) as { readonly resources?: unknown };
  const [rule] = Array.isArray(resources) && inputOf(event) !== event ? resources : [];
  return typeof rule === 'string' ? rule : 'direct invoke';
};

/** Takes a submission by direct invoke, schedule or rule; throws where Lambda is to submit it again. */
export const serveDirect = async (event: unknown, runtime: Runtime): Promise<Receipt> => {
  const receipt = await receive(inputOf(event), THE_DEPLOYMENT, runtime);
  noteSubmitted(receipt, THE_DEPLOYMENT.tenant, senderOf(event), runtime);
  // Lambda calls again for what nobody waits for, and at last keeps it where an alarm shows it.
  if (problemsIn(receipt).some(({ status }) => status === 503)) throw new Error('not all was taken: submit it again');
  await keepRefused(inputOf(event), receipt, runtime);
  return receipt;
};

const isHttp = (event: unknown): event is HttpEvent =>
  typeof event === 'object' && event !== null && 'requestContext' in event;

export const handler = middy<unknown, unknown>().handler((event, context) => {
  if (isHttp(event)) return overHttp(event as never, context);
  return isCanaryInput(event) ? beginCanaries(theRuntime()) : serveDirect(event, theRuntime());
});
