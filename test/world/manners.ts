/** How clouds misbehave: what comes in place of what they know (offline/clouds/scenarios.ts plays the same over a network). */

import type { Vendor } from '../../lib/clouds/cloud.ts';
import { RetryLater } from '../../lib/core/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';

type Misbehave = (vendor: Vendor, request: HttpRequest) => HttpAnswer;

export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer =>
  raw(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });

const raw = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status,
  headers,
  body,
  cut: false,
});

/** The vendor's own way to say no. */
export const error = (vendor: Vendor, status: number, code: string, message: string): HttpAnswer =>
  json(
    status,
    vendor === 'aliyun' ? { RequestId: 'R-0', Code: code, Message: message } : { error_code: code, error_msg: message },
  );

/** The key is good, and may not make this call. */
export const denial = (vendor: Vendor): HttpAnswer =>
  error(vendor, 403, 'NoPermission', 'You are not authorized to do this action.');

/** A page as proxies and sign-in walls give it, with words in it that a careless reader might take for a state. */
const page = (status: number): HttpAnswer =>
  raw(status, '<html><title>SUCCESS</title><h1>COMPLETED</h1>{"status":"SUCCESS"}</html>', {
    'content-type': 'text/html',
  });

/** An exchange that came to no answer, as lib/net/http.ts tells it. */
const noAnswer =
  (code: string, words: string): Misbehave =>
  (_, { url }) => {
    throw new RetryLater({ code, message: `${new URL(url).host} ${words}` });
  };

const MANNER = {
  throttled: (vendor) =>
    vendor === 'aliyun'
      ? error(vendor, 400, 'Throttling.User', 'Request was denied due to user flow control.')
      : error(vendor, 429, 'APIGW.0308', 'The throttling threshold has been reached'),
  'throttled for long': (vendor) => ({
    ...error(vendor, 429, 'Throttling', 'Come back later'),
    headers: { 'retry-after': '120' },
  }),
  broken: (vendor) =>
    error(vendor, 503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'),
  denied: denial,
  'error in 200': (vendor) => error(vendor, 200, 'InternalError', 'The request has failed due to an internal error.'),
  page: () => page(200),
  proxy: () => page(407),
  elsewhere: () => raw(302, '', { location: 'http://169.254.169.254/latest/meta-data' }),
  empty: () => raw(200, ''),
  'other shape': () => json(200, [{ Operation: { OperationState: 'COMPLETED' }, status: 'SUCCESS' }]),
  cut: () => raw(200, '{"RequestId":"R-0","Operation":{"Opera'),
  // A refused signature is explained by quoting what was signed, token and all.
  echo: (vendor, { headers }) =>
    error(vendor, 500, 'InternalError', `server string to sign is: ${Object.values(headers).join(' ')}`),
  reset: noAnswer('reset', 'closed the connection without an answer (ECONNRESET)'),
  'no name': noAnswer('dns', 'cannot be looked up (EAI_AGAIN)'),
  huge: noAnswer('too_large', 'answered with more than 1048576 bytes'),
  packed: noAnswer('protocol', 'compressed its answer, though asked not to'),
  hang: noAnswer('timeout', 'gave no full answer within 10000 ms (waiting)'),
  drip: noAnswer('timeout', 'gave no full answer within 10000 ms (reading)'),
} as const satisfies Readonly<Record<string, Misbehave>>;

type PlainFault = keyof typeof MANNER;

/** How a cloud answers instead of telling what it knows of what it was asked about, now. */
export type Manner = PlainFault | 'another id' | 'back in time';

export const MANNERS: readonly Manner[] = [...(Object.keys(MANNER) as PlainFault[]), 'another id', 'back in time'];

/** Whether it is the same whatever the cloud knows. */
export const isPlainFault = (manner: Manner | undefined): manner is PlainFault =>
  manner !== undefined && Object.hasOwn(MANNER, manner);

/** Whether it takes all the time there is. */
export const isEndless = (manner: Manner | undefined): boolean => manner === 'hang' || manner === 'drip';

export const misbehave = (manner: PlainFault, vendor: Vendor, request: HttpRequest): HttpAnswer => {
  const play: Misbehave = MANNER[manner];
  return play(vendor, request);
};
