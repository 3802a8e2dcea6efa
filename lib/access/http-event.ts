/** Requests and answers of the HTTP API, in the format of Lambda. */
import { jsonPlace } from '../core/json-place.ts';
import { problemHeaders, Refusal } from './problem.ts';

/** The used part of an API Gateway HTTP API event (payload 2.0). */
export type HttpEvent = {
  /** Method and path as in serverless.yml: `GET /watches/{id}`. */
  readonly routeKey: string;
  readonly requestContext: {
    readonly http: { readonly method: string; readonly path: string };
    readonly authorizer?: unknown;
  };
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  /**
   * The query as the client sent it. The gateway's parsed query joins repeated values by commas, and a value itself may
   * contain a comma.
   */
  readonly rawQueryString?: string;
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

/** Answers 304 to a client that already has this content. The header If-None-Match of the request says so. */
export const unchanged = (headers: Readonly<Record<string, string>>): HttpResult => ({
  statusCode: 304,
  headers: { 'cache-control': 'no-store', ...headers },
  body: '',
});

/** Returns a refusal as an HTTP answer with a problem in its body. Throws every other error again. */
export const refused = (error: unknown): HttpResult => {
  if (!(error instanceof Refusal)) throw error;
  const { problem } = error;
  return answer(problem.status, problem, {
    'content-type': 'application/problem+json; charset=utf-8',
    ...problemHeaders([problem]),
  });
};

/** Returns the body of a request as JSON. Throws a Refusal when the body is too large, is not JSON, or is missing. */
export const jsonBody = (event: HttpEvent): unknown => {
  // API Gateway gives the body as text. The gateway of the local stack gives a body of `false` or `0` as a value.
  const given = String(event.body ?? '');
  const text = event.isBase64Encoded ? Buffer.from(given, 'base64').toString('utf8') : given;
  if (Buffer.byteLength(text) > BODY_BYTES_MAX) {
    throw new Refusal(413, `the body is larger than ${BODY_BYTES_MAX / 1024} KiB`);
  }
  if (text.trim() === '') throw new Refusal(400, 'the body is empty: it must be JSON');
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, `the body is not JSON: ${jsonPlace(text)}`);
  }
};
