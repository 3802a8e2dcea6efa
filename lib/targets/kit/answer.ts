/** Reads answers: what the status alone decides, and the fields of a JSON body. Pure. */
import type { HttpAnswer } from '../../http.ts';
import { retryAfterMs } from '../../retry-after.ts';
import { DAY, SECOND } from '../../schedule.ts';
import type { Verdict } from '../target.ts';

export const DELIVERED: Verdict = { kind: 'delivered' };

/** Statuses by which a server says that it has too much to do. */
const OVERWHELMED: readonly number[] = [429, 502, 503, 504];

/** The verdict of any status but 2xx; undefined for a 2xx, about which the body decides. */
export const byStatus = (answer: HttpAnswer): Verdict | undefined => {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (status === 410) return { kind: 'gone', reason: 'HTTP 410: the receiver wants no more' };
  const reason = status >= 300 && status < 400 ? 'redirects are not followed' : `HTTP ${status}`;
  return retry(reason, { afterMs: retryAfterMs(answer), slow: OVERWHELMED.includes(status) });
};

export type Wish = { readonly afterMs?: number | undefined; readonly slow?: boolean };

export const retry = (reason: string, { afterMs, slow = false }: Wish = {}): Verdict => ({
  kind: 'retry',
  reason,
  ...(afterMs !== undefined && { afterMs }),
  ...(slow && { slow }),
});

/** Seconds as receivers put them into bodies, in ms, at most a day; undefined for anything else. */
export const secondsToMs = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 ? Math.min(Math.ceil(value * SECOND), DAY) : undefined;

export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** The fields of a body that is one whole JSON object; none of anything else. */
export const bodyFields = ({ body, cut }: HttpAnswer): Fields => {
  if (cut) return {};
  try {
    return fieldsOf(JSON.parse(body));
  } catch {
    return {};
  }
};

/** Numbers and names of errors; without digits in names, no token can be taken for one. */
const CODE = /^(-?\d{1,10}|[A-Za-z_.]{1,48}( [A-Za-z_.]{1,20}){0,3})$/;

/** A receiver's own code, as a reason may hold it: nothing the receiver could have echoed. */
export const codeOf = (value: unknown): string =>
  (typeof value === 'number' || typeof value === 'string') && CODE.test(String(value))
    ? String(value)
    : 'no readable code';
