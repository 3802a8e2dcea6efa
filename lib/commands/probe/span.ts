import { HOUR, MINUTE, SECOND } from '../../core/schedule.ts';

/** Returns a span of time in a unit that suits people. */
export const span = (ms: number): string => {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 2 * MINUTE) return `${Math.round(ms / 100) / 10} s`;
  return ms < 2 * HOUR ? `${Math.round(ms / MINUTE)} min` : `${Math.round(ms / HOUR)} h`;
};
