/** Describes the routes: their purpose, their parameters and their answers. */
import { DELIVERY_ID, WATCH_ID } from '../lib/api/answers.ts';
import { FILTERS, LIMIT_MAX, PROVIDER_NAMES } from '../lib/api/filters.ts';
import { STATUSES } from '../lib/core/watch.ts';
import type { Json } from './convert.ts';
import { EXAMPLES } from './examples.ts';
import { asRef, INSTANT_OR_DURATION } from './requests.ts';
import { responsesOf } from './responses.ts';

type Operation = {
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The scope that the route requires. A route without a scope needs no token. */
  readonly scope?: 'submit' | 'read' | 'operate';
  readonly parameters?: readonly Json[];
  readonly body?: Json;
  /** These responses replace those from answers.ts. */
  readonly responses?: Json;
};

const text = { type: 'string' };
const inPath = (name: string, schema: Json, description: string): Json => ({
  name,
  in: 'path',
  required: true,
  schema,
  description,
});
const inQuery = (name: string, schema: Json, description: string): Json => ({ name, in: 'query', schema, description });

const ID = inPath('id', { type: 'string', pattern: WATCH_ID.source }, 'The id of the watch.');
const DELIVERY = inPath('delivery', { type: 'string', pattern: DELIVERY_ID.source }, 'The webhook-id.');
const IF_NONE_MATCH: Json = {
  name: 'If-None-Match',
  in: 'header',
  schema: text,
  description: 'The ETag of an earlier answer. opwatch answers 304 if nothing has changed since then.',
};

/** The schema and the description of each filter. The fields of operations come after them. */
const DESCRIBED: Readonly<Record<string, readonly [schema: Json, description: string]>> = {
  status: [{ enum: STATUSES }, 'Only watches with this status.'],
  provider: [{ enum: PROVIDER_NAMES }, 'Only watches of this provider.'],
  connection: [text, 'Only watches of this connection.'],
  label: [
    { type: 'array', items: { type: 'string', pattern: '^[^:]+:' } },
    'Only watches with this label, as `name:value`. If the parameter appears several times, with all these labels.',
  ],
  since: [INSTANT_OR_DURATION, 'Only watches submitted since an instant (write `+` as %2B), or within a duration.'],
  limit: [{ type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: 20 }, 'The maximum number of watches on a page.'],
  cursor: [text, 'The cursor of the previous page.'],
};

const filters = (): readonly Json[] =>
  FILTERS.names.map((name) => {
    const [schema, description] = DESCRIBED[name] ?? [
      text,
      `Only watches whose operation has this ${name.split('.')[1]}.`,
    ];
    return { ...inQuery(name, schema, description), ...(name === 'label' && { style: 'form', explode: true }) };
  });

const PAGE = { 'text/html': { schema: text } };

const ROUTES: Readonly<Record<string, Operation>> = {
  'POST /watches': {
    operationId: 'submitWatch',
    tag: 'watches',
    summary: 'Watches an operation, or up to 25',
    description: 'A second submission is safe, because an operation has only one watch.',
    scope: 'submit',
    body: { anyOf: [asRef('Submission'), asRef('Submissions')] },
  },
  'GET /watches': {
    operationId: 'listWatches',
    tag: 'watches',
    summary: 'Lists watches, the newest first',
    scope: 'read',
    parameters: filters(),
  },
  'GET /watches/{id}': {
    operationId: 'readWatch',
    tag: 'watches',
    summary: 'Reads a watch and its deliveries',
    description: 'To wait for the end, ask again after `Retry-After`. An answer without `Retry-After` is the last.',
    scope: 'read',
    parameters: [ID, IF_NONE_MATCH],
  },
  'DELETE /watches/{id}': {
    operationId: 'stopWatch',
    tag: 'watches',
    summary: 'Stops a watch and tells its targets',
    description: 'The operation continues in its cloud. The API still shows the watch.',
    scope: 'submit',
    parameters: [ID],
  },
  'PATCH /watches/{id}': {
    operationId: 'extendWatch',
    tag: 'watches',
    summary: 'Sets another deadline, later or earlier',
    scope: 'submit',
    parameters: [ID],
    body: asRef('Extension'),
  },
  'POST /watches/{id}/deliveries/{delivery}/resend': {
    operationId: 'resendDelivery',
    tag: 'deliveries',
    summary: 'Sends a delivery again, under the same webhook-id',
    scope: 'operate',
    parameters: [ID, DELIVERY],
  },
  'POST /watches/{id}/deliveries/{delivery}/dismiss': {
    operationId: 'dismissDelivery',
    tag: 'deliveries',
    summary: 'Dismisses a parked delivery, so that no alarm counts it',
    scope: 'operate',
    parameters: [ID, DELIVERY],
  },
  'POST /deliveries/resend': {
    operationId: 'resendDeliveries',
    tag: 'deliveries',
    summary: 'Sends again all deliveries that opwatch parked for a target in a period',
    scope: 'operate',
    body: asRef('ParkedRange'),
  },
  'POST /deliveries/dismiss': {
    operationId: 'dismissDeliveries',
    tag: 'deliveries',
    summary: 'Dismisses all deliveries that opwatch parked for a target in a period',
    scope: 'operate',
    body: asRef('ParkedRange'),
  },
  'POST /targets/{name}/enable': {
    operationId: 'enableTarget',
    tag: 'targets',
    summary: 'Enables a target that answered 410',
    scope: 'operate',
    parameters: [inPath('name', { type: 'string', minLength: 1 }, 'The name of the target.')],
  },
  'POST /origins/disable': {
    operationId: 'disableOrigin',
    tag: 'targets',
    summary: 'Stops all callbacks of the tenant to an origin',
    scope: 'operate',
    body: asRef('Origin'),
  },
  'POST /origins/enable': {
    operationId: 'enableOrigin',
    tag: 'targets',
    summary: 'Allows callbacks to an origin again, and wakes the waiting deliveries',
    scope: 'operate',
    body: asRef('Origin'),
  },
  'GET /keys': {
    operationId: 'readKeys',
    tag: 'open',
    summary: "Shows the public keys that verify a tenant's callbacks",
    parameters: [inQuery('tenant', text, 'Left out, `default`.')],
  },
  'GET /openapi.json': {
    operationId: 'readDescription',
    tag: 'open',
    summary: 'Shows this document',
    parameters: [IF_NONE_MATCH],
  },
  'GET /w/{link}': {
    operationId: 'openLink',
    tag: 'open',
    summary: 'Opens a link from a message: one watch, for people',
    description: 'The route accepts unknown query parameters, because chats and mail scanners append them.',
    parameters: [inPath('link', { type: 'string', minLength: 1 }, 'As the message has it.')],
    responses: {
      200: {
        description: 'A page or, if the client prefers JSON, the data of an event.',
        content: { ...PAGE, 'application/json': { schema: asRef('EventData') } },
      },
      404: {
        description: 'The link does not open. The answer is the same for every reason.',
        content: {
          ...PAGE,
          'application/problem+json': { schema: asRef('Problem') },
          'application/json': { schema: asRef('GatewayMessage') },
        },
      },
    },
  },
};

const bodyOf = (route: string, schema: Json): Json => ({
  required: true,
  content: { 'application/json': { schema, examples: EXAMPLES[route] ?? {} } },
});

const operationOf = (route: string, { tag, scope, parameters, body, responses, ...words }: Operation): Json => ({
  ...words,
  tags: [tag],
  security: scope ? [{ token: [scope] }] : [],
  ...(parameters && { parameters }),
  ...(body && { requestBody: bodyOf(route, body) }),
  responses: { ...responsesOf(route, scope !== undefined), ...responses },
});

export const paths = (): Json => {
  const found: Record<string, Record<string, Json>> = {};
  for (const [route, operation] of Object.entries(ROUTES)) {
    const [method = '', path = ''] = route.split(' ');
    found[path] = { ...found[path], [method.toLowerCase()]: operationOf(route, operation) };
  }
  return found;
};
