/** What surrounds every handler: answers as JSON, refusals as problem+json, queue batches as partial batch responses. */
import middy from '@middy/core';
import { createLog } from './log.ts';
import { problem, problemHeaders, Refusal } from './problem.ts';
import type { SqsRecord } from './queue.ts';
import { type Runtime, theRuntime } from './runtime.ts';

/** What of an API Gateway HTTP API event (payload 2.0) is used. */
export type HttpEvent = {
  /** Method and path as serverless.yml has them: `GET /watches/{id}`. */
  readonly routeKey: string;
  readonly requestContext: {
    readonly http: { readonly method: string; readonly path: string };
    readonly authorizer?: unknown;
  };
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
};

export type HttpResult = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export const BODY_BYTES_MAX = 256 * 1024;

export const answer = (
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResult => ({
  statusCode,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});

const refuse = (refusal: Refusal): HttpResult =>
  answer(refusal.problem.status, refusal.problem, {
    'content-type': 'application/problem+json; charset=utf-8',
    ...problemHeaders([refusal.problem]),
  });

/** The body of a request as JSON. Throws a Refusal: too large, not JSON, missing. */
export const jsonBody = (event: HttpEvent): unknown => {
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
  if (Buffer.byteLength(text) > BODY_BYTES_MAX) {
    throw new Refusal(413, `the body is larger than ${BODY_BYTES_MAX / 1024} KiB`);
  }
  if (text.trim() === '') throw new Refusal(400, 'the body is empty: it must be JSON');
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
};

/** A handler of HTTP requests: what it returns is the answer, a Refusal it throws becomes a problem. */
export const httpHandler = (handle: (event: HttpEvent, runtime: Runtime) => Promise<HttpResult>) =>
  middy<HttpEvent, HttpResult>()
    .onError((request) => {
      if (request.error instanceof Refusal) {
        request.response = refuse(request.error);
        return;
      }
      // Without a runtime, which may be what has failed.
      createLog(console.error).error('request failed', { error: String(request.error) });
      request.response = refuse(new Refusal(500, problem(500, '').title));
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
