/** The memory of the stand-ins: their settings, the operations, and a record of the calls. */
import { randomUUID } from 'node:crypto';
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
  /** How far the clouds' clock is ahead of the machine's, ms. */
  readonly clockOffsetMs: number;
  /** Calls that one access key may make in any second; null for no limit. */
  readonly callsPerSecond: number | null;
  /** A fault in every answer of one cloud, or of both. */
  readonly outage: { readonly fault: string; readonly vendor?: 'aliyun' | 'huawei' } | null;
  /** For each API, how it answers about what it never knew. */
  readonly absences: Readonly<Record<string, string>>;
  /** How many entries a page of a list has at most. */
  readonly pageSize: number;
  /** How long a Huawei key stays locked, s. */
  readonly lockSeconds: number;
};

export type Lock = { readonly failures: number; readonly until?: number };

/** By API and ids; the newest of a name replaces the one before. */
export type Operations = Map<string, Operation>;

/** Everything the stand-ins remember. */
export type State = {
  settings: Settings;
  readonly operations: Operations;
  readonly looks: Map<Operation, number>;
  readonly locks: Map<string, Lock>;
  readonly nonces: Set<string>;
  /** When each key's accepted calls of the last second came. */
  readonly recent: Map<string, readonly number[]>;
  readonly ledger: Ledger;
  /** Names each request. */
  readonly uniqueId: () => string;
  readonly reset: () => void;
};

export const createState = (
  credentials: readonly Key[],
  operations: Operations = new Map(),
  uniqueId: () => string = randomUUID,
): State => {
  const initial: Settings = {
    credentials,
    clockOffsetMs: 0,
    callsPerSecond: null,
    outage: null,
    absences: {},
    pageSize: 50,
    lockSeconds: 300,
  };
  const state: State = {
    settings: initial,
    operations,
    looks: new Map(),
    locks: new Map(),
    nonces: new Set(),
    recent: new Map(),
    ledger: createLedger(),
    uniqueId,
    reset: () => {
      state.settings = initial;
      for (const memory of [state.operations, state.looks, state.locks, state.nonces, state.recent]) memory.clear();
      state.ledger.clear();
    },
  };
  return state;
};

/** Lets an operation begin; the same ids again begin anew. */
export const begin = ({ operations, looks }: Pick<State, 'operations' | 'looks'>, operation: Operation): void => {
  const name = JSON.stringify([operation.api, operation.ids]);
  const before = operations.get(name);
  if (before) looks.delete(before);
  // Taken out first, so that the newest stands last.
  operations.delete(name);
  operations.set(name, operation);
};

/** Whether one more call of `key` keeps within the limit; counts it if so. */
export const withinLimit = (state: State, key: string, now: number): boolean => {
  const { callsPerSecond } = state.settings;
  if (callsPerSecond === null) return true;
  const recent = (state.recent.get(key) ?? []).filter((at) => at > now - 1000);
  const isGranted = recent.length < callsPerSecond;
  state.recent.set(key, isGranted ? [...recent, now] : recent);
  return isGranted;
};
