/**
 * Handles the requests that read or list watches. A caller gets the answer 404 for a watch of another tenant, and for a
 * watch of a connection that the token may not use.
 */
import { mustHave } from '../access/caller.ts';
import { answer, unchanged } from '../access/http-event.ts';
import { lookPolicyOf } from '../config/look-policy.ts';
import { type Lane, openLane } from '../core/lane.ts';
import { deliveryViews, pauseView, shownWithin, watchView } from '../core/view.ts';
import { isOver, type Watch } from '../core/watch.ts';
import { linksOf } from '../deliver/links.ts';
import { contextsOf } from '../deliver/recipient.ts';
import { lanesOf } from '../limits/lanes.ts';
import type { Runtime } from '../runtime.ts';
import { filtersIn } from './filters.ts';
import { listWatches } from './listing.ts';
import { type Handle, idIn, isTheirs, noSuchWatch } from './requests.ts';
import { isKnown, retryAfterOf, tagOf } from './waiting.ts';

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
  view(watch, await runtime.lanes.read(watch.connection), runtime);

export const read: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'read');
  const items = await runtime.table.partition(idIn(event));
  const watch = items.find(({ sk }) => sk === 'watch')?.body as Watch | undefined;
  if (!isTheirs(watch, caller)) throw noSuchWatch();
  const lane = await runtime.lanes.read(watch.connection);
  const tag = tagOf(watch, items);
  const seconds = retryAfterOf(watch, items, lane, lookPolicyOf(watch, runtime.config), runtime.now());
  const headers = { etag: tag, ...(seconds !== undefined && { 'retry-after': String(seconds) }) };
  if (isKnown(event.headers['if-none-match'], tag)) return unchanged(headers);
  const paused = isOver(watch.status) ? undefined : pauseView(lane, runtime.now());
  return answer(200, { ...view(watch, lane, runtime), paused, ...shownWithin(deliveryViews(items)) }, headers);
};

export const list: Handle = async (event, caller, runtime) => {
  mustHave(caller, 'read');
  const wanted = { tenant: caller.tenant, ...filtersIn(event, caller, runtime.now()) };
  const page = await listWatches(wanted, runtime.table, runtime.now());
  const lanes = await lanesOf(
    page.watches.map(({ connection }) => connection),
    runtime,
  );
  const watches = page.watches.map((watch) => view(watch, lanes.get(watch.connection) ?? openLane, runtime));
  return answer(200, { watches, cursor: page.cursor });
};
