/** Functions that die, freeze, run out of time, are called twice or not at all. */

import { describe, expect, test } from 'vitest';
import { TENANTS } from '../../lib/limits/quotas.ts';
import { poll } from '../../lib/look/poll.ts';
import { queueFor, writeWakeUp } from '../../lib/store/queue.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../samples.ts';
import { deliveriesOf, logged, messagesIn, once, pass, stage, submitted, watchOf } from '../world/scenes.ts';
import { createWorld, ENV, NOTIFY_QUEUE, QUEUES, type World } from '../world/world.ts';

const urls = ENV.pollQueues.aliyun ?? [];
const statuses = (world: World) => world.receivers.received.map(({ event }) => event.data.status);

describe('a function that dies', () => {
  test('before a watch is written has promised nothing: submitting again makes the watch [F4]', async () => {
    const world = createWorld({ faults: once('insert watch', 'crash before') });
    const submission = stage(world);
    await expect(world.timeline.finish(world.submit(submission))).rejects.toThrow('crash before');
    expect([[...world.table.items()].filter(({ pk }) => pk !== TENANTS), messagesIn(world)]).toEqual([[], 0]);
    expect((await world.timeline.finish(world.submit(submission))).status).toBe(202);
  });

  test('at one of several submissions has the others taken and looked at, and says which to submit again [F4]', async () => {
    const world = createWorld({ faults: once('insert watch', 'throttled') });
    world.start();
    const ids = ['op-1', 'op-2', 'op-3'];
    const some = ids.map((OperationId) => stage(world, { operation: { OperationId }, endsAfter: 0 }));
    const { status, body } = await world.timeline.finish(world.submit(some));
    expect(status).toBe(207);
    const each = body as readonly { status: number; problem?: { detail?: string } }[];
    expect(each.map((one) => one.status).sort()).toEqual([202, 202, 503]);
    expect(each.find((one) => one.problem)?.problem?.detail).toBe(
      'opwatch could not write the submission: submit it again',
    );
    await pass(world, MINUTE);
    expect(statuses(world)).toEqual(['succeeded', 'succeeded']);
    await world.timeline.finish(world.submit(some));
    await pass(world, MINUTE);
    expect(statuses(world)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  test('with the cloud’s answer in hand leaves the operation to another look [F12]', async () => {
    let looks = 0;
    const world = createWorld({
      faults: once('replace watch', 'crash before'),
      onLook: () => {
        looks += 1;
      },
    });
    world.start();
    const id = await submitted(world, { endsAfter: 0 });
    await pass(world, MINUTE);
    expect([looks, watchOf(world, id).body.status]).toEqual([1, 'pending']);
    await pass(world, 5 * MINUTE);
    expect([looks, ...statuses(world)]).toEqual([2, 'succeeded']);
  });

  test('of its time-out in mid-batch leaves what it has done done, and the rest to come back [F11]', async () => {
    const looks = new Map<string | undefined, number>();
    const stuck = 'op-2';
    const world = createWorld({
      onLook: ({ id }) => looks.set(id, (looks.get(id) ?? 0) + 1),
      bend: (runtime, { startedAt }) => ({
        ...runtime,
        table: {
          ...runtime.table,
          replace: async (item) => {
            const isStuck = startedAt < begin + MINUTE && JSON.stringify(item).includes(stuck);
            return isStuck ? new Promise<never>(() => {}) : runtime.table.replace(item);
          },
        },
      }),
    });
    const begin = world.timeline.now();
    const some = ['op-1', stuck, 'op-3'].map((operation_id) =>
      stage(world, { provider: 'huawei-modelarts', operation: { operation_id }, endsAfter: 0 }),
    );
    await world.timeline.finish(world.submit(some));
    world.start();
    await pass(world, 29 * SECOND);
    expect(statuses(world)).toEqual(['succeeded', 'succeeded']);
    expect(messagesIn(world)).toBe(3);
    await pass(world, 5 * MINUTE);
    expect(statuses(world)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(messagesIn(world)).toBe(0);
    expect([...looks.values()].sort()).toEqual([1, 1, 2]);
  });
});

test('a function that was frozen and wakes up after others have gone on writes nothing [F13]', async () => {
  const writers: (string | undefined)[] = [];
  const world = createWorld({
    onWrite: ({ sk }, _, process) => {
      if (sk === 'watch') writers.push(process?.name);
    },
    bend: (runtime, { name }) => {
      if (name !== 'frozen') return runtime;
      const thaw = () => world.timeline.pause(5 * MINUTE);
      const replace: typeof runtime.table.replace = async (item) => thaw().then(() => runtime.table.replace(item));
      return { ...runtime, table: { ...runtime.table, replace } };
    },
  });
  const id = await submitted(world, { endsAfter: MINUTE });
  const records = world.sqs.receive(queueFor(urls, id), 10).map(({ record }) => record);
  // It has seen the operation run; while it is about to write that down, the operation ends and is told.
  const frozen = world.as('frozen', (runtime) => poll(records, urls, runtime), 10 * MINUTE);
  world.start();
  await pass(world, 4 * MINUTE);
  expect(statuses(world)).toEqual(['succeeded']);
  const { version } = watchOf(world, id);
  expect(await world.timeline.finish(frozen)).toEqual([]);
  expect(writers).toEqual(expect.arrayContaining(['poller-aliyun']));
  expect(writers).not.toContain('frozen');
  expect(watchOf(world, id)).toMatchObject({ version, body: { status: 'succeeded' } });
});

test('functions that Lambda has no room for are called later: nothing is lost, nothing dies of it [F16]', async () => {
  let isFull = true;
  const world = createWorld({ happens: (what) => what === 'throttled call' && isFull });
  world.start();
  const ids = [await submitted(world, { endsAfter: MINUTE }), await submitted(world, { provider: 'huawei-dws' })];
  await pass(world, 6 * HOUR);
  expect(ids.map((id) => watchOf(world, id).body.looks)).toEqual([0, 0]);
  // The sweep notices, and sends ever more seldom.
  expect(messagesIn(world)).toBeLessThan(2 * 10);
  isFull = false;
  await pass(world, 5 * MINUTE);
  expect(statuses(world)).toEqual(['succeeded']);
  expect(messagesIn(world)).toBe(1);
  expect(world.sqs.messages(ENV.deadLetterQueue)).toEqual([]);
});

test('no chain of causes grows, however many looks, sweeps and attempts a watch takes [F17]', async () => {
  const world = createWorld({ reply: () => 'broken' });
  world.start();
  await submitted(world, { endsAfter: 12 * HOUR });
  let longest = 0;
  for (let hour = 0; hour < 48; hour += 1) {
    await pass(world, HOUR);
    const lineages = QUEUES.flatMap((url) => world.sqs.messages(url)).map(({ lineage }) => Object.values(lineage));
    longest = Math.max(longest, ...lineages.map((rounds) => rounds.reduce((sum, some) => sum + some, 0)));
    if (hour === 6) for (const url of QUEUES) world.sqs.purge(url);
  }
  expect(world.receivers.received.length).toBeGreaterThan(5);
  expect(world.swept()).toBeGreaterThan(0);
  expect(longest).toBeLessThanOrEqual(2);
  expect(world.cutChains()).toBe(0);
});

test('dead letters sent back do no harm, and what was wanted goes on [F15]', async () => {
  const world = createWorld();
  const over = await submitted(world, { operation: { OperationId: 'over' }, endsAfter: 0 });
  const alive = await submitted(world, { operation: { OperationId: 'alive' } });
  world.start();
  await pass(world, MINUTE);
  const unlooked = await submitted(world, { operation: { OperationId: 'unlooked' } });
  for (const message of world.sqs.messages(queueFor(urls, unlooked))) {
    if (message.body.includes(unlooked)) world.sqs.remove(queueFor(urls, unlooked), [`${message.id}#0`]);
  }
  const wakeUps = [over, alive, unlooked].map((pk) => writeWakeUp({ pk, sk: 'watch', ticket: 1 }));
  for (const [i, pk] of [over, alive, unlooked, over].entries())
    world.sqs.send(queueFor(urls, pk), [{ Id: '0', MessageBody: wakeUps[i] ?? 'poison' }]);
  await pass(world, MINUTE);
  expect(statuses(world)).toEqual(['succeeded']);
  expect(deliveriesOf(world, over)).toHaveLength(1);
  expect([alive, unlooked].map((id) => watchOf(world, id).body.status)).toEqual(['running', 'running']);
  expect(messagesIn(world)).toBe(2);
  expect(world.sqs.messages(ENV.deadLetterQueue).map(({ body }) => body)).toEqual(['poison']);
  expect(logged(world, 'message dead-lettered')).toHaveLength(1);
});

test('a schedule that fires twice at once, and again when all is over, has made one watch that is told once [F8]', async () => {
  const world = createWorld();
  world.start();
  const input = stage(world, { endsAfter: HOUR });
  const fire = () => world.submit(input);
  const both = await world.timeline.finish(Promise.all([fire(), fire()]));
  await pass(world, DAY);
  const late = await world.timeline.finish(fire());
  await pass(world, HOUR);
  expect([...both, late].map(({ status }) => status).sort()).toEqual([200, 200, 202]);
  expect(statuses(world)).toEqual(['succeeded']);
});

test('a schedule that fires when its operation is long over has the outcome told [F8]', async () => {
  const world = createWorld();
  world.start();
  const input = stage(world, { endsAfter: MINUTE, end: 'failed' });
  await pass(world, 3 * HOUR);
  await world.timeline.finish(world.submit(input));
  await pass(world, MINUTE);
  expect(statuses(world)).toEqual(['failed']);
});

test('a delivery is made though its message was never taken, and poison lies in its queue [F43]', async () => {
  const world = createWorld({
    faults: ({ what, process }) =>
      what === 'send messages' && process.name === 'poller-aliyun' && world.swept() === 0 ? 'throttled' : undefined,
  });
  const id = await submitted(world, { endsAfter: 0 });
  world.sqs.send(NOTIFY_QUEUE, [{ Id: '0', MessageBody: '{"v":1,"pk":' }]);
  world.start();
  await pass(world, MINUTE);
  expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['waiting']);
  expect(statuses(world)).toEqual([]);
  await pass(world, 3 * MINUTE);
  expect(statuses(world)).toEqual(['succeeded']);
  expect(world.sqs.messages(ENV.deadLetterQueue)).toHaveLength(1);
  expect(messagesIn(world)).toBe(0);
});

test('of a batch that is taken in part only what was taken counts as sent: the sweep sends the rest [F5]', async () => {
  let entries = 0;
  const world = createWorld({
    happens: (what) => {
      if (what !== 'refused entry') return false;
      entries += 1;
      return entries <= 25 && entries % 3 === 0;
    },
  });
  const some = Array.from({ length: 25 }, (_, i) =>
    stage(world, { operation: { OperationId: `op-${i}` }, endsAfter: 0 }),
  );
  expect((await world.timeline.finish(world.submit(some))).status).toBe(207);
  expect(messagesIn(world)).toBe(17);
  const left = logged(world, 'wake-ups not taken; the sweep will send them').map(({ count }) => Number(count));
  expect(left.reduce((sum, count) => sum + count, 0)).toBe(8);
  world.start();
  await pass(world, 5 * MINUTE);
  expect(world.swept()).toBe(8);
  expect(statuses(world)).toEqual(Array(25).fill('succeeded'));
});
