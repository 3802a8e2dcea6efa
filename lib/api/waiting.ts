/**
 * Lets a client wait for a change of a watch without a long open request. An ETag shows whether the client has the
 * present state. A Retry-After header says when the next request is worthwhile. Pure.
 */
import { hash } from 'node:crypto';
import type { Delivery } from '../core/delivery.ts';
import type { Item } from '../core/item.ts';
import type { Lane } from '../core/lane.ts';
import { projectNextLook } from '../core/next-look.ts';
import { RELEASE } from '../core/release.ts';
import { SECOND } from '../core/schedule.ts';
import { isOver, type LookPolicy, type Watch } from '../core/watch.ts';

/** The sort keys of the items that the answer for a watch shows. */
const SHOWN = /^(watch$|delivery#|attempt#)/;

/**
 * Returns the weak ETag of a watch and its deliveries. It depends on the versions of the items and on the release. It
 * does not depend on values that each answer calculates, such as the next look or a pause of the connection. A watch
 * that is submitted again after its deletion starts at version 1. So the ETag also depends on the time of submission.
 */
export const tagOf = (watch: Watch, items: readonly Item[]): string => {
  const versions = items.filter(({ sk }) => SHOWN.test(sk)).map(({ sk, version }) => [sk, version]);
  return `W/"${hash('sha256', JSON.stringify([RELEASE, watch.submittedAt, versions]), 'base64url').slice(0, 22)}"`;
};

/**
 * Answers whether the client already has the state of this tag, by its If-None-Match header (RFC 9110, 13.1.2: weak
 * comparison).
 */
export const isKnown = (ifNoneMatch: string | undefined, tag: string): boolean => {
  const known = (ifNoneMatch ?? '').split(',').map((each) => each.trim());
  const opaque = tag.replace(/^W\//, '');
  return known.includes('*') || known.some((each) => each.replace(/^W\//, '') === opaque);
};

/** The usual time (seconds) from the start of a look until its result is in the table. */
const LOOK_SECONDS = 2;
const LONGEST_SECONDS = 60;

/**
 * Returns the number of seconds until a watch may change. While the operation runs, this is the time of the next look.
 * Afterwards it is the time of the next attempt of a delivery. Returns undefined where the watch is over and no
 * delivery waits, because such a watch does not change by itself.
 */
export const retryAfterOf = (
  watch: Watch,
  items: readonly Item[],
  lane: Lane,
  policy: LookPolicy,
  now: number,
): number | undefined => {
  const next = nextChange(watch, items, lane, policy, now);
  if (next === undefined) return undefined;
  const seconds = Math.ceil((next - now) / SECOND) + LOOK_SECONDS;
  return Math.min(Math.max(seconds, LOOK_SECONDS), LONGEST_SECONDS);
};

const nextChange = (watch: Watch, items: readonly Item[], lane: Lane, policy: LookPolicy, now: number) => {
  if (!isOver(watch.status)) return Math.max(projectNextLook(watch, now, policy) ?? now, lane.pausedUntil);
  if (watch.owed.length > 0) return now;
  const deliveries = items.filter(({ sk }) => sk.startsWith('delivery#')).map(({ body }) => body as Delivery);
  const attempts = deliveries.flatMap(({ state, nextAttemptAt }) => (state === 'waiting' ? [nextAttemptAt] : []));
  return attempts.length > 0 ? Math.min(...attempts) : undefined;
};
