import { describe, expect, test } from 'vitest';
import type { AttemptRecord } from '../../lib/core/delivery.ts';
import { deliver } from '../../lib/deliver/deliver.ts';
import { createTargetLimiters } from '../../lib/limits/target-limiters.ts';
import { poll } from '../../lib/look/poll.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../samples.ts';
import type { Faults } from '../world/process.ts';
import type { Reply } from '../world/receivers.ts';
import { deliveriesOf, logged, messagesIn, pass, submitted, watchOf } from '../world/scenes.ts';
import { configWith } from '../world/settings.ts';
import { createWorld, ENV, NOTIFY_QUEUE, type World, type WorldOptions } from '../world/world.ts';

/** A world whose poller has just seen the end, with the deliveries' messages in the notify queue. */
const announced = async (options: WorldOptions = {}, notify: readonly string[] = ['ci']) => {
  const world = createWorld(options);
  const id = await submitted(world, { notify, endsAfter: 0, end: 'failed' });
  const urls = ENV.pollQueues.aliyun ?? [];
  const batches = urls.map((url) => world.sqs.receive(url, 10).map(({ record }) => record));
  await world.call('poller', (runtime) => poll(batches.flat(), urls, runtime));
  for (const url of urls) world.sqs.purge(url);
  return { world, id };
};

const recordsOf = (world: World) => world.sqs.receive(NOTIFY_QUEUE, 10).map(({ record }) => record);

const attemptsOf = (world: World, id: string): AttemptRecord[] =>
  world.table
    .partition(id)
    .filter(({ sk }) => sk.startsWith('attempt#'))
    .map(({ body }) => body as AttemptRecord);

/** Answers these replies in turn, then well. */
const replies = (...list: (Reply | undefined)[]): Pick<WorldOptions, 'reply'> => ({ reply: () => list.shift() });

describe('an attempt', () => {
  test('that gets through is recorded, and the message acknowledged', async () => {
    const { world, id } = await announced();
    world.start();
    await pass(world, MINUTE);
    expect(world.receivers.received).toHaveLength(1);
    expect(world.receivers.received[0]).toMatchObject({
      url: 'https://ci.example.com/opwatch',
      event: {
        type: 'operation.failed',
        data: { watch: { id, url: `https://watch.example.com/watches/${id}` }, providerStatus: 'FAILED' },
      },
    });
    expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['delivered']);
    expect(attemptsOf(world, id)).toEqual([expect.objectContaining({ number: 1, status: 204, verdict: 'delivered' })]);
    expect(messagesIn(world)).toBe(0);
  });

  test('that a function with its clock two days ahead has made in vain is made again within a minute [F27]', async () => {
    let isFirst = true;
    const { world, id } = await announced({
      ...replies('broken'),
      bend: (runtime, { name }) => {
        if (name !== 'notifier' || !isFirst) return runtime;
        isFirst = false;
        const now = () => runtime.now() + 2 * DAY;
        return { ...runtime, now, targetLimiters: createTargetLimiters({ ...runtime, now }) };
      },
    });
    world.start();
    await pass(world, MINUTE);
    expect(attemptsOf(world, id)).toHaveLength(2);
    expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['delivered']);
  });

  test('that does not is made again on the schedule, under the same webhook-id, and parked in the end [F44]', async () => {
    const { world, id } = await announced({ reply: () => 'broken' });
    const begin = world.timeline.now();
    world.start();
    await pass(world, 5 * DAY);
    const { received } = world.receivers;
    expect(received).toHaveLength(10);
    expect(new Set(received.map((each) => each.id)).size).toBe(1);
    const waits = received.map(({ at }, i) => at - (received[i - 1]?.at ?? begin));
    const usual = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY];
    for (const [i, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(0.8 * (usual[i] ?? 0) - SECOND);
      expect(wait).toBeLessThanOrEqual(1.2 * (usual[i] ?? 0) + 3 * SECOND);
    }
    expect(deliveriesOf(world, id)[0]).toMatchObject({ body: { state: 'parked', attempts: 10 } });
    expect(attemptsOf(world, id).map(({ verdict }) => verdict)).toEqual(Array(10).fill('retry: HTTP 500: no'));
    expect(logged(world, 'delivery parked')).toEqual([
      expect.objectContaining({ watch: id, attempts: 10, why: 'retry: HTTP 500: no' }),
    ]);
    expect(messagesIn(world)).toBe(0);
    // Waits of a day are several hides, and no sweep is needed for them.
    expect(world.swept()).toBe(0);
  });

  test('that is refused reads its secrets anew, and is made with those that were rotated meanwhile [F46] [S3]', async () => {
    const old = 'https://chat.example.com/hooks/CANARY-chat';
    let refusal: Reply | undefined;
    const world = createWorld({ reply: (url) => (url === old ? refusal : undefined) });
    world.start();
    await submitted(world, { notify: ['chat'], endsAfter: 0 });
    await pass(world, MINUTE);
    for (const [provider, reply] of [['aliyun-ehpc', 'refused'] as const, ['aliyun-bpstudio', 'gone'] as const]) {
      refusal = reply;
      world.environment.CHAT_URL = `https://chat.example.com/hooks/CANARY-${reply}`;
      const id = await submitted(world, { provider, notify: ['chat'], endsAfter: 0 });
      await pass(world, MINUTE);
      expect(deliveriesOf(world, id)).toMatchObject([{ body: { state: 'delivered', attempts: 1 } }]);
      expect(world.receivers.received.at(-1)).toMatchObject({ url: world.environment.CHAT_URL, isTaken: true });
      world.environment.CHAT_URL = old;
      await pass(world, 5 * MINUTE);
    }
    expect(new Set(world.receivers.received.map(({ id }) => id)).size).toBe(3);
    expect(await world.call('api', (runtime) => runtime.targetLimiters.read('chat'))).not.toHaveProperty('disabled');
    expect(world.leaks).toEqual([]);
  });

  test.each<[Reply, number]>([
    ['refused', 3],
    ['broken', 3],
    ['busy', 3],
  ])('that is %s is made once a time, for the secrets are the same', async (reply, count) => {
    const { world } = await announced({ reply: () => reply });
    world.start();
    await pass(world, 10 * MINUTE);
    expect(world.receivers.received).toHaveLength(count);
  });

  test.each<[string, Reply, string, number]>([
    ['a receiver that wants no more', 'gone', 'parked', 1],
    ['a receiver that has moved', 'moved', 'waiting', 4],
    ['a receiver that hangs', 'hang', 'waiting', 4],
    ['a connection that breaks', 'reset', 'waiting', 4],
  ])('at %s', async (_, reply, state, attempts) => {
    const { world, id } = await announced({ reply: () => reply });
    world.start();
    await pass(world, HOUR);
    expect(deliveriesOf(world, id)[0]?.body).toMatchObject({ state, attempts });
  });

  test('waits as long as the receiver asks [F44]', async () => {
    const { world } = await announced(replies('busy for long'));
    world.start();
    await pass(world, HOUR);
    const [first, second] = world.receivers.received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(600 * SECOND);
    expect(second?.isTaken).toBe(true);
  });

  test('at one target does not hold up another [F44]', async () => {
    const { world } = await announced({ reply: (url) => (url.startsWith('https://ci') ? 'hang' : undefined) }, [
      'ci',
      'chat',
    ]);
    const begin = world.timeline.now();
    world.start();
    await pass(world, MINUTE);
    const chat = world.receivers.received.find(({ url }) => url.startsWith('https://chat'));
    expect((chat?.at ?? Number.POSITIVE_INFINITY) - begin).toBeLessThan(2 * SECOND);
  });

  test('keeps of the answer what a person needs, and no secret [S4]', async () => {
    const { world, id } = await announced(replies('echo'), ['chat']);
    world.start();
    await pass(world, MINUTE);
    const [first] = attemptsOf(world, id);
    expect(first?.answer).toContain('operation.failed');
    expect(first?.answer).toContain('…');
    expect(world.leaks).toEqual([]);
  });
});

describe('two wake-ups for a delivery', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => [seed]))('start one attempt (seed %i) [F41]', async (seed) => {
    const { world, id } = await announced({ seed });
    const records = recordsOf(world);
    const both = ['a', 'b'].map((name) =>
      world.as(`notifier-${name}`, (runtime) => deliver(records, ENV.notifyQueues, runtime)),
    );
    await world.timeline.finish(Promise.all(both));
    expect(world.receivers.received).toHaveLength(1);
    expect(deliveriesOf(world, id)[0]?.body).toMatchObject({ state: 'delivered', attempts: 1 });
  });

  test('of which one comes long after: nothing is sent [F41]', async () => {
    const { world } = await announced();
    const records = recordsOf(world);
    const once = () => world.call('notifier', (runtime) => deliver(records, ENV.notifyQueues, runtime));
    await once();
    await pass(world, HOUR);
    expect(await once()).toEqual([]);
    expect(world.receivers.received).toHaveLength(1);
  });

  test('of which one waits while the other is at it, and comes back when that may have died [F41]', async () => {
    const { world, id } = await announced(replies('hang'));
    const records = recordsOf(world);
    const first = world.as('notifier-a', (runtime) => deliver(records, ENV.notifyQueues, runtime));
    await pass(world, 5 * SECOND);
    expect(await world.call('notifier-b', (runtime) => deliver(records, ENV.notifyQueues, runtime))).toHaveLength(1);
    expect(world.receivers.received).toHaveLength(0);
    await world.timeline.finish(first);
    expect(deliveriesOf(world, id)[0]?.body.attempts).toBe(1);
  });
});

describe('a crash', () => {
  const once = (what: string, fault: ReturnType<Faults>): Faults => {
    let isDone = false;
    return (effect) => {
      if (isDone || effect.what !== what) return undefined;
      isDone = true;
      return fault;
    };
  };

  test('after sending, before recording: it is sent again with the same webhook-id [F42]', async () => {
    const { world, id } = await announced({ faults: once('tell target', 'crash after') });
    world.start();
    await pass(world, HOUR);
    const { received } = world.receivers;
    expect(received).toHaveLength(2);
    expect(new Set(received.map((each) => each.id)).size).toBe(1);
    expect(received[0]?.body).toBe(received[1]?.body);
    expect(deliveriesOf(world, id)[0]?.body).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  test('before sending: the claim runs out, and the next attempt is made', async () => {
    const { world } = await announced({ faults: once('tell target', 'crash before') });
    world.start();
    await pass(world, HOUR);
    expect(world.receivers.received).toHaveLength(1);
  });

  test('a claim whose answer was lost, and which was written twice, is ours all the same [F24]', async () => {
    const { world, id } = await announced({ faults: once('replace delivery', 'done twice') });
    world.start();
    await pass(world, MINUTE);
    expect(world.receivers.received).toHaveLength(1);
    expect(deliveriesOf(world, id)[0]?.body.attempts).toBe(1);
  });
});

describe('a target', () => {
  test('that has left the configuration is waited for, with the reason', async () => {
    const { world, id } = await announced({}, ['ci']);
    const config = configWith({ targets: {}, defaults: {}, tenants: {} });
    await world.call('notifier', (runtime) => deliver(recordsOf(world), ENV.notifyQueues, { ...runtime, config }));
    expect(deliveriesOf(world, id)[0]?.body).toMatchObject({
      state: 'waiting',
      last: { verdict: 'retry: opwatch.config.ts names no target ci any more' },
    });
  });

  test('whose secret cannot be read is waited for, and told by reference [S3]', async () => {
    const { world, id } = await announced({}, ['chat']);
    delete world.environment.CHAT_URL;
    world.start();
    await pass(world, MINUTE);
    expect(attemptsOf(world, id)[0]?.verdict).toMatch(/^retry: env:CHAT_URL cannot be read/);
    world.environment.CHAT_URL = 'https://chat.example.com/hooks/new';
    await pass(world, HOUR);
    expect(world.receivers.received).toHaveLength(1);
  });

  test('that is a callback is signed with the secret of its tenant [S7]', async () => {
    const { world, id } = await announced({}, ['https://builds.example.com/done']);
    world.start();
    await pass(world, MINUTE);
    expect(world.receivers.received.map(({ url }) => url)).toEqual(['https://builds.example.com/done']);
    expect(watchOf(world, id).body.notify).toEqual(['https://builds.example.com/done']);
  });

  test('that is a callback goes to its own address, whoever else of its host is told in the same batch', async () => {
    const notify = [
      'https://builds.example.com/one',
      'https://builds.example.com/two',
      'https://builds.example.com/three',
    ];
    const { world } = await announced({}, notify);
    world.start();
    await pass(world, MINUTE);
    expect(world.receivers.received.map(({ url }) => url).sort()).toEqual([...notify].sort());
    expect(new Set(world.receivers.received.map((each) => each.id)).size).toBe(3);
  });
});

describe('a Retry-After of a callback', () => {
  const A = 'https://builds.example.com/a';
  const B = 'https://builds.example.com/b';
  const submit = (world: World, name: string, callback: string) =>
    submitted(world, { notify: [callback], operation: { OperationId: name }, endsAfter: 0, end: 'failed' });

  test('binds that address, and no other of its host', async () => {
    const asked: string[] = [];
    const world = createWorld({
      reply: (url) => {
        asked.push(url);
        return url === A ? 'busy for long' : undefined;
      },
    });
    world.start();
    const first = await submit(world, 'op-1', A);
    await pass(world, MINUTE);
    expect(asked).toEqual([A]);
    expect(deliveriesOf(world, first)[0]?.body.waitingFor).toMatchObject({ cause: 'retry_after' });

    const [other, same] = [await submit(world, 'op-2', B), await submit(world, 'op-3', A)];
    await pass(world, MINUTE);
    expect(asked).toEqual([A, B]);
    expect(deliveriesOf(world, other)[0]?.body.state).toBe('delivered');
    // The other delivery to the address that asked for the pause waits for its end, and says so.
    const held = deliveriesOf(world, same)[0]?.body;
    expect(held).toMatchObject({ state: 'waiting', attempts: 0, waitingFor: { cause: 'address' } });

    await pass(world, 30 * MINUTE);
    expect(asked.filter((url) => url === A).length).toBeGreaterThan(2);
  });
});
