/**
 * Reads, lists, stops and extends watches; sends deliveries again. A watch of another tenant, or of a connection that the
 * token may not use, is not there.
 */
import * as v from 'valibot';
import { type Caller, callerOf, mayUse, mustHave, mustTell, principalOf } from '../lib/caller.ts';
import { habitsOf } from '../lib/habits.ts';
import { type DeliveryItem, deliveryKey, isId, type WatchItem, watchKey } from '../lib/items.ts';
import { type Lane, openLane } from '../lib/lane.ts';
import { linksOf } from '../lib/links.ts';
import { listWatches } from '../lib/listing.ts';
import type { Fields } from '../lib/log.ts';
import { dueBy } from '../lib/next-look.ts';
import { lanesOf } from '../lib/pace.ts';
import { placeOf } from '../lib/place.ts';
import { Refusal, TOO_MANY_DELIVERIES, TOO_MANY_REQUESTS, tooMany } from '../lib/problem.ts';
import { providers } from '../lib/providers/index.ts';
import { contextsOf } from '../lib/recipient.ts';
import { dismiss, dismissParked, type Parked, resend, resendParked } from '../lib/resend.ts';
import type { Runtime } from '../lib/runtime.ts';
import { answer, type HttpEvent, type HttpResult, httpHandler, jsonBody } from '../lib/shell.ts';
import type { Key } from '../lib/store.ts';
import { readDeadline } from '../lib/submission.ts';
import { changeWatch } from '../lib/submit.ts';
import { parseInstant } from '../lib/time.ts';
import { deliveryViews, pauseView, watchView } from '../lib/view.ts';
import { isOver, STATUSES, stop, type Watch } from '../lib/watch.ts';

type Handle = (event: HttpEvent, caller: Caller, runtime: Runtime) => Promise<HttpResult>;

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

const noSuchWatch = () => new Refusal(404, 'there is no such watch');

const isTheirs = (watch: Watch | undefined, caller: Caller): watch is Watch =>
  watch?.tenant === caller.tenant && mayUse(caller, watch.connection);

const idIn = ({ pathParameters: { id = '' } = {} }: HttpEvent): string => {
  if (!isId('w_', id)) throw noSuchWatch();
  return id;
};

/** The record of who changed what: nothing else keeps it. */
const note = (what: string, about: Fields, event: HttpEvent, { tenant }: Caller, { log }: Runtime): void =>
  log.info(what, { ...about, tenant, by: principalOf(event) });

const watchIn = async (event: HttpEvent, caller: Caller, { table }: Runtime): Promise<WatchItem> => {
  const [item] = (await table.get([watchKey(idIn(event))])) as WatchItem[];
  if (!item || !isTheirs(item.body, caller)) throw noSuchWatch();
  return item;
};

const read: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'read');
  const items = await runtime.table.partition(idIn(event));
  const watch = items.find(({ sk }) => sk === 'watch')?.body as Watch | undefined;
  if (!isTheirs(watch, caller)) throw noSuchWatch();
  const lane = await runtime.pace.read(watch.connection);
  const paused = isOver(watch.status) ? undefined : pauseView(lane, runtime.now());
  return answer(200, { ...view(watch, lane, runtime), paused, deliveries: deliveryViews(items) });
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

/** One delivery of a watch: what becomes of it by `act`, and how the log calls that. */
const withDelivery =
  (
    what: string,
    status: number,
    act: (key: Key, runtime: Runtime, caller: Caller) => Promise<DeliveryItem | undefined>,
  ): Handle =>
  async (event, caller, runtime) => {
    mustHave(caller, 'operate');
    const watch = await watchIn(event, caller, runtime);
    const id = event.pathParameters?.delivery ?? '';
    const noSuchDelivery = () => new Refusal(404, 'there is no such delivery');
    if (!isId('msg_', id)) throw noSuchDelivery();
    const key = deliveryKey(watch.pk, id);
    const [delivery] = (await runtime.table.get([key])) as DeliveryItem[];
    if (delivery) mustTell(caller, delivery.body.target);
    const after = delivery && (await act(key, runtime, caller));
    if (!after) throw noSuchDelivery();
    note(what, { watch: watch.pk, delivery: id, target: placeOf(after.body.target) }, event, caller, runtime);
    const { target, state, dismissedAt } = after.body;
    const at = dismissedAt === undefined ? undefined : new Date(dismissedAt).toISOString();
    return answer(status, { id: after.body.id, target, state, dismissedAt: at });
  };

/** What is sent again waits like any other, and counts like it. */
const placeFor =
  (tenant: string, { limits }: Pick<Runtime, 'limits'>) =>
  (): Promise<number> =>
    limits.deliveries.take(tenant, 1);

const resendOne = withDelivery('delivery sent again', 202, async (key, runtime, { tenant }) => {
  const waitMs = await placeFor(tenant, runtime)();
  if (waitMs > 0) throw new Refusal(tooMany(TOO_MANY_DELIVERIES, waitMs));
  const resent = await resend(key, runtime);
  if (resent && resent.body.state !== 'waiting') {
    const { id } = resent.body;
    throw new Refusal(409, `the watch has a later state than ${id} tells: it is not sent; send a later delivery again`);
  }
  return resent;
});

const dismissOne = withDelivery('delivery dismissed', 200, async (key, runtime) => {
  const after = await dismiss(key, runtime);
  if (after && after.body.state !== 'parked') throw new Refusal(409, `the delivery is not parked: ${after.body.state}`);
  return after;
});

const Range = v.strictObject({
  target: v.string(),
  from: v.string(),
  to: v.optional(v.string()),
  cursor: v.optional(v.string()),
});

/** All that was parked for a target in a time. */
const withParked =
  (
    what: string,
    status: number,
    act: (wanted: Parked, runtime: Runtime, caller: Caller) => ReturnType<typeof resendParked | typeof dismissParked>,
  ): Handle =>
  async (event, caller, runtime) => {
    mustHave(caller, 'operate');
    const body = v.safeParse(Range, jsonBody(event));
    if (!body.success)
      throw new Refusal(
        422,
        'the body must be {"target": ..., "from": instant, "to"?: instant, "cursor"?: ...} and nothing else',
      );
    const { target, from, to, cursor } = body.output;
    const [since, until] = [parseInstant(from), to === undefined ? runtime.now() : parseInstant(to)];
    if (since === undefined || until === undefined) throw new Refusal(422, 'from and to must be instants with a zone');
    mustTell(caller, target);
    const isMeant = (watch: Watch) => isTheirs(watch, caller);
    const wanted = { tenant: caller.tenant, target, since, until, isMeant, ...(cursor !== undefined && { cursor }) };
    const { cursor: next, ...done } = await act(wanted, runtime, caller);
    note(what, { target: placeOf(target), from, to, ...done }, event, caller, runtime);
    return answer(status, { ...done, cursor: next });
  };

const resendMany = withParked('parked deliveries sent again', 202, (wanted, runtime, { tenant }) =>
  resendParked({ ...wanted, takePlace: placeFor(tenant, runtime) }, runtime),
);
const dismissMany = withParked('parked deliveries dismissed', 200, dismissParked);

const enableTarget: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'operate');
  const name = event.pathParameters?.name ?? '';
  mustTell(caller, name);
  if (!runtime.config.targets.has(name)) throw new Refusal(404, 'there is no such target');
  await runtime.turns.enable(name);
  note('target enabled', { target: name }, event, caller, runtime);
  return answer(200, { target: name, disabled: false });
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
};

/** Answers one request; throws a Refusal for what it refuses. */
export const serve = async (event: HttpEvent, runtime: Runtime): Promise<HttpResult> => {
  const caller = callerOf(event);
  const handle = ROUTES[event.routeKey];
  if (!handle) throw new Refusal(404, 'there is no such route');
  const waitMs = await runtime.limits.requests.take(caller.tenant, 1);
  if (waitMs > 0) throw new Refusal(tooMany(TOO_MANY_REQUESTS, waitMs));
  return handle(event, caller, runtime);
};

export const handler = httpHandler(serve);
