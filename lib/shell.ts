/**
 * Wraps every handler. It turns results into JSON, a Refusal into problem+json, and the results of a queue batch into a
 * partial batch response.
 */
import middy from '@middy/core';
import { type HttpEvent, type HttpResult, refused } from './access/http-event.ts';
import { problem, Refusal } from './access/problem.ts';
import { theRuntime } from './compose.ts';
import { createLog } from './core/log.ts';
import type { Runtime } from './runtime.ts';
import type { SqsRecord } from './store/queue.ts';

/** Makes a handler of HTTP requests. Its answer is the returned result, or a problem for a thrown Refusal. */
export const httpHandler = (handle: (event: HttpEvent, runtime: Runtime) => Promise<HttpResult>) =>
  middy<HttpEvent, HttpResult>()
    .onError((request) => {
      if (request.error instanceof Refusal) {
        request.response = refused(request.error);
        return;
      }
      // This log needs no runtime, because the runtime itself may have failed.
      createLog(console.error).error('request failed', { error: String(request.error) });
      request.response = refused(new Refusal(500, problem(500, '').title));
    })
    .handler((event) => handle(event, theRuntime()));

type SqsEvent = { readonly Records: readonly SqsRecord[] };
type SqsResult = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

/** Makes a handler of queue batches. It reports the returned ids as failed, so these messages stay in the queue. */
export const queueHandler = (handle: (records: readonly SqsRecord[], runtime: Runtime) => Promise<string[]>) =>
  middy<SqsEvent, SqsResult>().handler(async ({ Records }) => {
    const staying = await handle(Records, theRuntime());
    return { batchItemFailures: staying.map((itemIdentifier) => ({ itemIdentifier })) };
  });
