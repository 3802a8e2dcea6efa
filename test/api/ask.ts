/** Asks the functions behind the HTTP API as API Gateway does, and answers what a caller gets. */
import { serve as serveApi } from '../../functions/api.ts';
import { serve as serveTrigger } from '../../functions/trigger.ts';
import { type HttpEvent, refused } from '../../lib/access/http-event.ts';
import { mustBeDescribed } from '../helpers/answers.ts';
import type { World } from '../world/world.ts';

export type Asked = {
  readonly path?: Record<string, string>;
  /** As it stands behind the question mark. */
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** What the authorizer says of the caller. */
  readonly lambda?: Record<string, string>;
};

export const eventOf = (routeKey: string, { path, query, headers = {}, body, lambda }: Asked = {}): HttpEvent => ({
  routeKey,
  headers,
  requestContext: {
    http: { method: '', path: '' },
    authorizer: { lambda: { tenant: 'default', scopes: 'submit read operate', token: 'abc', ...lambda } },
  },
  ...(path && { pathParameters: path }),
  ...(query !== undefined && { rawQueryString: query }),
  ...(body !== undefined && { body: JSON.stringify(body) }),
});

export const ask = async (world: World, routeKey: string, asked: Asked = {}) => {
  const serve = routeKey === 'POST /watches' ? serveTrigger : serveApi;
  const name = routeKey === 'POST /watches' ? 'trigger' : 'api';
  const { statusCode, headers, body } = await world
    .call(name, (runtime) => serve(eventOf(routeKey, asked), runtime))
    .catch(refused);
  const answered = { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) };
  mustBeDescribed(routeKey, { ...answered, type: headers['content-type'] ?? '' });
  return answered;
};
