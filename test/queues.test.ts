/** The number of queues changes with a deployment, and whatever was in them is looked after all the same. */
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../lib/compose.ts';
import type { Delivery } from '../lib/core/delivery.ts';
import { isOver } from '../lib/core/watch.ts';
import { HOUR, MINUTE } from './samples.ts';
import { deliveriesOf, logged, pass, submitted, watchOf } from './world/scenes.ts';
import { createWorld, envWith, type World } from './world/world.ts';

const COUNT = 12;

/** Watches under way on both clouds; with deliveries of others that wait for a receiver until it is `well`. */
const busy = async (poll: number, notify: number) => {
  let isWell = false;
  const world = createWorld({
    env: envWith(poll, notify),
    reply: (url) => (url.includes('ci.example.com') && !isWell ? 'broken' : undefined),
  });
  world.start();
  const ids: string[] = [];
  for (let i = 0; i < COUNT; i += 1) {
    const scene = { operation: { OperationId: `op-${i}` }, endsAfter: 40 * MINUTE };
    ids.push(await submitted(world, scene));
    ids.push(await submitted(world, { ...scene, notify: ['ci'], operation: { OperationId: `on-${i}` }, endsAfter: 0 }));
  }
  await pass(world, 2 * MINUTE);
  return {
    world,
    ids,
    mend: () => {
      isWell = true;
    },
  };
};

const messagesOf = (world: World, urls: readonly string[]) => urls.flatMap((url) => world.sqs.messages(url)).length;
const states = (world: World, ids: readonly string[]) =>
  ids.flatMap((id) => deliveriesOf(world, id).map(({ body }) => (body as Delivery).state));

test.each([
  ['today’s', { NOTIFY_QUEUE_URLS: 'https://a,https://b' }, ['https://a', 'https://b']],
  ['that of 0.1.0', { NOTIFY_QUEUE_URL: 'https://a' }, ['https://a']],
])('notify queues are read from the environment as the template has it: %s [F21]', (_, env, queues) => {
  expect(readEnvironment(env).notifyQueues).toEqual(queues);
});

describe('the number of queues', () => {
  test.each([
    ['one to three', 1, 3],
    ['three to one', 3, 1],
    ['four to two', 4, 2],
  ])('changes from %s, and every outcome is told once [F20]', async (_, before, after) => {
    const { world, ids, mend } = await busy(before, before);
    world.redeploy(envWith(after, after));
    mend();
    await pass(world, 3 * HOUR);
    expect(ids.filter((id) => !isOver(watchOf(world, id).body.status))).toEqual([]);
    const told = states(world, ids);
    expect(told).toHaveLength(2 * COUNT);
    expect(new Set(told)).toEqual(new Set(['delivered']));
    expect(new Set(world.receivers.received.map(({ id }) => id)).size).toBe(2 * COUNT);
  });

  test('grows, and new watches use all of them', async () => {
    const { world } = await busy(1, 1);
    const env = envWith(3, 1);
    world.redeploy(env);
    for (let i = 0; i < 30; i += 1) await submitted(world, { operation: { OperationId: `new-${i}` } });
    for (const url of env.pollQueues.aliyun ?? []) expect(messagesOf(world, [url])).toBeGreaterThan(0);
  });

  test('shrinks, and whatever was lost is due again ten minutes late at most, without an alarm', async () => {
    const { world, ids } = await busy(3, 3);
    const due = new Map(ids.map((id) => [id, watchOf(world, id).aliveUntil]));
    world.redeploy(envWith(1, 1));
    await pass(world, 21 * MINUTE);
    const overdue = logged(world, 'swept').filter(({ oldestLapse }) => Number(oldestLapse) >= 20 * MINUTE);
    expect(overdue).toEqual([]);
    const still = ids.filter((id) => {
      const item = watchOf(world, id);
      return item.aliveUntil !== undefined && item.aliveUntil === due.get(id);
    });
    expect(still).toEqual([]);
  });
});
