/**
 * Reads, lists, stops and extends watches; sends deliveries again. A watch of another tenant, or of a connection that the
 * token may not use, is not there. What the scope `operate` allows stands in lib/operate.ts.
 */
import * as v from 'valibot';
import { callerOf, mustHave } from '../lib/caller.ts';
import { habitsOf } from '../lib/habits.ts';
import { answer, type HttpEvent, type HttpResult, jsonBody } from '../lib/http-event.ts';
import { type Lane, openLane } from '../lib/lane.ts';
import { linksOf } from '../lib/links.ts';
import { listWatches } from '../lib/listing.ts';
import { dueBy } from '../lib/next-look.ts';
import { disableOne, dismissMany, dismissOne, enableOne, enableTarget, resendMany, resendOne } from '../lib/operate.ts';
import { lanesOf } from '../lib/pace.ts';
import { Refusal, TOO_MANY_REQUESTS, tooMany } from '../lib/problem.ts';
import { providers } from '../lib/providers/index.ts';
import { contextsOf } from '../lib/recipient.ts';
import { type Handle, idIn, isTheirs, noSuchWatch, note, watchIn } from '../lib/requests.ts';
import type { Runtime } from '../lib/runtime.ts';
import { httpHandler } from '../lib/shell.ts';
import { readDeadline } from '../lib/submission.ts';
import { changeWatch } from '../lib/submit.ts';
import { withinTenant } from '../lib/tenants.ts';
import { deliveryViews, pauseView, shownWithin, watchView } from '../lib/view.ts';
import { isOver, STATUSES, stop, type Watch } from '../lib/watch.ts';

const view = (watch: Watch, lane: Lane, runtime: Runtime) =>
  watchView(
    watch,
    linksOf(watch, runtime),
    habitsOf(watch, runtime.config),
    lane,
    runtime.now(),
    contextsOf(watch, runtime.config),
  );

const viewOf = async (watch: Watch, runtime: Runtime) =>
  view(watch, await runtime.pace.read(watch.connection), runtime);

const read: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'read');
  const items = await runtime.table.partition(idIn(event));
  const watch = items.find(({ sk }) => sk === 'watch')?.body as Watch | undefined;
  if (!isTheirs(watch, caller)) throw noSuchWatch();
  const lane = await runtime.pace.read(watch.connection);
  const paused = isOver(watch.status) ? undefined : pauseView(lane, runtime.now());
  return answer(200, { ...view(watch, lane, runtime), paused, ...shownWithin(deliveryViews(items)) });
};

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 100;

const providerNames = providers.map(({ traits }) => traits.name);

/** A filter that nothing can ever match is a slip, and an empty page would hide it. */
const mustBeOneOf = (what: string, given: string | undefined, choice: readonly string[]): void => {
  if (given !== undefined && !choice.includes(given)) {
    throw new Refusal(400, `${what} must be one of ${choice.join(', ')}`);
  }
};

const list: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'read');
  const { status, provider, cursor, limit = String(LIMIT_DEFAULT) } = event.queryStringParameters ?? {};
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > LIMIT_MAX) {
    throw new Refusal(400, `limit must be 1 to ${LIMIT_MAX}`);
  }
  mustBeOneOf('status', status, STATUSES);
  mustBeOneOf('provider', provider, providerNames);
  const matches = (watch: Watch) =>
    isTheirs(watch, caller) &&
    (status === undefined || watch.status === status) &&
    (provider === undefined || watch.provider === provider);
  const wanted = { tenant: caller.tenant, limit: Number(limit), matches, ...(cursor !== undefined && { cursor }) };
  const page = await listWatches(wanted, runtime.table, runtime.now());
  const lanes = await lanesOf(
    page.watches.map(({ connection }) => connection),
    runtime,
  );
  const watches = page.watches.map((watch) => view(watch, lanes.get(watch.connection) ?? openLane, runtime));
  return answer(200, { watches, cursor: page.cursor });
};

const end: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'submit');
  const item = await watchIn(event, caller, runtime);
  const stopped = await changeWatch(item, (watch) => stop(watch, runtime.now()), runtime);
  if (!stopped) throw noSuchWatch();
  const { body } = stopped;
  note('stop asked for', { watch: body.id, status: body.status }, event, caller, runtime);
  return answer(200, await viewOf(body, runtime));
};

const Extension = v.strictObject({ deadline: v.string() });

const extend: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'submit');
  const item = await watchIn(event, caller, runtime);
  const body = v.safeParse(Extension, jsonBody(event));
  if (!body.success) throw new Refusal(422, 'the body must be {"deadline": ...} and nothing else');
  const { at, detail } = readDeadline(body.output.deadline, runtime.now());
  if (detail) throw new Refusal(422, `deadline ${detail}`, [{ pointer: '/deadline', detail }]);
  const due = (watch: Watch) => dueBy(watch, at, runtime.now(), habitsOf(watch, runtime.config));
  const changed = await changeWatch(item, due, runtime);
  if (!changed) throw noSuchWatch();
  if (isOver(changed.body.status)) throw new Refusal(409, `the watch is over: ${changed.body.status}`);
  note('deadline moved', { watch: changed.pk, deadline: new Date(at).toISOString() }, event, caller, runtime);
  return answer(200, await viewOf(changed.body, runtime));
};

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
