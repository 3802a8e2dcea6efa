/** An event as CI systems hand it to their jobs: flat, named texts, or JSON whose texts their templates take apart. Pure. */
import type { OperationEvent } from '../../core/event.ts';
import type { Attempt } from '../target.ts';

/** What a shell or a CI's own templates would execute or expand. In JSON it only ever stands inside texts. */
const ACTIVE = /[$`'!%;|&<>()#*?~]/g;

/**
 * JSON that says the same and holds none of these characters: each is written as JSON's own escape. A job that puts it into a
 * script unquoted, or a CI that expands variables in it, finds nothing to act on.
 */
const inertJson = (value: unknown): string =>
  JSON.stringify(value).replace(ACTIVE, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

/**
 * For CI systems that read the JSON themselves and put its texts into their own templates: `$` and `` ` `` become twins, and so
 * does `##`, by which Azure takes a line of a job's output for a command (learn.microsoft.com, "Logging commands").
 */
export const inertTexts = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value).replaceAll('$', '＄').replaceAll('`', '｀').replaceAll('##', '＃＃'));

/**
 * `OPWATCH_EVENT` is the whole event in JSON; the others are what a job most often branches on. `OPWATCH_ID` is the
 * webhook-id: a job that has seen it has done this work already. The
 * texts in the event are a cloud's.
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
