/**
 * Callbacks that asked for a pause. Each address rests alone, because its Retry-After says nothing about other
 * addresses. Pure.
 */
import { createHash } from 'node:crypto';
import { believed, HOUR } from './schedule.ts';

/** The end of the pause (epoch ms) of each address. The key is a digest, because an address may be a secret. */
export type Resting = Readonly<Record<string, number>>;

const REST_MAX_MS = HOUR;
/** The number of addresses of one host. The longest pauses stay. Other deliveries wait by their own times. */
const ADDRESSES_MAX = 50;

const digestOf = (address: string): string => createHash('sha256').update(address).digest('hex').slice(0, 16);

/** Adds an address that asks for a pause of `afterMs`, an hour at most. It drops pauses that are over. */
export const rested = (resting: Resting, address: string, afterMs: number, now: number): Resting => {
  const key = digestOf(address);
  const until = Math.max(now + Math.min(afterMs, REST_MAX_MS), restEnd(resting, address, now));
  const others = Object.entries(resting).filter(([other, at]) => other !== key && believed(at, now, REST_MAX_MS) > now);
  const longest = [[key, until] as const, ...others].sort(([, a], [, b]) => b - a).slice(0, ADDRESSES_MAX);
  return Object.fromEntries(longest);
};

/** Returns the end of an address's pause, or 0. */
export const restEnd = (resting: Resting, address: string, now: number): number =>
  believed(resting[digestOf(address)] ?? 0, now, REST_MAX_MS);
