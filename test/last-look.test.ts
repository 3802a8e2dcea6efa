/** The last look: owed past the deadline, however late, and never told as what it was not. */
import { describe, expect, test } from 'vitest';
import { newWatchItem } from '../lib/store/items.ts';
import { DAY, HOUR, MINUTE, SECOND, watchWith } from './samples.ts';
import type { CloudFault } from './world/cloud-faults.ts';
import { pass, submitted, watchOf } from './world/scenes.ts';
import { configWith, KEYS } from './world/settings.ts';
import { createWorld, QUEUES, START, type World, type WorldOptions } from './world/world.ts';

/** A watch with a deadline of one hour, two days later. The operation ends after ten minutes, unless it is said otherwise. */
const afterTwoDays = async (options: WorldOptions, endsAfter: number | undefined = 10 * MINUTE) => {
  const world: World = createWorld(options);
  world.start();
  const id = await submitted(world, { deadline: 'PT1H', ...(endsAfter > 0 && { endsAfter }) });
  await pass(world, 2 * DAY);
  const { body } = watchOf(world, id);
  const told = world.receivers.received.map(({ event }) => event.type);
  return { body, told, note: body.note, lateMs: (body.endedAt ?? 0) - START - HOUR };
};

const pollersAway = (from: number, until: number, now: () => number): WorldOptions => ({
  downUntil: (name) => (name.startsWith('poller') && now() >= START + from ? START + until : 0),
});

describe('an end that the cloud would have told is told, whatever opwatch did', () => {
  test.each<[string, number, number]>([
    ['are away over the deadline', 5 * MINUTE, 62 * MINUTE],
    ['are away from the start', 0, 62 * MINUTE],
    ['are away for ten hours', 5 * MINUTE, 11 * HOUR],
    ['are away for thirty hours', 5 * MINUTE, 31 * HOUR],
  ])('pollers that %s [F40]', async (_, from, until) => {
    let now = () => START;
    const options = pollersAway(from, until, () => now());
    const away = createWorld(options);
    now = () => away.timeline.now();
    away.start();
    const id = await submitted(away, { deadline: 'PT1H', endsAfter: 10 * MINUTE });
    await pass(away, 2 * DAY);
    expect(away.receivers.received.map(({ event }) => event.type)).toEqual(['operation.succeeded']);
    expect(watchOf(away, id).body).not.toHaveProperty('note');
  });

  test('purged queues [F19] [F40]', async () => {
    const world = createWorld();
    world.start();
    await submitted(world, { deadline: 'PT1H', endsAfter: 50 * MINUTE });
    await pass(world, 49 * MINUTE);
    for (const url of QUEUES) world.sqs.purge(url);
    await pass(world, DAY);
    expect(world.receivers.received.map(({ event }) => event.type)).toEqual(['operation.succeeded']);
  });

  test('credentials that opwatch cannot read for five hours [F40]', async () => {
    const world = createWorld();
    world.start();
    const { ALIYUN_KEY: key = '' } = world.environment;
    delete world.environment.ALIYUN_KEY;
    const id = await submitted(world, { deadline: 'PT1H', endsAfter: 10 * MINUTE });
    await pass(world, 5 * HOUR);
    expect(watchOf(world, id).body).toMatchObject({ status: 'pending', looks: 0 });
    world.environment.ALIYUN_KEY = key;
    await pass(world, HOUR);
    expect(world.receivers.received.map(({ event }) => event.type)).toEqual(['operation.succeeded']);
  });
});

describe('a last look that takes several calls of a slow connection', () => {
  const huawei = {
    vendor: 'huawei',
    credentials: { accessKeyId: 'env:HUAWEI_KEY', secretAccessKey: 'env:HUAWEI_SECRET' },
    callsPerSecond: 0.1,
  } as const;

  test.each([
    ['alone', 1],
    ['beside nine others', 10],
  ])('is made, %s, within the time that the calls take [F18] [F40]', async (_, count) => {
    let calls = 0;
    const world = createWorld({
      config: configWith({ connections: { huawei } }),
      onLook: () => {
        if (world.timeline.now() >= START + HOUR) calls += 1;
      },
    });
    world.start();
    const ids: string[] = [];
    for (let i = 0; i < count; i += 1) {
      // It fails in the last seconds: the action, its failure name and perhaps the cluster are asked past the deadline.
      const scene = { deadline: 'PT1H', endsAfter: HOUR - 20 * SECOND, end: 'failed' } as const;
      ids.push(await submitted(world, { ...scene, provider: 'huawei-dws', operation: { cluster_id: `dws-${i}` } }));
    }
    await pass(world, HOUR + count * 2 * MINUTE);
    expect(ids.map((id) => watchOf(world, id).body.status)).toEqual(Array(count).fill('failed'));
    expect(calls).toBeLessThanOrEqual(6 * count);
  });
});

describe('a last look at BPStudio, whose hour is over', () => {
  const operation = { provider: 'aliyun-bpstudio', deadline: 'PT61M' } as const;
  const silentFrom = (from: number, until: number): WorldOptions => {
    let now = () => START;
    return {
      cloudFault: () => (now() >= START + from && now() < START + until ? 'unavailable' : undefined),
      bend: (runtime) => {
        now = runtime.now;
        return runtime;
      },
    };
  };

  test('that brings no answer is no last look: the end that the cloud tells a minute later counts [F40] [F49]', async () => {
    const world = createWorld(silentFrom(61 * MINUTE, 62 * MINUTE));
    world.start();
    const id = await submitted(world, { ...operation, endsAfter: 60.5 * MINUTE });
    await pass(world, 2 * HOUR);
    expect(watchOf(world, id).body).toMatchObject({ status: 'succeeded' });
  });

  test('that brings no answer three times has a watch lost, with what the cloud said [F49]', async () => {
    const world = createWorld(silentFrom(60.9 * MINUTE, DAY));
    world.start();
    const id = await submitted(world, operation);
    await pass(world, 62 * MINUTE);
    expect(watchOf(world, id).body).toMatchObject({ status: 'running', trouble: { code: 'ServiceUnavailable' } });
    await pass(world, 13 * MINUTE);
    const { status, note, heard } = watchOf(world, id).body;
    expect([status, note]).toEqual(['lost', expect.stringContaining('it brought only ServiceUnavailable')]);
    expect(heard).toMatchObject({ word: 'RUNNING' });
  });
});

describe('where the cloud gives no last answer', () => {
  const faulty = (name: CloudFault, from: number): WorldOptions => {
    let now = () => START;
    return {
      cloudFault: () => (now() >= START + from ? name : undefined),
      onLook: () => {},
      bend: (runtime) => {
        now = runtime.now;
        return runtime;
      },
    };
  };

  test.each<[CloudFault, string]>([
    ['unavailable', 'the cloud did not answer: ServiceUnavailable'],
    ['hang', 'the cloud did not answer: timeout'],
    ['html', 'the cloud did not answer: '],
    ['denied', 'the cloud refused: NoPermission'],
    ['retry-after-long', 'the cloud asked for fewer calls: ServiceBusy'],
  ])('it has timed out a quarter of an hour later, and says so: %s [F40]', async (name, words) => {
    const { body, note, lateMs } = await afterTwoDays(faulty(name, 30 * MINUTE), 40 * MINUTE);
    expect(body.status).toBe('timed_out');
    expect(note).toContain(words);
    expect(note).toMatch(/The last answer on record, of 2026-01-05T08:[12]\d:[\d.]+Z: IN_PROGRESS\./);
    expect(lateMs).toBeGreaterThanOrEqual(15 * MINUTE);
    expect(lateMs).toBeLessThan(22 * MINUTE);
  });

  test('from the beginning, the note claims nothing of the cloud [F40]', async () => {
    const { body, note } = await afterTwoDays(faulty('unavailable', 0));
    expect(body).toMatchObject({ status: 'timed_out' });
    expect(note).toMatch(/^The deadline passed without a last answer\. No answer of the cloud is on record\. From /);
  });

  test('because it refuses the credentials, the note says just that, and no look is counted [F38] [F40]', async () => {
    const world = createWorld();
    world.clouds.keys.set('aliyun', `not ${KEYS.aliyun}`);
    world.start();
    const id = await submitted(world, { deadline: 'PT1H', endsAfter: 10 * MINUTE });
    await pass(world, 2 * HOUR);
    const { body } = watchOf(world, id);
    expect(body).toMatchObject({ status: 'timed_out', looks: 0 });
    expect(body).not.toHaveProperty('lookedAt');
    expect(body.note).toMatch(/No answer of the cloud is on record\. From .* the cloud refused: InvalidAccessKeyId/);
  });
});

describe('a receipt that brings no look', () => {
  test('is none in the count of looks', async () => {
    let looks = 0;
    const world = createWorld({
      onLook: () => {
        // A refused key concerns the connection: that call is no look at the watch.
        if (world.clouds.keys.get('aliyun') !== 'another') looks += 1;
      },
    });
    world.start();
    const id = await submitted(world, { endsAfter: 2 * HOUR });
    await pass(world, 20 * MINUTE);
    world.clouds.keys.set('aliyun', 'another');
    await pass(world, 40 * MINUTE);
    world.clouds.keys.set('aliyun', KEYS.aliyun);
    await pass(world, 2 * HOUR);
    expect(watchOf(world, id).body).toMatchObject({ status: 'succeeded', looks });
  });
});

test('a fault of our own is written in its watch, holds up no other, and goes when a look succeeds', async () => {
  let isFaulty = true;
  const world = createWorld({
    bend: (runtime) => ({
      ...runtime,
      secrets: {
        ...runtime.secrets,
        credentials: (...asked) => {
          if (isFaulty) throw new TypeError('a bug');
          return runtime.secrets.credentials(...asked);
        },
      },
    }),
  });
  world.start();
  const id = await submitted(world, { deadline: 'PT1H', endsAfter: 10 * MINUTE });
  await pass(world, 10 * HOUR);
  expect(watchOf(world, id).body).toMatchObject({ status: 'pending', looks: 0, trouble: { code: 'own_fault' } });
  isFaulty = false;
  await pass(world, 2 * MINUTE);
  const { body } = watchOf(world, id);
  expect(body.status).toBe('succeeded');
  expect(body).not.toHaveProperty('trouble');
});

test('a watch that an earlier version wrote is looked at a last time as well [F21]', async () => {
  const world = createWorld();
  const now = world.timeline.now();
  const watch = watchWith({
    id: 'w_old',
    submittedAt: now - DAY,
    deadline: now - HOUR,
    word: 'IN_PROGRESS',
    status: 'running',
  });
  world.clouds.add('aliyun-emr', watch.operation, [{ at: now - DAY, state: 'succeeded' }]);
  world.table.insert({ ...newWatchItem(watch, now), aliveUntil: 0 });
  world.start();
  await pass(world, 5 * MINUTE + SECOND);
  expect(watchOf(world, 'w_old').body.status).toBe('succeeded');
});
