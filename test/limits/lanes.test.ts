import { expect, test } from 'vitest';
import type { CallRequest } from '../../lib/core/call-request.ts';
import { openLane } from '../../lib/core/lane.ts';
import { createLanes } from '../../lib/limits/lanes.ts';
import { SECOND, T0 } from '../samples.ts';
import { createMemoryTable } from '../world/memory-table.ts';

const LANE = { pk: 'lane#aliyun', sk: 'lane' };

/** A function with a clock that stands until it is told to pass, and a line of 20 s. */
const aFunction = () => {
  let now = T0;
  const table = createMemoryTable({ now: () => now });
  table.insert({ ...LANE, version: 1, body: { ...openLane, nextSlotAt: T0 + 20 * SECOND } });
  let reads = 0;
  const port = {
    get: async (keys: Parameters<typeof table.get>[0]) => {
      reads += 1;
      return table.get(keys);
    },
    insert: async (item: Parameters<typeof table.insert>[0]) => table.insert(item),
    replace: async (item: Parameters<typeof table.replace>[0]) => table.replace(item),
  };
  // The cast stands for the methods of a table that lanes never call.
  const tools = { table: { ...table, ...port } as never, now: () => now, chance: () => 0, pause: async () => {} };
  return {
    lanes: createLanes(tools),
    reads: () => reads,
    pass: (ms: number) => {
      now += ms;
    },
  };
};

/** One that has found the line long just now. */
const inACrowd = async () => {
  const { lanes, reads, pass } = aFunction();
  const ask = async (wish: Partial<CallRequest> = {}) => {
    const before = reads();
    const [allotment] = await lanes.reserve('aliyun', [{ watch: 'w', isSound: true, calls: 1, ...wish }], 10);
    return { allotment, reads: reads() - before };
  };
  expect(await ask()).toMatchObject({ allotment: { slots: [T0 + 18_990] }, reads: 1 });
  return { ask, pass };
};

test('where a line was long a moment ago, those who come to its end are told so without a look at it', async () => {
  const { ask, pass } = await inACrowd();
  pass(249);
  // As far as it was promised then: a place in it takes 117 ms.
  expect(await ask()).toEqual({ allotment: { retryAt: T0 + 17_617, why: 'full' }, reads: 0 });
  pass(1);
  expect(await ask()).toMatchObject({ allotment: { slots: [expect.any(Number)] }, reads: 1 });
});

test.each<[string, Partial<CallRequest>, readonly number[]]>([
  ['who goes first', { first: true }, [T0 + 100]],
  ['whose time has come', { held: [T0] }, [T0 + 100]],
  ['who may do with earlier answers', { calls: 0 }, []],
])('but not those %s', async (_, wish, slots) => {
  const { ask, pass } = await inACrowd();
  pass(100);
  expect(await ask(wish)).toEqual({ allotment: { slots }, reads: 1 });
});

test('the calls of one instant look for a pause once, and those after them again', async () => {
  const { lanes, reads } = aFunction();
  const reading = await Promise.all(Array.from({ length: 10 }, () => lanes.read('aliyun')));
  expect(new Set(reading).size).toBe(1);
  expect(reads()).toBe(1);
  await lanes.read('aliyun');
  expect(reads()).toBe(2);
});
