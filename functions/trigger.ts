/**
 * The function that accepts watches. It gets them from POST /watches, or as the same JSON from a direct invoke, a
 * schedule or a rule.
 */
import middy from '@middy/core';
import { callerOf, mustHave, principalOf } from '../lib/access/caller.ts';
import { answer, type HttpEvent, type HttpResult, jsonBody } from '../lib/access/http-event.ts';
import { problemHeaders } from '../lib/access/problem.ts';
import { NO_PARAMETERS, queryOf } from '../lib/access/query.ts';
import { theRuntime } from '../lib/compose.ts';
import { isCanaryInput } from '../lib/core/canary.ts';
import type { Runtime } from '../lib/runtime.ts';
import { httpHandler } from '../lib/shell.ts';
import { beginCanaries } from '../lib/submit/begin-canaries.ts';
import { isHttp, serveDirect } from '../lib/submit/direct-event.ts';
import { noteSubmitted, problemsIn, receive } from '../lib/submit/receive.ts';

/** Answers one request. Throws a Refusal where the API refuses all its submissions. */
export const serve = async (event: HttpEvent, runtime: Runtime): Promise<HttpResult> => {
  const caller = callerOf(event);
  mustHave(caller, 'submit');
  queryOf(event, NO_PARAMETERS);
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

export const handler = middy<unknown, unknown>().handler((event, context) => {
  if (isHttp(event)) return overHttp(event as never, context);
  return isCanaryInput(event) ? beginCanaries(theRuntime()) : serveDirect(event, theRuntime());
});
