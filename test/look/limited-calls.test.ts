import { describe, expect, test } from 'vitest';
import type { ConnectionConfig } from '../../lib/config/settings.ts';
import { allot, type Lane, openLane } from '../../lib/core/lane.ts';
import type { Lanes } from '../../lib/limits/lanes.ts';
import { LaneBusy, limitedCalls } from '../../lib/look/limited-calls.ts';
import { T0 } from '../samples.ts';

const connectionOf = (callsPerSecond: number): ConnectionConfig => ({
  name: 'aliyun',
  vendor: 'aliyun',
  credentials: 'env:KEY',
  endpoints: {},
  callsPerSecond,
});

/** A lane, a clock that only pauses move, and the calls of one look: `call` answers when it was made, ms after T0. */
const lookWith = (slots: readonly number[], { lane = openLane, rate = 10, isTrial = false, late = 0 } = {}) => {
  let now = T0;
  let row: Lane = lane;
  const lanes: Pick<Lanes, 'reserve' | 'read'> = {
    reserve: async (_, wishes, callsPerSecond) => {
      const result = allot(row, wishes, now, { callsPerSecond, mayStand: true });
      row = result.lane;
      return result.allotments;
    },
    read: async () => row,
  };
  const pause = async (ms: number) => {
    now += ms + late;
  };
  const turn = {
    wish: { watch: 'w', isSound: true, calls: slots.length },
    slots: slots.map((slot) => T0 + slot),
    ...(isTrial && { isTrial }),
  };
  const calls = limitedCalls(connectionOf(rate), turn, { lanes: lanes as Lanes, now: () => now, pause });
  return {
    call: async (): Promise<number> => {
      await calls.next();
      return now - T0;
    },
    ahead: async (): Promise<number> => {
      await calls.ahead();
      return now - T0;
    },
    pass: (ms: number) => {
      now += ms;
    },
    setLane: (next: Partial<Lane>) => {
      row = { ...row, ...next };
    },
  };
};

const busy = async (call: () => Promise<number>): Promise<{ retryAt: number; slots: number[] }> => {
  const error = await call().catch((thrown: unknown) => thrown);
  if (!(error instanceof LaneBusy)) throw new Error(`not busy: ${error}`);
  const { retryAt, slots = [] } = error.later;
  return { retryAt: retryAt - T0, slots: slots.map((slot) => slot - T0) };
};

describe('the calls of a look', () => {
  test('wait for the slots in hand, in order', async () => {
    const { call } = lookWith([700, 810]);
    expect([await call(), await call()]).toEqual([700, 810]);
  });

  test('take one more slot for each call beyond those', async () => {
    const { call } = lookWith([0], { lane: { ...openLane, gusts: [[T0, 9]] } });
    expect([await call(), await call(), await call()]).toEqual([0, 0, 1_150]);
  });

  test('may wait before they are made: once for each', async () => {
    const { ahead, call } = lookWith([700, 810]);
    expect([await ahead(), await call(), await call()]).toEqual([700, 700, 810]);
  });

  test('whose next slot is too far come back for it, with a slot for every call made so far', async () => {
    const { call } = lookWith([0, 110], { rate: 0.1, lane: { ...openLane, gusts: [[T0, 1]] } });
    await call();
    await call();
    expect(await busy(call)).toEqual({ retryAt: 9_150, slots: [10_150, 20_950, 31_750] });
  });

  test('of a slow connection go closer together than its slots are, a second apart: a function cannot wait longer', async () => {
    const { call } = lookWith([0, 11_000, 22_000], { rate: 0.1 });
    expect([await call(), await call(), await call()]).toEqual([0, 10_000, 11_150]);
  });

  test('end where the lane was paused while they waited', async () => {
    const { call, setLane } = lookWith([700]);
    setLane({ pausedUntil: T0 + 90_000 });
    expect(await busy(call)).toEqual({ retryAt: 90_000, slots: [] });
  });

  test('end where the lane is paused when one more slot is wanted', async () => {
    const { call, setLane } = lookWith([0]);
    await call();
    setLane({ pausedUntil: T0 + 90_000 });
    expect(await busy(call)).toEqual({ retryAt: 90_000, slots: [] });
  });

  test('on trial need no turn but for the first', async () => {
    const { call, setLane } = lookWith([0], { isTrial: true });
    setLane({ pausedUntil: T0 + 60_000 });
    expect([await call(), await call()]).toEqual([0, 0]);
  });

  test('that missed their slot by little go at once, by more take another', async () => {
    const { call, pass } = lookWith([0, 100], { lane: { ...openLane, gusts: [[T0, 10]] } });
    pass(60);
    expect(await call()).toBe(60);
    pass(101);
    expect(await call()).toBe(1_150);
  });

  test('of a function that is always late are made all the same', async () => {
    const { call } = lookWith([500], { late: 200, lane: { ...openLane, gusts: [[T0 + 400, 10]] } });
    expect(await call()).toBeGreaterThan(1_000);
  });

  test('end when the look has taken 15 seconds', async () => {
    const { call, pass } = lookWith([0]);
    await call();
    pass(15_001);
    expect(await busy(call)).toEqual({ retryAt: 20_001, slots: [] });
  });
});
