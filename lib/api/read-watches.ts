/** Reads and lists watches. A watch of another tenant, or of a connection that the token may not use, is not there. */
import { mustHave } from '../access/caller.ts';
import { answer } from '../access/http-event.ts';
import { Refusal } from '../access/problem.ts';
import { lookPolicyOf } from '../config/look-policy.ts';
import { type Lane, openLane } from '../core/lane.ts';
import { deliveryViews, pauseView, shownWithin, watchView } from '../core/view.ts';
import { isOver, STATUSES, type Watch } from '../core/watch.ts';
import { linksOf } from '../deliver/links.ts';
import { contextsOf } from '../deliver/recipient.ts';
import { lanesOf } from '../limits/pace.ts';
import { providers } from '../providers/index.ts';
import type { Runtime } from '../runtime.ts';
import { listWatches } from './listing.ts';
import { type Handle, idIn, isTheirs, noSuchWatch } from './requests.ts';

const view = (watch: Watch, lane: Lane, runtime: Runtime) =>
  watchView(
    watch,
    linksOf(watch, runtime),
    lookPolicyOf(watch, runtime.config),
    lane,
    runtime.now(),
    contextsOf(watch, runtime.config),
  );

export const viewOf = async (watch: Watch, runtime: Runtime) =>
  view(watch, await runtime.pace.read(watch.connection), runtime);

export const read: Handle = async (event, caller, runtime) => {
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

export const list: Handle = async (event, caller, runtime) => {
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
