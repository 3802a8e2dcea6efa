import { describe, expect, test } from 'vitest';
import { readConfig } from '../../lib/config/config.ts';
import { createSecrets } from '../../lib/config/secrets.ts';
import { type Lane, openLane } from '../../lib/core/lane.ts';
import { createLog } from '../../lib/core/log.ts';
import { createLanes } from '../../lib/limits/lanes.ts';
import { look } from '../../lib/look/look.ts';
import type { DueWatch, Outcome } from '../../lib/look/outcome.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import { createSharedAnswers } from '../../lib/net/shared-answers.ts';
import { HOUR, MINUTE, OPERATIONS, SECOND, T0, watchWith } from '../samples.ts';
import { createMemoryTable } from '../world/memory-table.ts';

const ehpc = (TaskId: string, slots?: readonly number[]): DueWatch => ({
  watch: watchWith({
    id: `w_${TaskId}`,
    provider: 'aliyun-ehpc',
    operation: { ...OPERATIONS['aliyun-ehpc'], TaskId },
    seenAt: T0,
  }),
  ...(slots && { slots }),
});
const emr = (OperationId: string, slots?: readonly number[]): DueWatch => ({
  watch: watchWith({ id: `w_${OperationId}`, seenAt: T0, operation: { ...OPERATIONS['aliyun-emr'], OperationId } }),
  ...(slots && { slots }),
});
const job = (job_id: string): DueWatch => ({
  watch: watchWith({
    id: `w_${job_id}`,
    provider: 'huawei-job',
    connection: 'huawei',
    seenAt: T0,
    operation: { service: 'ecs', region: 'cn-north-4', project_id: 'p', job_id },
  }),
});
/** As a request to Huawei Cloud is signed: `20260105T080000Z`. */
const SDK_DATE = /^(....)(..)(..)T(..)(..)(..)Z$/;

const answer = (status: number, body: object): HttpAnswer => ({
  status,
  headers: {},
  body: JSON.stringify(body),
  cut: false,
});

/** A cluster of `tasks` under way, fifty a page; of any other task it says that it has ended. */
const cluster =
  (tasks: number) =>
  ({ url }: HttpRequest): HttpAnswer => {
    const query = new URL(url).searchParams;
    const one = query.get('TaskId');
    if (one !== null) return answer(200, { RequestId: 'R', Tasks: [{ TaskId: one, Status: 'Success' }] });
    const page = Number(query.get('PageNumber'));
    const all = Array.from({ length: tasks }, (_, i) => ({ TaskId: `t-${i}`, Status: 'Processing' }));
    const Tasks = all.slice((page - 1) * 50, page * 50);
    return answer(200, { RequestId: 'R', TotalCount: tasks, PageSize: 50, Tasks });
  };

/** One function, with a clock that only pauses move. */
const functionWith = (cloud: (request: HttpRequest) => HttpAnswer, lane: Lane = openLane) => {
  let now = T0;
  const calls: { readonly at: number; readonly request: HttpRequest }[] = [];
  const config = readConfig({
    connections: {
      aliyun: { vendor: 'aliyun', credentials: { accessKeyId: 'env:ID', secretAccessKey: 'env:SECRET' } },
      huawei: { vendor: 'huawei', credentials: { accessKeyId: 'env:ID', secretAccessKey: 'env:SECRET' } },
    },
  });
  const table = createMemoryTable({ now: () => now });
  table.insert({ pk: 'lane#aliyun', sk: 'lane', version: 1, body: lane });
  const port = {
    get: async (keys: Parameters<typeof table.get>[0]) => table.get(keys),
    insert: async (item: Parameters<typeof table.insert>[0]) => table.insert(item),
    replace: async (item: Parameters<typeof table.replace>[0]) => table.replace(item),
    remove: async () => false,
    beginning: async () => [],
    partition: async () => [],
    lapsed: async () => [],
    owing: async () => new Map(),
    listed: async () => ({ keys: [] }),
  };
  const pause = async (ms: number) => {
    now += ms;
  };
  const environment = { ID: 'id', SECRET: 'secret' };
  const noSsm = { send: () => Promise.reject(new Error('nothing is kept there')) };
  const tools = {
    config,
    table: port,
    lanes: createLanes({ table: port, now: () => now, chance: () => 0, pause }),
    secrets: createSecrets(noSsm, environment, () => now),
    answers: createSharedAnswers(() => now),
    sendToCloud: async (request: HttpRequest) => {
      calls.push({ at: now - T0, request });
      return cloud(request);
    },
    log: createLog(() => {}),
    now: () => now,
    uniqueId: () => 'nonce',
    pause,
  };
  return {
    calls,
    environment,
    passed: () => now - T0,
    pass: (ms: number) => {
      now += ms;
    },
    look: async (dues: readonly DueWatch[]): Promise<readonly Outcome[]> => {
      const looked = look(dues, tools);
      expect(new Set(looked.map(([due]) => due))).toEqual(new Set(dues));
      const outcomes = new Map(await Promise.all(looked.map(async ([due, outcome]) => [due, await outcome] as const)));
      return dues.flatMap((due) => outcomes.get(due) ?? []);
    },
    lane: () => table.get([{ pk: 'lane#aliyun', sk: 'lane' }])[0]?.body as Lane,
  };
};

const wordOf = (outcome: Outcome | undefined) =>
  outcome && 'observation' in outcome && outcome.observation.kind === 'seen' ? outcome.observation.word : outcome;

describe('watches that one call can answer', () => {
  const batch = (first: number) => Array.from({ length: 10 }, (_, i) => ehpc(`t-${(first + i * 20) % 200}`));

  test('share it, in one batch and with the batches just before', async () => {
    const one = functionWith(cluster(200));
    expect((await one.look(batch(0))).map(wordOf)).toEqual(Array(10).fill('Processing'));
    expect(one.calls).toHaveLength(4);
    const slots = one.lane().nextSlotAt;
    expect((await one.look(batch(1))).map(wordOf)).toEqual(Array(10).fill('Processing'));
    expect(one.calls).toHaveLength(4);
    // What needs no call takes no slot from those who do.
    expect(one.lane().nextSlotAt).toBe(slots);
  });

  test('take no time from others where they come back for one, and an answer of a moment ago does', async () => {
    const one = functionWith(cluster(200));
    await one.look(batch(0));
    const slots = one.lane().nextSlotAt;
    const promised = batch(1).map(({ watch }, i) => (i === 0 ? { watch, slots: [T0] } : { watch }));
    expect((await one.look(promised)).map(wordOf)).toEqual(Array(10).fill('Processing'));
    expect(one.calls).toHaveLength(4);
    expect(one.lane().nextSlotAt).toBe(slots);
  });

  test('ask anew once the answers are old', async () => {
    const one = functionWith(cluster(200));
    await one.look(batch(0));
    one.pass(4_000);
    await one.look(batch(1));
    expect(one.calls).toHaveLength(8);
  });

  test.each([
    ['before the answers', -1, 4],
    ['at the instant of the answers', 0, 4],
    ['after the answers', 1, 5],
    ['now', 3_000, 5],
    ['ahead: it is not the last look', 3_001, 4],
  ])('ask anew for a last look past a deadline that lies %s [F40]', async (_, ms, calls) => {
    const one = functionWith(cluster(200));
    await one.look(batch(0));
    one.pass(3_000);
    const last = [ehpc('t-0'), ehpc('t-1')].map((due) => ({ ...due, watch: { ...due.watch, deadline: T0 + ms } }));
    expect((await one.look(last)).map(wordOf)).toEqual(['Processing', 'Processing']);
    expect(one.calls).toHaveLength(calls);
  });

  test('are asked for one by one where the shared answer does not have them, each in its turn', async () => {
    const one = functionWith(cluster(20));
    await one.look([ehpc('t-0'), ehpc('t-1')]);
    const outcomes = await one.look([ehpc('t-2'), ehpc('gone-1'), ehpc('gone-2')]);
    expect(outcomes.map(wordOf)).toEqual(['Processing', 'Success', 'Success']);
    expect(one.calls.map(({ at }) => at)).toEqual([0, 0, 0]);
  });
});

test('a batch is not refused for its time one by one: others sign by what the first has learned [F37]', async () => {
  const ahead = 20 * 60_000;
  let passed = () => 0;
  const cloud = ({ headers }: HttpRequest): HttpAnswer => {
    const time = T0 + passed() + ahead;
    if (Math.abs(Date.parse(headers['x-acs-date'] ?? '') - time) > 15 * 60_000) {
      const refusal = answer(400, { Code: 'InvalidTimeStamp.Expired', Message: 'expired', RequestId: 'R' });
      return { ...refusal, headers: { date: new Date(time).toUTCString() } };
    }
    return answer(200, { RequestId: 'R', OperationState: 'RUNNING', Operation: { OperationState: 'RUNNING' } });
  };
  const one = functionWith(cloud);
  passed = one.passed;
  const outcomes = await one.look(Array.from({ length: 10 }, (_, i) => emr(`op-${i}`)));
  expect(outcomes.map(wordOf)).toEqual(Array(10).fill('RUNNING'));
  // Three at most were on their way before the first was answered and what it learned was written down.
  expect(one.calls.length).toBeGreaterThan(10);
  expect(one.calls.length).toBeLessThanOrEqual(13);
  expect(Math.round((one.lane().skewMs ?? 0) / 60_000)).toBe(20);
});

test('a batch of Huawei Cloud is not refused at once where a clock was set a moment after a good answer: its key would be locked [F37]', async () => {
  let aheadMs = 0;
  let passed = () => 0;
  let refusals = 0;
  const cloud = ({ headers, url }: HttpRequest): HttpAnswer => {
    const time = T0 + passed() + aheadMs;
    const signedAt = Date.parse(String(headers['x-sdk-date']).replace(SDK_DATE, '$1-$2-$3T$4:$5:$6Z'));
    if (Math.abs(signedAt - time) <= 15 * MINUTE)
      return answer(200, { status: 'RUNNING', job_id: url.split('/').at(-1) });
    refusals += 1;
    const refusal = answer(401, { error_code: 'APIGW.0301', error_msg: 'signature expired' });
    return { ...refusal, headers: { date: new Date(time).toUTCString() } };
  };
  const one = functionWith(cloud);
  passed = one.passed;
  expect((await one.look([job('before')])).map(wordOf)).toEqual(['RUNNING']);
  for (const minutes of [20, -20, 0]) {
    one.pass(SECOND);
    aheadMs = minutes * MINUTE;
    refusals = 0;
    const outcomes = await one.look(Array.from({ length: 10 }, (_, i) => job(`job-${i}`)));
    expect(outcomes.map(wordOf)).toEqual(Array(10).fill('RUNNING'));
    expect(refusals).toBe(1);
  }
});

describe('watches of a connection that is booked far ahead', () => {
  const booked = { ...openLane, nextSlotAt: T0 + 60_000 };

  test('come back for their slots', async () => {
    const one = functionWith(cluster(0), booked);
    expect(await one.look([emr('a'), emr('b')])).toEqual([
      { retryAt: T0 + 58_940, why: 'full', slots: [T0 + 59_940] },
      { retryAt: T0 + 58_940, why: 'full', slots: [T0 + 59_940] },
    ]);
  });

  test('are given slots by one function no more than four times a second', async () => {
    const one = functionWith(cluster(0), booked);
    await one.look([emr('a')]);
    one.pass(249);
    expect(await one.look([emr('b')])).toEqual([{ retryAt: T0 + 57_617, why: 'full' }]);
    one.pass(1);
    expect(await one.look([emr('b')])).toEqual([{ retryAt: T0 + 58_940, why: 'full', slots: [T0 + 59_940] }]);
  });

  test('are served meanwhile whose slot has come', async () => {
    const fine = () => answer(200, { RequestId: 'R', Operation: { OperationState: 'IN_PROGRESS' } });
    const one = functionWith(fine, booked);
    await one.look([emr('a')]);
    expect((await one.look([emr('b', [T0 + 20])])).map(wordOf)).toEqual(['IN_PROGRESS']);
  });
});

describe('a look that takes several calls in a lane that is booked far ahead', () => {
  test('comes back with a slot for each, the first of its watches holding them', async () => {
    const goodAnswer = { watch: 'w_other', at: T0, key: 'k' };
    const full = [T0 + 1_150, T0 + 2_300].map((at) => [at, 10] as const);
    const one = functionWith(cluster(200), { ...openLane, gusts: [[T0, 9], ...full], good: [goodAnswer] });
    const dues = Array.from({ length: 10 }, (_, i) => ehpc(`t-${i * 20}`, i === 0 ? [T0] : undefined));
    const [first, ...others] = await one.look(dues);
    expect(first).toEqual({ retryAt: T0 + 1_610, why: 'full', slots: [T0 + 2_610, T0 + 2_610] });
    expect(others).toEqual(Array(9).fill({ retryAt: T0 + 1_610, why: 'full' }));
    expect(one.calls).toHaveLength(1);
  });
});

describe('a connection whose credentials were refused', () => {
  const shut: Lane = {
    ...openLane,
    pausedUntil: T0 + 60_000,
    refused: { since: T0 - 1_000, code: 'InvalidAccessKeyId', message: 'not found' },
  };
  const fine = () => answer(200, { RequestId: 'R', Operation: { OperationState: 'IN_PROGRESS' } });

  test('is not called, not even by those who have a slot already', async () => {
    const one = functionWith(fine, shut);
    expect(await one.look([emr('a', [T0]), emr('b', [T0 + 20]), emr('c')])).toEqual(
      Array(3).fill({ retryAt: T0 + 60_000, why: 'refused' }),
    );
    expect(one.calls).toHaveLength(0);
  });

  test('is called once when the pause is over, and open again for the others when that is answered', async () => {
    const one = functionWith(fine, { ...shut, pausedUntil: T0 });
    const outcomes = await one.look([emr('a'), emr('b')]);
    expect(outcomes.map(wordOf)).toEqual(['IN_PROGRESS', 'IN_PROGRESS']);
    // The second went when the first had been answered.
    expect(one.calls).toHaveLength(2);
    expect(one.lane().refused).toBeUndefined();
  });

  test('is not shut where this function alone had not heard that they were replaced [F38]', async () => {
    const refusal = answer(404, { Code: 'InvalidAccessKeyId.NotFound', Message: 'no' });
    let good = 'id';
    const one = functionWith(({ headers }) => (JSON.stringify(headers).includes(`=${good},`) ? fine() : refusal));
    expect((await one.look([emr('a')])).map(wordOf)).toEqual(['IN_PROGRESS']);
    good = 'id-2';
    one.environment.ID = good;
    one.pass(60_000);
    expect((await one.look([emr('a')])).map(wordOf)).toEqual(['IN_PROGRESS']);
    expect(one.calls).toHaveLength(3);
    expect(one.lane().refused).toBeUndefined();
    // Refused whatever is read: that concerns everybody.
    good = 'id-3';
    one.pass(60_000);
    expect(await one.look([emr('a')])).toEqual([{ retryAt: expect.any(Number), why: 'refused' }]);
    expect(one.calls).toHaveLength(4);
    expect(one.lane().refused).toBeDefined();
  });

  test('is not taken for good because of a silence that means absence', async () => {
    const forgotten: DueWatch = {
      watch: watchWith({
        provider: 'aliyun-bpstudio',
        seenAt: T0 - HOUR,
        submittedAt: T0 - 2 * HOUR,
        operation: { ...OPERATIONS['aliyun-bpstudio'] },
      }),
    };
    const one = functionWith(() => answer(503, {}), { ...shut, pausedUntil: T0 });
    expect(await one.look([forgotten])).toMatchObject([{ observation: { kind: 'absent', unanswered: {} } }]);
    expect(one.lane().refused).toBeDefined();
  });

  test('is not taken for good because of an answer from before', async () => {
    let isGood = true;
    const one = functionWith((request) =>
      isGood ? cluster(20)(request) : answer(404, { Code: 'InvalidAccessKeyId.NotFound', Message: 'no' }),
    );
    await one.look([ehpc('t-0'), ehpc('t-1')]);
    isGood = false;
    // The first may be refused for itself: others were answered just before. The second may not.
    const [first] = await one.look([emr('a')]);
    expect(first).toMatchObject({ observation: { kind: 'unanswered', error: { name: 'NotAllowed' } } });
    expect(one.lane().refused).toBeUndefined();
    await one.look([emr('b')]);
    expect(one.lane().refused).toBeDefined();
    const [outcome] = await one.look([ehpc('t-2'), ehpc('t-3')]);
    expect(outcome).toHaveProperty('retryAt');
    expect(one.lane().refused).toBeDefined();
  });
});

describe('a watch that was not looked at is told why', () => {
  const reasonOf = async (cloud: (request: HttpRequest) => HttpAnswer, lane: Lane = openLane) => {
    const one = functionWith(cloud, lane);
    const [outcome] = await one.look([emr('a')]);
    return { why: outcome && 'why' in outcome ? outcome.why : outcome, lane: one.lane() };
  };
  const busy = answer(503, { Code: 'Throttling.User', Message: 'too many', RequestId: 'R' });

  test('the cloud asked for a slower pace: the lane keeps its words', async () => {
    const { why, lane } = await reasonOf(() => ({ ...busy, headers: { 'retry-after': '60' } }));
    expect(why).toBe('paused');
    expect(lane.slowed).toEqual({ at: T0, code: 'Throttling.User', message: 'too many' });
    expect(lane.pausedUntil).toBe(T0 + 60_000);
  });

  test('the lane is paused', async () => {
    expect((await reasonOf(cluster(0), { ...openLane, pausedUntil: T0 + 9_000 })).why).toBe('paused');
  });

  test('its credentials were refused: the lane keeps the words', async () => {
    const { why, lane } = await reasonOf(() => answer(404, { Code: 'InvalidAccessKeyId.NotFound', Message: 'no' }));
    expect(why).toBe('refused');
    expect(lane.refused).toMatchObject({ since: T0, code: 'InvalidAccessKeyId.NotFound', message: 'no' });
  });

  test('opwatch itself is at fault', async () => {
    const broken = () => {
      throw new TypeError('x is undefined');
    };
    expect((await reasonOf(broken)).why).toBe('fault');
  });
});
