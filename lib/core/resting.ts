/** Callbacks that asked for a pause: each address of a host for itself, because a Retry-After speaks of nothing else. Pure. */
import { createHash } from 'node:crypto';
import { believed, HOUR } from './schedule.ts';

/** Until when (epoch ms) an address is left alone, by a digest of it: an address may be a secret. */
export type Resting = Readonly<Record<string, number>>;

const REST_MAX_MS = HOUR;
/** One host's; those that rest longest are kept, and the others still wait by their own deliveries. */
const ADDRESSES_MAX = 50;

const digestOf = (address: string): string => createHash('sha256').update(address).digest('hex').slice(0, 16);

/** With an address that wants to be left alone for `afterMs`, an hour at most. What is over is forgotten. */
export const rested = (resting: Resting, address: string, afterMs: number, now: number): Resting => {
  const key = digestOf(address);
  const until = Math.max(now + Math.min(afterMs, REST_MAX_MS), restEnd(resting, address, now));
  const others = Object.entries(resting).filter(([other, at]) => other !== key && believed(at, now, REST_MAX_MS) > now);
  const longest = [[key, until] as const, ...others].sort(([, a], [, b]) => b - a).slice(0, ADDRESSES_MAX);
  return Object.fromEntries(longest);
};

/** Until when an address is left alone; 0 where it is not. */
export const restEnd = (resting: Resting, address: string, now: number): number =>
  believed(resting[digestOf(address)] ?? 0, now, REST_MAX_MS);
