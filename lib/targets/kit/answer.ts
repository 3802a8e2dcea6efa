/** Reads answers: the fields of a JSON body and the waits in them. Pure. */

import type { Verdict } from '../../core/verdict.ts';
import type { HttpAnswer } from '../../net/http.ts';
import { spanMs } from '../../net/retry-after.ts';

export const DELIVERED: Verdict = { kind: 'delivered' };

/** Returns seconds in a body (a number or its digits) as ms, a day at most. Undefined for any other value. */
export const secondsToMs = (value: unknown, now: number): number | undefined => {
  const seconds = typeof value === 'string' && /^\d{1,15}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds >= 0 && seconds !== Number.POSITIVE_INFINITY
    ? spanMs(seconds, now)
    : undefined;
};

export type Parsed = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Parsed =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Parsed) : {};

/** Returns the fields of a body that is one whole JSON object. Any other body has none. */
export const bodyFields = ({ body, cut }: HttpAnswer): Parsed => {
  if (cut) return {};
  try {
    return fieldsOf(JSON.parse(body));
  } catch {
    return {};
  }
};
