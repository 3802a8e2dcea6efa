/** Checks of what the control plane is sent. */
import { BadRequest } from '../local-server.ts';

/** Throws BadRequest with `message` unless `condition` holds. */
export const check: (condition: boolean, message: string) => asserts condition = (condition, message) => {
  if (!condition) throw new BadRequest(message);
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isNotNegative = (value: unknown): value is number => isNumber(value) && value >= 0;

/** `value` if it passes, `fallback` if there is none; throws BadRequest otherwise. */
export const optional = <T, F>(
  value: unknown,
  is: (value: unknown) => value is T,
  fallback: F,
  message: string,
): T | F => {
  if (value === undefined) return fallback;
  check(is(value), message);
  return value;
};
