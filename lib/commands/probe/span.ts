import { HOUR, MINUTE, SECOND } from '../../core/schedule.ts';

/** A span of time in the unit people would use. */
export const span = (ms: number): string => {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 2 * MINUTE) return `${Math.round(ms / 100) / 10} s`;
  return ms < 2 * HOUR ? `${Math.round(ms / MINUTE)} min` : `${Math.round(ms / HOUR)} h`;
};
