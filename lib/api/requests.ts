/** What the handlers of the HTTP API share: who may see a watch, and the record of who changed what. */
import { type Caller, mayUse, principalOf } from '../access/caller.ts';
import type { HttpEvent, HttpResult } from '../access/http-event.ts';
import { Refusal } from '../access/problem.ts';
import type { LogFields } from '../core/log.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import type { WatchItem } from '../store/items.ts';
import { isId, watchKey } from '../store/keys.ts';

/** Answers one request; throws a Refusal for what it refuses. */
export type Handle = (event: HttpEvent, caller: Caller, runtime: Runtime) => Promise<HttpResult>;

export const noSuchWatch = () => new Refusal(404, 'there is no such watch');

/** Whether there is a watch, of the caller's tenant and of a connection that the caller may use. */
export const isTheirs = (watch: Watch | undefined, caller: Caller): watch is Watch =>
  watch?.tenant === caller.tenant && mayUse(caller, watch.connection);

/** The id in the path. Throws the Refusal 404 for what can be none. */
export const idIn = ({ pathParameters: { id = '' } = {} }: HttpEvent): string => {
  if (!isId('w_', id)) throw noSuchWatch();
  return id;
};

/** The watch in the path. Throws the Refusal 404 for one that is not there, or is not the caller's. */
export const watchIn = async (event: HttpEvent, caller: Caller, { table }: Runtime): Promise<WatchItem> => {
  const [item] = (await table.get([watchKey(idIn(event))])) as WatchItem[];
  if (!item || !isTheirs(item.body, caller)) throw noSuchWatch();
  return item;
};

/** The record of who changed what: nothing else keeps it. */
export const note = (what: string, about: LogFields, event: HttpEvent, { tenant }: Caller, { log }: Runtime): void =>
  log.info(what, { ...about, tenant, by: principalOf(event) });
