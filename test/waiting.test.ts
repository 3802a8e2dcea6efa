/** Deliveries that wait: they are counted and bounded, and those that wait long hold no message. */
import { describe, expect, test } from 'vitest';
import { withSleep } from '../lib/deliver/sleep.ts';
import { type DeliveryItem, wakeUpOf, withBody } from '../lib/store/items.ts';
import { sweep } from '../lib/sweep/sweep.ts';
import { ask } from './api/ask.ts';
import { DAY, HOUR, MINUTE, OPERATIONS, SECOND } from './samples.ts';
import { besideCrowd } from './world/crowd.ts';
import { deliveriesOf, logged, messagesIn, owed, pass, submitted } from './world/scenes.ts';
import { configWith } from './world/settings.ts';
import { createWorld, NOTIFY_QUEUE, type World } from './world/world.ts';

const LIMIT = 100;
const config = configWith({ defaults: { notify: ['chat'], limits: { waitingDeliveries: LIMIT } } });

const callbacks = (count: number, host = 'cb') =>
  Array.from({ length: count }, (_, i) => `https://${host}-${i}.example.com/`);

const post = (world: World, OperationId: string, notify: readonly string[]) => {
  const operation = { ...OPERATIONS['aliyun-emr'], OperationId };
  world.clouds.add('aliyun-emr', operation, [{ at: 0, state: 'running' }]);
  return ask(world, 'POST /watches', { body: { provider: 'aliyun-emr', operation, notify } });
};

const sweepOnce = (world: World) => world.call('sweep', (runtime) => sweep(runtime, () => true));

describe('a tenant at its limit of waiting deliveries', () => {
  /** Ten callbacks a watch, each of which is stopped at once: its place is free again, and its deliveries wait. */
  const flooded = async () => {
    const world = createWorld({ config, reply: (url) => (url.includes('cb-') ? 'broken' : undefined) });
    world.start();
    const statuses: number[] = [];
    for (let i = 0; i < 15; i += 1) {
      const { status, body } = await post(world, `op-${i}`, callbacks(10));
      statuses.push(status);
      if (status === 202) await ask(world, 'DELETE /watches/{id}', { path: { id: body.id } });
    }
    await pass(world, 3 * MINUTE);
    return { world, statuses };
  };

  test('is refused what would make more of them, with the time to wait, and nothing is written', async () => {
    const { world, statuses } = await flooded();
    expect(statuses).toEqual([...Array(10).fill(202), ...Array(5).fill(429)]);
    const items = [...world.table.items()].length;
    const { status, body } = await post(world, 'op-new', ['chat']);
    expect({ status, body }).toMatchObject({
      status: 429,
      body: { detail: expect.stringContaining('limit of waiting deliveries'), retryAfterSeconds: expect.any(Number) },
    });
    expect([...world.table.items()]).toHaveLength(items);
    expect(logged(world, 'tenant at its limit').at(-1)).toMatchObject({ limit: 'waiting deliveries' });
  });

  test('joins nobody to a watch, but may submit again what is there', async () => {
    const { world } = await flooded();
    const [id = ''] = logged(world, 'stop asked for').map(({ watch }) => String(watch));
    const again = await post(world, 'op-0', callbacks(10));
    expect(again.status).toBe(429);
    expect(deliveriesOf(world, id)).toHaveLength(10);
  });

  test('sends nothing again', async () => {
    const { world } = await flooded();
    const [id = ''] = logged(world, 'stop asked for').map(({ watch }) => String(watch));
    const delivery = deliveriesOf(world, id)[0]?.body.id ?? '';
    const one = await ask(world, 'POST /watches/{id}/deliveries/{delivery}/resend', { path: { id, delivery } });
    expect(one).toMatchObject({ status: 429, body: { retryAfterSeconds: expect.any(Number) } });
  });

  test('is let in again when they have got through or are parked', async () => {
    const { world } = await flooded();
    await pass(world, 6 * DAY);
    await sweepOnce(world);
    expect((await post(world, 'op-later', callbacks(10))).status).toBe(202);
  });

  test('has all that was taken told', async () => {
    const world = createWorld({ config });
    world.start();
    for (let i = 0; i < 10; i += 1) {
      const { body } = await post(world, `op-${i}`, callbacks(10));
      await ask(world, 'DELETE /watches/{id}', { path: { id: body.id } });
    }
    await pass(world, 10 * MINUTE);
    expect(new Set(world.receivers.received.map(({ id }) => id)).size).toBe(100);
  });
});

test('what is sent again by target and time stops at the limit, and the cursor goes on with the rest', async () => {
  let isBroken = true;
  const world = createWorld({ config, reply: () => (isBroken ? 'broken' : undefined) });
  world.start();
  owed(world, { to: 'ci', count: 130 });
  const from = new Date(world.timeline.now()).toISOString();
  await pass(world, 6 * DAY);
  isBroken = false;
  let body: Record<string, unknown> = { target: 'ci', from };
  let resent = 0;
  for (let i = 0; i < 5; i += 1) {
    const answer = await ask(world, 'POST /deliveries/resend', { body });
    resent += answer.body.resent ?? 0;
    await pass(world, 10 * MINUTE);
    await sweepOnce(world);
    if (answer.body.cursor) body = { ...body, cursor: answer.body.cursor };
  }
  expect(resent).toBe(130);
});

test('while one tenant has 5,000 deliveries waiting, those of another arrive within ten seconds [F7]', async () => {
  const { waits, attempts } = await besideCrowd({ waiting: 5_000, origins: 50, spread: HOUR, lasts: 10 * MINUTE });
  expect(waits).toHaveLength(30);
  expect(Math.max(...waits)).toBeLessThan(10 * SECOND);
  expect(attempts).toBeGreaterThan(100);
});

describe('a delivery that waits long', () => {
  test('holds no message, and comes to its attempts within two minutes of their time, without a lapse', async () => {
    const world = createWorld({ reply: () => 'broken' });
    world.start();
    const id = await submitted(world, { endsAfter: 0, end: 'failed', notify: ['ci'] });
    await pass(world, HOUR);
    expect(deliveriesOf(world, id)).toMatchObject([{ isAsleep: true, lapses: 0 }]);
    expect(messagesIn(world)).toBe(0);
    await pass(world, 5 * DAY);
    const attempts = world.table.partition(id).filter(({ sk }) => sk.startsWith('attempt#'));
    const bodies = attempts.map(({ body }) => body as { at: number; nextAttemptAt?: number });
    expect(bodies).toHaveLength(10);
    bodies.slice(1).forEach(({ at }, i) => {
      const late = at - (bodies[i]?.nextAttemptAt ?? 0);
      expect(late).toBeGreaterThanOrEqual(-1_000);
      expect(late).toBeLessThan(2 * MINUTE);
    });
    expect(world.swept()).toBe(0);
    expect(logged(world, 'swept')).toEqual([]);
    expect(deliveriesOf(world, id)).toMatchObject([{ body: { state: 'parked' } }]);
  });

  test('so the queue stays small, whatever receivers do', async () => {
    const world = createWorld({ reply: () => 'broken' });
    world.start();
    let most = 0;
    for (let hour = 0; hour < 24; hour += 1) {
      owed(world, { to: 'ci', count: 20 });
      await pass(world, HOUR);
      most = Math.max(most, world.sqs.messages(NOTIFY_QUEUE).length);
    }
    expect(most).toBeLessThan(100);
  });

  test('is told at once when somebody sends it again', async () => {
    let isBroken = true;
    const world = createWorld({ reply: () => (isBroken ? 'broken' : undefined) });
    world.start();
    const id = await submitted(world, { endsAfter: 0, end: 'failed', notify: ['ci'] });
    await pass(world, 3 * HOUR);
    isBroken = false;
    const delivery = deliveriesOf(world, id)[0]?.body.id ?? '';
    await ask(world, 'POST /watches/{id}/deliveries/{delivery}/resend', { path: { id, delivery } });
    await pass(world, MINUTE);
    expect(deliveriesOf(world, id)).toMatchObject([{ body: { state: 'delivered' } }]);
  });

  test('is not put to sleep by a function that was frozen, until a time that no longer holds', async () => {
    const world = createWorld({ reply: () => 'broken' });
    const [id = ''] = owed(world, { to: 'ci', count: 1 });
    const [read] = [...world.table.items()].filter(({ sk }) => sk === `delivery#${id}`) as DeliveryItem[];
    if (!read) throw new Error('no delivery');
    const now = world.timeline.now();
    const job = { wakeUp: wakeUpOf(read), messageId: 'm', item: read, receives: 1 };
    const result = { retryAt: now + 5 * HOUR };
    const decide = () => world.call('notifier', (runtime) => withSleep(new Map([[job, result]]), runtime));
    // Meanwhile another function has made the attempt that it had put off.
    const tried = withBody(read, { ...read.body, attempts: 1, nextAttemptAt: now + MINUTE }, now + MINUTE, now);
    world.table.replace(tried);
    expect([...(await decide()).values()]).toEqual([result]);
    expect(world.table.get([read])).toEqual([tried]);
    // Where nobody has had it, it sleeps.
    world.table.replace({ ...read, version: 3 });
    job.item = { ...read, version: 3 };
    expect([...(await decide()).values()]).toEqual(['ack']);
    expect(world.table.get([read])).toMatchObject([{ isAsleep: true, aliveUntil: result.retryAt }]);
  });

  test('is woken late by nothing but the sweep, and woken again where its message is lost', async () => {
    let isDown = false;
    const world = createWorld({ reply: () => 'broken', happens: (what) => what === 'refused entry' && isDown });
    world.start();
    const id = await submitted(world, { endsAfter: 0, end: 'failed', notify: ['ci'] });
    await pass(world, HOUR);
    isDown = true;
    await pass(world, DAY);
    isDown = false;
    const before = deliveriesOf(world, id)[0]?.body.attempts ?? 0;
    await pass(world, 5 * MINUTE);
    expect(deliveriesOf(world, id)[0]?.body.attempts).toBeGreaterThan(before);
  });
});
