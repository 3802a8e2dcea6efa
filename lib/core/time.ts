/** Reads instants and durations in ISO 8601. */
import { DAY, HOUR, MINUTE, SECOND } from './schedule.ts';

const DURATION =
  /^P(?=.)(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?=.)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Returns a duration in ms, or undefined. It does not read years and months, because they have no fixed length. */
export const parseDurationMs = (text: string): number | undefined => {
  const parts = text.length <= 64 ? DURATION.exec(text) : null;
  if (!parts) return undefined;
  const units = [7 * DAY, DAY, HOUR, MINUTE, SECOND];
  return Math.round(units.reduce((sum, unit, i) => sum + unit * Number(parts[i + 1] ?? 0), 0));
};

const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Returns an instant with a zone as epoch ms, or undefined. A date that does not exist gives undefined too. */
export const parseInstant = (text: string): number | undefined => {
  const date = INSTANT.exec(text)?.[1];
  if (date === undefined) return undefined;
  // Date.parse turns 30 February into a day of March. So the date must survive the round trip.
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const at = Date.parse(text);
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
  return exists && !Number.isNaN(at) ? at : undefined;
};
