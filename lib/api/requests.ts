/**
 * Code that all handlers of the HTTP API share: it checks the caller's rights on a watch, and it logs each change with
 * its caller.
 */
import { type Caller, mayUse, principalOf } from '../access/caller.ts';
import type { HttpEvent, HttpResult } from '../access/http-event.ts';
import { Refusal } from '../access/problem.ts';
import type { LogFields } from '../core/log.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import type { WatchItem } from '../store/items.ts';
import { isId, watchKey } from '../store/keys.ts';

/** Answers one request. Throws a Refusal where the API refuses the request. */
export type Handle = (event: HttpEvent, caller: Caller, runtime: Runtime) => Promise<HttpResult>;

export const noSuchWatch = () => new Refusal(404, 'there is no such watch');

/** Answers whether the watch exists, belongs to the caller's tenant, and uses a connection that the caller may use. */
export const isTheirs = (watch: Watch | undefined, caller: Caller): watch is Watch =>
  watch?.tenant === caller.tenant && mayUse(caller, watch.connection);

/** Returns the id in the path. Throws the Refusal 404 where the text cannot be an id. */
export const idIn = ({ pathParameters: { id = '' } = {} }: HttpEvent): string => {
  if (!isId('w_', id)) throw noSuchWatch();
  return id;
};

/**
 * Returns the watch that the path names. Throws the Refusal 404 where no such watch exists, or where the caller may not
 * see it.
 */
export const watchIn = async (event: HttpEvent, caller: Caller, { table }: Runtime): Promise<WatchItem> => {
  const [item] = (await table.get([watchKey(idIn(event))])) as WatchItem[];
  if (!item || !isTheirs(item.body, caller)) throw noSuchWatch();
  return item;
};

/** Logs a change with the caller who made it. Only the log keeps this record. */
export const note = (what: string, about: LogFields, event: HttpEvent, { tenant }: Caller, { log }: Runtime): void =>
  log.info(what, { ...about, tenant, by: principalOf(event) });
