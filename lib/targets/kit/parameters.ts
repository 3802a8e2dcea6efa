/**
 * An event in the form that CI systems give to their jobs: flat texts with names, or JSON for their templates. Pure.
 */
import type { OperationEvent } from '../../core/event.ts';
import type { Attempt } from '../target.ts';

/** Characters that a shell or a CI template could execute or expand. In JSON they stand only inside texts. */
const ACTIVE = /[$`'!%;|&<>()#*?~]/g;

/**
 * Returns JSON with the same content and without these characters: each becomes an escape of JSON. So a job that puts
 * it into a script without quotes, or a CI that expands variables, runs nothing.
 */
const inertJson = (value: unknown): string =>
  JSON.stringify(value).replace(ACTIVE, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

/**
 * For CI systems that read the JSON and put its texts into their own templates. `$` and `` ` `` become similar
 * characters. So does `##`, because Azure reads such a line of output as a command (learn.microsoft.com, "Logging
 * commands").
 */
export const inertTexts = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value).replaceAll('$', '＄').replaceAll('`', '｀').replaceAll('##', '＃＃'));

/**
 * `OPWATCH_EVENT` is the whole event in JSON. The others are the fields that jobs use most often. `OPWATCH_ID` is the
 * webhook-id: a job that has seen it has done this work already. The texts in the event come from a cloud.
 */
export const parametersOf = (event: OperationEvent, { id }: Attempt): Readonly<Record<string, string>> => ({
  OPWATCH_ID: id,
  OPWATCH_TYPE: event.type,
  OPWATCH_STATUS: event.data.status,
  OPWATCH_PROVIDER: event.data.provider,
  OPWATCH_WATCH_ID: event.data.watch.id,
  OPWATCH_WATCH_URL: event.data.watch.url,
  OPWATCH_EVENT: inertJson(event),
});
