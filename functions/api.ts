/**
 * The function behind the HTTP API. It reads, lists, stops and extends watches. It sends deliveries again. It disables
 * and enables targets and origins.
 */
import { callerOf } from '../lib/access/caller.ts';
import type { HttpEvent, HttpResult } from '../lib/access/http-event.ts';
import { Refusal, TOO_MANY_REQUESTS, tooMany } from '../lib/access/problem.ts';
import { queryOf } from '../lib/access/query.ts';
import { withinTenant } from '../lib/access/within-tenant.ts';
import { parametersOf, ROUTES } from '../lib/api/routes.ts';
import type { Runtime } from '../lib/runtime.ts';
import { httpHandler } from '../lib/shell.ts';

/** Answers one request. Throws a Refusal where the API refuses the request. */
export const serve = async (event: HttpEvent, runtime: Runtime): Promise<HttpResult> => {
  const asking = callerOf(event);
  const caller = withinTenant(asking, runtime.config.boundsFor(asking.tenant));
  const handle = ROUTES[event.routeKey];
  if (!handle) throw new Refusal(404, 'there is no such route');
  const waitMs = await runtime.limits.requests.take(caller.tenant, 1);
  if (waitMs > 0) throw new Refusal(tooMany(TOO_MANY_REQUESTS, waitMs));
  queryOf(event, parametersOf(event.routeKey));
  return handle(event, caller, runtime);
};

export const handler = httpHandler(serve);
