/** An event as the flat, named texts that CI systems hand to their jobs. Pure. */
import type { OperationEvent } from '../../event.ts';
import type { Attempt } from '../target.ts';

/**
 * `OPWATCH_EVENT` is the whole event in JSON; the others are what a job most often branches on. `OPWATCH_ID` is the
 * webhook-id: a job that has seen it has done this work already. Texts are a cloud's: a job must quote them.
 */
export const parametersOf = (event: OperationEvent, { id }: Attempt): Readonly<Record<string, string>> => ({
  OPWATCH_ID: id,
  OPWATCH_TYPE: event.type,
  OPWATCH_STATUS: event.data.status,
  OPWATCH_PROVIDER: event.data.provider,
  OPWATCH_WATCH_ID: event.data.watch.id,
  OPWATCH_WATCH_URL: event.data.watch.url,
  OPWATCH_EVENT: JSON.stringify(event),
});
