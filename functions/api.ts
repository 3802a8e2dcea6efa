/** Reads, lists, stops and extends watches; sends deliveries again; disables and enables targets and origins. */
import { callerOf } from '../lib/caller.ts';
import { end, extend } from '../lib/change-watches.ts';
import type { HttpEvent, HttpResult } from '../lib/http-event.ts';
import { disableOne, dismissMany, dismissOne, enableOne, enableTarget, resendMany, resendOne } from '../lib/operate.ts';
import { Refusal, TOO_MANY_REQUESTS, tooMany } from '../lib/problem.ts';
import { list, read } from '../lib/read-watches.ts';
import type { Handle } from '../lib/requests.ts';
import type { Runtime } from '../lib/runtime.ts';
import { httpHandler } from '../lib/shell.ts';
import { withinTenant } from '../lib/within-tenant.ts';

const ROUTES: Readonly<Record<string, Handle>> = {
  'GET /watches': list,
  'GET /watches/{id}': read,
  'DELETE /watches/{id}': end,
  'PATCH /watches/{id}': extend,
  'POST /watches/{id}/deliveries/{delivery}/resend': resendOne,
  'POST /deliveries/resend': resendMany,
  'POST /watches/{id}/deliveries/{delivery}/dismiss': dismissOne,
  'POST /deliveries/dismiss': dismissMany,
  'POST /targets/{name}/enable': enableTarget,
  'POST /origins/disable': disableOne,
  'POST /origins/enable': enableOne,
};

/** Answers one request; throws a Refusal for what it refuses. */
export const serve = async (event: HttpEvent, runtime: Runtime): Promise<HttpResult> => {
  const asking = callerOf(event);
  const caller = withinTenant(asking, runtime.config.boundsFor(asking.tenant));
  const handle = ROUTES[event.routeKey];
  if (!handle) throw new Refusal(404, 'there is no such route');
  const waitMs = await runtime.limits.requests.take(caller.tenant, 1);
  if (waitMs > 0) throw new Refusal(tooMany(TOO_MANY_REQUESTS, waitMs));
  return handle(event, caller, runtime);
};

export const handler = httpHandler(serve);
