import { createLedger, type Ledger } from './ledger.ts';
import type { Operation } from './operation.ts';

/** An access key that the clouds accept, both alike. */
export type Key = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Makes it a temporary key, good only together with this token. */
  readonly securityToken?: string;
  /** When the token ends, epoch ms by the clouds' clock. */
  readonly expiresAt?: number;
};

export type Settings = {
  readonly credentials: readonly Key[];
  /** How far the clouds' clock is ahead of this machine's, ms. */
  readonly clockOffsetMs: number;
  /** Calls that one access key may make in any second; null for no limit. */
  readonly callsPerSecond: number | null;
  /** A fault in every answer of one cloud, or of both. */
  readonly outage: { readonly fault: string; readonly vendor?: 'aliyun' | 'huawei' } | null;
  /** For each API, how it answers about what it never knew. */
  readonly absences: Readonly<Record<string, string>>;
  /** How long a Huawei key stays locked, s. */
  readonly lockSeconds: number;
};

export type Lock = { readonly failures: number; readonly until?: number };

/** Everything the stand-ins remember. */
export type World = {
  readonly now: () => number;
  settings: Settings;
  /** By API and ids; the newest of a name replaces the one before. */
  readonly operations: Map<string, Operation>;
  readonly looks: Map<Operation, number>;
  readonly locks: Map<string, Lock>;
  readonly nonces: Set<string>;
  /** When each key's accepted calls of the last second came. */
  readonly recent: Map<string, readonly number[]>;
  readonly ledger: Ledger;
  readonly reset: () => void;
};

export function createWorld(
  now: () => number,
  credentials: readonly Key[],
  operations: Map<string, Operation> = new Map(),
): World {
  const initial: Settings = {
    credentials,
    clockOffsetMs: 0,
    callsPerSecond: null,
    outage: null,
    absences: {},
    lockSeconds: 300,
  };
  const world: World = {
    now,
    settings: initial,
    operations,
    looks: new Map(),
    locks: new Map(),
    nonces: new Set(),
    recent: new Map(),
    ledger: createLedger(),
    reset() {
      world.settings = initial;
      for (const memory of [world.operations, world.looks, world.locks, world.nonces, world.recent]) memory.clear();
      world.ledger.clear();
    },
  };
  return world;
}

/** Whether one more call of `key` keeps within the limit; counts it if so. */
export function withinLimit(world: World, key: string): boolean {
  const { callsPerSecond } = world.settings;
  if (callsPerSecond === null) return true;
  const now = world.now();
  const recent = (world.recent.get(key) ?? []).filter((at) => at > now - 1000);
  const granted = recent.length < callsPerSecond;
  world.recent.set(key, granted ? [...recent, now] : recent);
  return granted;
}

export function cloudTime(world: World): number {
  return world.now() + world.settings.clockOffsetMs;
}
