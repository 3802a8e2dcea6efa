/** Requests and answers of the HTTP API, as Lambda has them. */
import { jsonPlace } from '../core/json-place.ts';
import { problemHeaders, Refusal } from './problem.ts';

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
  /** As it was sent. The gateway's own reading of it joins values of one name by commas, and a value may hold some. */
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

/** To a client that has the answer already, as it told by If-None-Match. */
export const unchanged = (headers: Readonly<Record<string, string>>): HttpResult => ({
  statusCode: 304,
  headers: { 'cache-control': 'no-store', ...headers },
  body: '',
});

/** What a refusal says, as a problem. Throws whatever is no refusal. */
export const refused = (error: unknown): HttpResult => {
  if (!(error instanceof Refusal)) throw error;
  const { problem } = error;
  return answer(problem.status, problem, {
    'content-type': 'application/problem+json; charset=utf-8',
    ...problemHeaders([problem]),
  });
};

/** The body of a request as JSON. Throws a Refusal: too large, not JSON, missing. */
export const jsonBody = (event: HttpEvent): unknown => {
  // API Gateway has it as text; the gateway of the local stack hands over a body that is `false` or `0` as that value.
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
