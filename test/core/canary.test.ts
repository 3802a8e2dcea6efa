/** The canary: operations of opwatch's own, one for each poll queue. Alarms wait for the delivery of their outcome. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../lib/config/config.ts';
import { CANARY, isCanaryInput } from '../../lib/core/canary.ts';
import { createLog } from '../../lib/core/log.ts';
import { DAY, MINUTE, SECOND } from '../../lib/core/schedule.ts';
import type { Watch } from '../../lib/core/watch.ts';
import { hearCanary } from '../../lib/deliver/hear-canary.ts';
import { queueFor } from '../../lib/store/queue.ts';
import { beginCanaries } from '../../lib/submit/begin-canaries.ts';
import { countInUse } from '../../lib/sweep/count-in-use.ts';
import { T0, watchWith } from '../samples.ts';
import { logged, messagesIn, pass, submitted } from '../world/scenes.ts';
import { configWith, inputWith } from '../world/settings.ts';
import { createWorld, ENV, envWith, QUEUES, START, type World, type WorldOptions } from '../world/world.ts';

const beginIn = (world: World) => world.call('trigger', beginCanaries);

const begun = async (options: WorldOptions = {}): Promise<World> => {
  const world = createWorld(options);
  world.start();
  await beginIn(world);
  return world;
};

const itemsOf = (world: World) =>
  [...world.table.items()].filter(({ body }) => (body as { tenant?: string }).tenant === CANARY);

const watchesOf = (world: World) => itemsOf(world).flatMap(({ sk, body }) => (sk === 'watch' ? [body as Watch] : []));

const delivered = (world: World) =>
  logged(world, 'canary delivered')
    .map(({ queue, seconds }) => [queue, seconds])
    .toSorted();
/** Queues by name, those that an outcome came through. */
const heard = (world: World) => [...new Set(delivered(world).map(([queue]) => queue))];
const ALL = ['notify', 'poll-aliyun-1', 'poll-aliyun-2', 'poll-huawei'];

describe('the canary', () => {
  test('has its outcome delivered through each queue, within seconds, and asks no cloud', async () => {
    let calls = 0;
    const world = await begun({ onLook: () => (calls += 1) });
    await pass(world, MINUTE);
    expect(heard(world)).toEqual(ALL);
    expect(delivered(world).map(([, seconds]) => seconds)).toEqual(Array(6).fill(5));
    expect(watchesOf(world).map(({ looks, history }) => [looks, history.map(({ status }) => status)])).toEqual(
      Array(3).fill([2, ['pending', 'running', 'succeeded']]),
    );
    expect([calls, messagesIn(world), world.denied]).toEqual([0, 0, []]);
  });

  test.each([
    [1, 1],
    [1, 5],
    [3, 2],
    [7, 7],
    [2, 20],
    [20, 20],
  ])('passes through each of 2 x %i poll queues and %i notify queues', async (poll, notify) => {
    const env = envWith(poll, notify);
    const world = createWorld({ env });
    const { operations } = await beginIn(world);
    expect(operations).toBeGreaterThanOrEqual(Math.max(2 * poll, notify));
    expect(operations).toBeLessThanOrEqual(2 * poll + notify);
    for (const { id, provider, labels } of watchesOf(world)) {
      const urls = env.pollQueues[provider.replace('canary-', '')] ?? [];
      expect(queueFor(urls, id).endsWith(`/${labels.pollQueue}`)).toBe(true);
      expect(queueFor(env.notifyQueues, id).endsWith(`/${labels.notifyQueue}`)).toBe(true);
    }
    world.start();
    await pass(world, MINUTE);
    const names = [...Object.values(env.pollQueues).flat(), ...env.notifyQueues].map((url) => url.split('/').at(-1));
    expect(heard(world).toSorted()).toEqual(names.toSorted());
  });

  test('begins with a 0 in the metric of each queue', async () => {
    const world = await begun();
    const zeros = logged(world, 'canary begins').map(({ queue }) => String(queue));
    expect(zeros.toSorted()).toEqual(ALL);
  });

  test('that is begun twice within a minute is there once', async () => {
    const world = await begun();
    await beginIn(world);
    expect(watchesOf(world)).toHaveLength(3);
    await pass(world, MINUTE);
    await beginIn(world);
    expect(watchesOf(world)).toHaveLength(6);
  });

  test('is delivered in time where its message is lost: the sweep sends another', async () => {
    const world = createWorld();
    await beginIn(world);
    for (const url of QUEUES) world.sqs.purge(url);
    world.start();
    await pass(world, 5 * MINUTE);
    expect(heard(world)).toEqual(ALL);
  });

  test('is not delivered where the mapping of one queue is off; the others are, and all are once it is on again', async () => {
    const off = ENV.pollQueues.aliyun?.[1];
    const world = await begun({ downUntil: (_, url) => (url === off ? START + 60 * MINUTE : 0) });
    await pass(world, 10 * MINUTE);
    expect(heard(world)).toEqual(ALL.filter((name) => name !== 'poll-aliyun-2'));
    await pass(world, 60 * MINUTE);
    const [late] = delivered(world).filter(([queue]) => queue === 'poll-aliyun-2');
    expect(late?.[1]).toBeGreaterThan(3_000);
  });

  test('is not delivered through a notify queue whose mapping is off', async () => {
    const env = envWith(1, 2);
    const off = env.notifyQueues[1];
    const world = await begun({ env, downUntil: (_, url) => (url === off ? START + 60 * MINUTE : 0) });
    await pass(world, 5 * MINUTE);
    expect(heard(world)).toContain('notify-1');
    expect(heard(world)).not.toContain('notify-2');
  });

  test('is kept for one day', async () => {
    const world = await begun();
    await pass(world, MINUTE);
    const items = itemsOf(world);
    const attempts = [...world.table.items()].filter(({ sk }) => sk.startsWith('attempt#'));
    expect([items.length, attempts.length]).toEqual([6, 3]);
    for (const { expiresAt = 0 } of [...items, ...attempts]) {
      const leftMs = expiresAt * SECOND - world.timeline.now();
      expect(leftMs).toBeGreaterThan(DAY - MINUTE);
      expect(leftMs).toBeLessThanOrEqual(DAY);
    }
  });
});

describe('nobody else meets the canary', () => {
  test('it is in no listing and in no count of a tenant', async () => {
    const world = createWorld();
    await beginIn(world);
    const other = await submitted(world, {});
    const counts = await world.call('sweep', countInUse);
    expect([...counts]).toEqual([['default', { active: 1, waiting: 0 }]]);
    const listed = [...world.table.items()].filter(({ listedAt }) => listedAt !== undefined);
    expect(listed.map(({ pk }) => pk)).toEqual([other]);
    world.start();
    await pass(world, MINUTE);
    expect(itemsOf(world).map(({ sk, tenantDay }) => [sk.split('#')[0], tenantDay])).toEqual([
      ...Array(3).fill(['watch', undefined]),
      ...Array(3).fill(['delivery', undefined]),
    ]);
  });

  test.each(['connections', 'targets', 'tenants'] as const)('its name is refused among %s', (kind) => {
    const settings = {
      connections: { vendor: 'aliyun', credentials: 'env:A' },
      targets: { type: 'slack', url: 'env:B' },
      tenants: {},
    } as const;
    const input = { ...inputWith(), [kind]: { ...inputWith()[kind], [CANARY]: settings[kind] } };
    expect(() => readConfig(input)).toThrow(
      new RegExp(
        `${kind}\\.${CANARY}: is an object; .*must have another name: only the canary of opwatch uses this one`,
      ),
    );
  });

  test('nobody submits its operations, has its target told or uses its connection', async () => {
    const world = createWorld({ config: configWith() });
    const operation = { at: 'now', number: '0' };
    const refused = async (body: object): Promise<string> => {
      const receipt = await world.timeline.finish(world.submit(body));
      expect(receipt.status).toBe(422);
      return JSON.stringify(receipt.body);
    };
    expect(await refused({ provider: 'canary-huawei', operation, notify: [] })).toContain('/provider');
    const emr = {
      provider: 'aliyun-emr',
      operation: { RegionId: 'cn-hangzhou', ClusterId: 'c-1', OperationId: 'op-1' },
    };
    expect(await refused({ ...emr, notify: [CANARY] })).toContain('is neither a configured target');
    expect(await refused({ ...emr, notify: [], connection: CANARY })).toContain('/connection');
  });
});

describe('its metric', () => {
  const linesOf = (over: Partial<Watch>, tookMs: number) => {
    const lines: string[] = [];
    const now = () => T0 + tookMs;
    const labels = { pollQueue: 'opwatch-dev-poll-huawei', notifyQueue: 'opwatch-dev-notify' };
    const watch = watchWith({ tenant: CANARY, labels, submittedAt: T0, status: 'succeeded', ...over });
    hearCanary(watch, { log: createLog((line) => lines.push(line), { deployment: 'opwatch-dev', now }), now });
    return lines.map((line) => JSON.parse(line));
  };

  test('is of the deployment and the queue', () => {
    const [line, other] = linesOf({}, 5 * SECOND);
    expect(line).toMatchObject({ deployment: 'opwatch-dev', queue: 'opwatch-dev-poll-huawei', canaryInTime: 1 });
    expect(other).toMatchObject({ deployment: 'opwatch-dev', queue: 'opwatch-dev-notify', canaryInTime: 1 });
    expect(line._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'opwatch',
        Dimensions: [['deployment', 'queue']],
        Metrics: [{ Name: 'canaryInTime', Unit: 'Count' }],
      },
    ]);
  });

  test.each<[string, Partial<Watch>, number, number]>([
    ['within five minutes', {}, 5 * MINUTE, 1],
    ['later', {}, 5 * MINUTE + 1, 0],
    ['with another end', { status: 'timed_out' }, MINUTE, 0],
  ])('tells of an outcome %s', (_, over, tookMs, value) => {
    expect(linesOf(over, tookMs).map(({ canaryInTime }) => canaryInTime)).toEqual([value, value]);
  });
});

test.each<[unknown, boolean]>([
  [{ opwatch: 'canary' }, true],
  [{ opwatch: 'other' }, false],
  [{ provider: 'aliyun-emr' }, false],
  [undefined, false],
  ['canary', false],
])('%j begins it: %s', (input, does) => {
  expect(isCanaryInput(input)).toBe(does);
});
