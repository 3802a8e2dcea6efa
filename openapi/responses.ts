/**
 * Describes the answers of a route: its own answers, its problems, and the answers of the API Gateway in front of it.
 */
import { ANSWERS } from '../lib/api/answers.ts';
import type { Json } from './convert.ts';
import { asRef } from './requests.ts';
import { nameOf } from './schemas.ts';

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

const header = (schema: Json, description: string): Json => ({ schema, description });

export const HEADERS: Readonly<Record<string, Json>> = {
  Location: header({ type: 'string', format: 'uri' }, 'The watch in the API.'),
  ETag: header(
    { type: 'string', pattern: '^(W/)?"[^"]*"$' },
    'Identifies the content of this answer. Send it back in `If-None-Match`.',
  ),
  'Retry-After': header({ type: 'integer', minimum: 1, maximum: 86_400 }, 'Ask again after this number of seconds.'),
  'Cache-Control': header({ type: 'string' }, 'How long a client may keep the answer.'),
};
const headers = (...names: readonly string[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** The headers of answers, by route and status. */
const WITH_HEADERS: Readonly<Record<string, readonly string[]>> = {
  'POST /watches 200': ['Location'],
  'POST /watches 202': ['Location'],
  'POST /watches 207': ['Retry-After'],
  'GET /watches/{id} 200': ['ETag', 'Retry-After'],
  'GET /watches/{id} 304': ['ETag', 'Retry-After'],
  'GET /keys 200': ['Cache-Control'],
  'GET /openapi.json 200': ['ETag', 'Cache-Control'],
  'GET /openapi.json 304': ['ETag', 'Cache-Control'],
};

const MEANINGS: Readonly<Record<string, string>> = {
  'POST /watches 200':
    'opwatch already watches the operation, or it has ended. The answer is the existing watch with the new targets.',
  'POST /watches 202': 'A new watch has begun.',
  'POST /watches 207': 'The answer to an array. Each submission has its own result.',
  'GET /watches/{id} 304': 'Nothing has changed since the answer with that ETag.',
  'GET /openapi.json 304': 'The document is still the same.',
};

/** Returns a link from the answer for a new watch to a further request about that watch. */
const linkTo = (operationId: string, description: string): Json => ({
  operationId,
  parameters: { id: '$response.body#/id' },
  description,
});
const LINKS: Json = {
  read: linkTo('readWatch', 'Reads this watch.'),
  extend: linkTo('extendWatch', 'Sets another deadline for this watch.'),
  stop: linkTo('stopWatch', 'Stops this watch.'),
};

const goodOf = (route: string, status: string): Json => {
  const key = `${route} ${status}`;
  const schema = ANSWERS[route]?.good[Number(status)];
  return {
    description: MEANINGS[key] ?? 'It is done.',
    ...(WITH_HEADERS[key] && { headers: headers(...WITH_HEADERS[key]) }),
    ...(schema && { content: { [JSON_TYPE]: { schema: asRef(nameOf(schema)) } } }),
    ...(route === 'POST /watches' && status !== '207' && { links: LINKS }),
  };
};

/** The meaning of each problem, for all routes. */
const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request cannot be read: no JSON, or a query parameter that is unknown or wrong.',
  403: 'The token may not do that.',
  404: 'There is no such thing that this token may see.',
  409: 'It stands in a state in which that cannot be done.',
  413: 'The body is larger than 256 KiB.',
  422: 'The body is refused; `errors` has every fault. Nothing was written.',
  429: 'The tenant has asked for as much as it may.',
  500: 'opwatch has failed; its log says why.',
  503: 'It could not be written, or nobody can say whether it was: submit it again.',
};

/**
 * The answers that API Gateway gives by itself, as `{"message": …}`. It gives them where no function runs, or where a
 * function gives no answer. Source: API Gateway Developer Guide, "HTTP API quotas" (10 MB of body, 10,240 bytes of
 * headers, 30 s), "Throttle requests to your HTTP APIs", "Control access to HTTP APIs with AWS Lambda authorizers".
 */
const GATEWAY: Readonly<Record<number, string>> = {
  400: 'API Gateway cannot read the request (`{"message":"Bad Request"}`).',
  401: 'The request has no token (`{"message":"Unauthorized"}`).',
  403: 'The token is wrong, revoked or expired (`{"message":"Forbidden"}`).',
  404: 'API Gateway has no such route (`{"message":"Not Found"}`).',
  413: 'The body is larger than 10 MB (`{"message":"Request Entity Too Large"}`).',
  429: 'All callers together ask more than the deployment lets in (`{"message":"Too Many Requests"}`, without Retry-After).',
  431: 'The headers are larger than 10,240 bytes (`{"message":"Request Header Fields Too Large"}`).',
  500: 'The authorizer or the function has failed (`{"message":"Internal Server Error"}`).',
  503: 'The function has not answered in time (`{"message":"Service Unavailable"}`).',
};

const refusalOf = (status: number, isOwn: boolean, isGateways: boolean): Json => ({
  description: [isOwn && PROBLEMS[status], isGateways && GATEWAY[status]].filter(Boolean).join(' Or: '),
  ...(isOwn && status === 429 && { headers: headers('Retry-After') }),
  content: {
    ...(isOwn && { [PROBLEM_TYPE]: { schema: asRef('Problem') } }),
    ...(isGateways && { [JSON_TYPE]: { schema: asRef('GatewayMessage') } }),
  },
});

/**
 * Returns the answers that several routes share, by name. Every route that requires a token has a 403 of its own. So no
 * shared answer describes a 403 that only API Gateway gives.
 */
export const sharedResponses = (): Json => {
  const statuses = new Set([...Object.keys(PROBLEMS), ...Object.keys(GATEWAY)].map(Number));
  const named = [...statuses].sort().flatMap((status) => {
    const isGateways = status in GATEWAY;
    return [
      ...(status in PROBLEMS ? [[`Problem${status}`, refusalOf(status, true, isGateways)]] : []),
      ...(isGateways && status !== 403 ? [[`Gateway${status}`, refusalOf(status, false, true)]] : []),
    ];
  });
  return Object.fromEntries(named);
};

export const responsesOf = (route: string, isGuarded: boolean): Json => {
  const { good = {}, problems = [] } = ANSWERS[route] ?? {};
  const isOfGateway = (status: number) =>
    (isGuarded || (status !== 401 && status !== 403)) && !problems.includes(status);
  return Object.fromEntries([
    ...Object.keys(good).map((status) => [status, goodOf(route, status)]),
    ...problems.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
    ...Object.keys(GATEWAY)
      .filter((status) => isOfGateway(Number(status)))
      .map((status) => [status, { $ref: `#/components/responses/Gateway${status}` }]),
  ]);
};
