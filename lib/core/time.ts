/** Reads points and spans of time as people write them (ISO 8601). */
import { DAY, HOUR, MINUTE, SECOND } from './schedule.ts';

const DURATION =
  /^P(?=.)(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?=.)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** A duration in ms, or undefined. Years and months have no fixed length and are not read. */
export const parseDurationMs = (text: string): number | undefined => {
  const parts = text.length <= 64 ? DURATION.exec(text) : null;
  if (!parts) return undefined;
  const units = [7 * DAY, DAY, HOUR, MINUTE, SECOND];
  return Math.round(units.reduce((sum, unit, i) => sum + unit * Number(parts[i + 1] ?? 0), 0));
};

const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** An instant with its zone as epoch ms, or undefined (a date that does not exist included). */
export const parseInstant = (text: string): number | undefined => {
  const date = INSTANT.exec(text)?.[1];
  if (date === undefined) return undefined;
  // Date.parse rolls 30 February over into March: the day by itself must survive the round trip.
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const at = Date.parse(text);
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
  return exists && !Number.isNaN(at) ? at : undefined;
};
