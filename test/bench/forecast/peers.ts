/** The schedules of other programs that wait for clouds, as data: a JSON list of { peer, policy }. */
import { readFileSync } from 'node:fs';
import type { Point } from './replay.ts';

type Policy = {
  readonly initial_s: number;
  readonly multiplier: number;
  readonly cap_s: number;
  readonly jitter_kind?: string;
  readonly first_poll_s?: number | null;
};

export type Peer = { readonly name: string; readonly policy: Policy };

/** The peers whose schedule is fully told, each schedule once. */
export const readPeers = (file: string): Peer[] => {
  const all = JSON.parse(readFileSync(file, 'utf8')) as { peer: string; policy: Policy | null }[];
  const seen = new Map<string, Peer>();
  for (const { peer, policy } of all) {
    if (!policy || !(policy.initial_s > 0) || !(policy.cap_s > 0)) continue;
    const { initial_s, multiplier, cap_s, jitter_kind, first_poll_s } = policy;
    const schedule = [initial_s, multiplier, cap_s, jitter_kind, first_poll_s].join();
    if (!seen.has(schedule)) seen.set(schedule, { name: peer, policy });
  }
  return [...seen.values()];
};

/** Numbers from 0 to 1 that look random and are the same each time (mulberry32). */
const createRng = (): (() => number) => {
  let state = 7;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const waitOf = ({ initial_s, multiplier, cap_s, jitter_kind = 'none' }: Policy, n: number, chance: number): number => {
  const wait = Math.min(cap_s, initial_s * multiplier ** n);
  if (jitter_kind === 'none') return wait;
  if (jitter_kind === 'full') return chance * wait;
  return wait >= cap_s ? cap_s : initial_s + chance * (wait - initial_s);
};

/** The mean looks and the mean delay of a peer. Like opwatch it waits whole seconds, one at least. */
export const playPeer = ({ policy }: Peer, durations: Float64Array): Omit<Point, 'factor'> => {
  const chance = createRng();
  let [looks, delay] = [0, 0];
  for (const duration of durations) {
    let [age, n] = [policy.first_poll_s ?? 0, 0];
    for (; age < duration; n += 1) age += Math.max(1, Math.ceil(waitOf(policy, n, chance()) - 1e-9));
    looks += n + 1;
    delay += age - duration;
  }
  return { looks: looks / durations.length, delay: delay / durations.length };
};
