/** What surrounds every handler: answers as JSON, refusals as problem+json, queue batches as partial batch responses. */
import middy from '@middy/core';
import { type HttpEvent, type HttpResult, refused } from './access/http-event.ts';
import { problem, Refusal } from './access/problem.ts';
import { theRuntime } from './compose.ts';
import { createLog } from './core/log.ts';
import type { Runtime } from './runtime.ts';
import type { SqsRecord } from './store/queue.ts';

/** A handler of HTTP requests: what it returns is the answer, a Refusal it throws becomes a problem. */
export const httpHandler = (handle: (event: HttpEvent, runtime: Runtime) => Promise<HttpResult>) =>
  middy<HttpEvent, HttpResult>()
    .onError((request) => {
      if (request.error instanceof Refusal) {
        request.response = refused(request.error);
        return;
      }
      // Without a runtime, which may be what has failed.
      createLog(console.error).error('request failed', { error: String(request.error) });
      request.response = refused(new Refusal(500, problem(500, '').title));
    })
    .handler((event) => handle(event, theRuntime()));

type SqsEvent = { readonly Records: readonly SqsRecord[] };
type SqsResult = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

/** A handler of queue batches: the ids it returns are reported as failed, so those messages stay in the queue. */
export const queueHandler = (handle: (records: readonly SqsRecord[], runtime: Runtime) => Promise<string[]>) =>
  middy<SqsEvent, SqsResult>().handler(async ({ Records }) => {
    const staying = await handle(Records, theRuntime());
    return { batchItemFailures: staying.map((itemIdentifier) => ({ itemIdentifier })) };
  });
