/**
 * How a client waits for a watch without holding a request open: what it has seen is known again by a tag, and it is told when it
 * is worth asking again. Pure.
 */
import { hash } from 'node:crypto';
import type { Delivery } from '../core/delivery.ts';
import type { Item } from '../core/item.ts';
import type { Lane } from '../core/lane.ts';
import { projectNextLook } from '../core/next-look.ts';
import { RELEASE } from '../core/release.ts';
import { SECOND } from '../core/schedule.ts';
import { isOver, type LookPolicy, type Watch } from '../core/watch.ts';

/** The items of a watch's partition that its answer shows. */
const SHOWN = /^(watch$|delivery#|attempt#)/;

/**
 * The weak ETag of a watch with its deliveries, from their versions and the release. What an answer works out at reading (the next look,
 * a pause of the connection) does not count. A watch that was deleted begins its versions anew: the time of submission tells them apart.
 */
export const tagOf = (watch: Watch, items: readonly Item[]): string => {
  const versions = items.filter(({ sk }) => SHOWN.test(sk)).map(({ sk, version }) => [sk, version]);
  return `W/"${hash('sha256', JSON.stringify([RELEASE, watch.submittedAt, versions]), 'base64url').slice(0, 22)}"`;
};

/** Whether a client that sends this If-None-Match has what the tag stands for (RFC 9110, 13.1.2: weak comparison). */
export const isKnown = (ifNoneMatch: string | undefined, tag: string): boolean => {
  const known = (ifNoneMatch ?? '').split(',').map((each) => each.trim());
  const opaque = tag.replace(/^W\//, '');
  return known.includes('*') || known.some((each) => each.replace(/^W\//, '') === opaque);
};

/** A look takes about this long, until what it found is written down. */
const LOOK_SECONDS = 2;
const LONGEST_SECONDS = 60;

/**
 * The seconds until a watch may have changed: after its next look or, once it is over, after the next attempt to tell a target.
 * Undefined when it is over and nobody waits to be told: it changes no more by itself.
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
