import { describe, expect, test } from 'vitest';
import { poll } from '../../lib/look/poll.ts';
import { newWatchItem } from '../../lib/store/items.ts';
import { queueFor, writeWakeUp } from '../../lib/store/queue.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { DAY, HOUR, MINUTE, SECOND, T0, watchWith } from '../samples.ts';
import { deliveriesOf, logged, messagesIn, pass, stage, submitted, watchOf } from '../world/scenes.ts';
import { configWith } from '../world/settings.ts';
import { createWorld, ENV, NOTIFY_QUEUE, START, type World, type WorldOptions } from '../world/world.ts';

/** A world whose cloud counts the looks. */
const observed = (options: WorldOptions = {}) => {
  const looks: { readonly at: number; readonly id: string | undefined }[] = [];
  const world = createWorld({
    ...options,
    onLook: ({ id }) => {
      looks.push({ at: world.timeline.now(), id });
    },
  });
  return { world, looks };
};

const urls = ENV.pollQueues.aliyun ?? [];

/** Everything visible in a watch's queue, handled by one poller. Answers how many messages stay. */
const pollOnce = async (world: World, id: string): Promise<number> => {
  const url = queueFor(urls, id);
  const records = world.sqs.receive(url, 10).map(({ record }) => record);
  const staying = await world.call('poller-aliyun', (runtime) => poll(records, urls, runtime));
  world.sqs.remove(
    url,
    records.filter(({ messageId }) => !staying.includes(messageId)).map(({ receiptHandle }) => receiptHandle),
  );
  return staying.length;
};

const put = (world: World, id: string, body: string) =>
  world.sqs.send(queueFor(urls, id), [{ Id: '0', MessageBody: body }]);

const SLOW = {
  vendor: 'aliyun',
  credentials: { accessKeyId: 'env:ALIYUN_KEY', secretAccessKey: 'env:ALIYUN_SECRET' },
  callsPerSecond: 0.2,
} as const;

describe('a look', () => {
  test('at an operation under way records what was seen and hides the message until the next', async () => {
    const { world, looks } = observed();
    const id = await submitted(world);
    expect(await pollOnce(world, id)).toBe(1);
    expect(watchOf(world, id).body).toMatchObject({ status: 'running', word: 'IN_PROGRESS', looks: 1 });
    expect(looks).toHaveLength(1);
    const [message] = world.sqs.messages(queueFor(urls, id));
    const wait = (message?.visibleAt ?? 0) - (looks[0]?.at ?? 0);
    expect(wait).toBeGreaterThan(4 * SECOND);
    expect(wait).toBeLessThan(7 * SECOND);
  });

  test('that changes nothing writes nothing, until the lease must be renewed', async () => {
    const { world, looks } = observed();
    world.start();
    const id = await submitted(world);
    await pass(world, HOUR);
    expect(looks.length).toBeGreaterThan(55);
    expect(looks.length).toBeLessThan(70);
    // The first look, and a lease of ten minutes that is renewed when two are left.
    expect(watchOf(world, id).version).toBeLessThan(10);
    expect(world.swept()).toBe(0);
  });

  test('counts those that were not written down with the next that is', async () => {
    const { world, looks } = observed();
    world.start();
    const id = await submitted(world, { endsAfter: 30 * MINUTE });
    await pass(world, HOUR);
    expect(watchOf(world, id).body.looks).toBe(looks.length);
  });

  test('is counted once where a queue hands out its message twice at once', async () => {
    const { world, looks } = observed({ config: configWith({ connections: { aliyun: SLOW } }) });
    const id = await submitted(world);
    const url = queueFor(urls, id);
    const receive = () => {
      for (const message of world.sqs.messages(url)) message.visibleAt = world.timeline.now();
      return world.sqs.receive(url, 10).map(({ record }) => record);
    };
    const both = [receive(), receive()].map((records) =>
      world.as('poller-aliyun', (runtime) => poll(records, urls, runtime)),
    );
    await world.timeline.finish(Promise.all(both));
    expect(looks).toHaveLength(1);
    expect(watchOf(world, id).body.looks).toBe(1);
  });

  describe.each(['done twice', 'lost answer'] as const)('whose write is befallen by "%s"', (fault) => {
    const lookingAt = async (from: number, options: WorldOptions) => {
      let isDone = false;
      const { world } = observed({
        ...options,
        faults: ({ what, process }) => {
          const isMeant = what === 'replace watch' && process.name === 'poller-aliyun';
          if (isDone || !isMeant || world.timeline.now() < START + from) return undefined;
          isDone = true;
          return fault;
        },
      });
      world.start();
      const { operation, ...submission } = stage(world);
      return { world, submission: { ...submission, operation }, wasBefallen: () => isDone };
    };

    test('is one miss: an operation that two answers leave out goes on [F5]', async () => {
      const { world, submission, wasBefallen } = await lookingAt(10 * SECOND, {});
      const at = (ms: number) => START + ms;
      world.clouds.add('aliyun-emr', submission.operation, [
        { at: START, state: 'running' },
        { at: at(30 * SECOND), state: 'absent' },
        // The first look that misses it is 40 s old at the most, the second comes 13 s later.
        { at: at(55 * SECOND), state: 'running' },
        { at: at(5 * MINUTE), state: 'succeeded' },
      ]);
      const receipt = await world.timeline.finish(world.submit(submission));
      await pass(world, HOUR);
      expect(wasBefallen()).toBe(true);
      expect(receipt.status).toBe(202);
      expect(world.receivers.received.map(({ event }) => event.type)).toEqual(['operation.succeeded']);
    });

    test('is one refusal: two refused looks block nothing [F5]', async () => {
      let looks = 0;
      let denials = 0;
      let now = () => START;
      const { world, submission, wasBefallen } = await lookingAt(3 * SECOND, {
        cloudFault: () => {
          looks += 1;
          const isLate = now() > START + 150 * SECOND;
          if (looks !== 2 && !(isLate && denials === 1)) return looks === 1 || isLate ? undefined : 'unavailable';
          denials += 1;
          return 'denied';
        },
      });
      now = world.timeline.now;
      await world.timeline.finish(world.submit(submission));
      await pass(world, HOUR);
      expect([wasBefallen(), denials]).toEqual([true, 2]);
      expect(world.receivers.received.map(({ event }) => event.type)).toEqual([]);
    });
  });

  test('that finds the end makes the deliveries, pays the debt and acknowledges', async () => {
    const { world } = observed();
    const id = await submitted(world, { notify: ['chat', 'ci'], endsAfter: 0 });
    expect(await pollOnce(world, id)).toBe(0);
    const { body, aliveUntil } = watchOf(world, id);
    expect([body.status, body.owed, aliveUntil]).toEqual(['succeeded', [], undefined]);
    expect(
      deliveriesOf(world, id)
        .map((item) => item.body.target)
        .sort(),
    ).toEqual(['chat', 'ci']);
    expect(world.sqs.messages(NOTIFY_QUEUE)).toHaveLength(2);
    expect(logged(world, 'watch over')).toEqual([
      expect.objectContaining({ watch: id, status: 'succeeded', looks: 1 }),
    ]);
  });

  test('is told within the gap and two seconds after the end', async () => {
    const { world } = observed();
    const start = world.timeline.now();
    world.start();
    await submitted(world, { endsAfter: 10 * MINUTE + 1 });
    await pass(world, HOUR);
    const late = (world.receivers.received[0]?.at ?? Number.POSITIVE_INFINITY) - (start + 10 * MINUTE);
    expect(late).toBeLessThan(2 * Math.sqrt(600) * SECOND + 2 * SECOND);
  });

  test('at what waits for a person tells at once, and goes on', async () => {
    const { world } = observed();
    world.start();
    const submission = stage(world);
    const now = world.timeline.now();
    world.clouds.add('aliyun-emr', submission.operation, [
      { at: now, state: 'attention' },
      { at: now + MINUTE, state: 'running' },
      { at: now + 2 * MINUTE, state: 'failed' },
    ]);
    await world.timeline.finish(world.submit(submission));
    await pass(world, HOUR);
    expect(world.receivers.received.map(({ event }) => event.type)).toEqual([
      'operation.attention',
      'operation.resumed',
      'operation.failed',
    ]);
  });

  test('that brings an undocumented word goes on, and warns once [F33]', async () => {
    const { world } = observed();
    world.start();
    const submission = stage(world);
    world.clouds.add('aliyun-emr', submission.operation, [{ at: world.timeline.now(), state: 'odd' }]);
    await world.timeline.finish(world.submit(submission));
    await pass(world, HOUR);
    expect(logged(world, 'unknown word from a cloud')).toHaveLength(1);
  });
});

describe('a message', () => {
  test.each([
    ['of an old ticket', 0],
    ['of a ticket yet to come', 2],
  ])('%s is dropped on sight [F10]', async (_, ticket) => {
    const { world, looks } = observed();
    const id = await submitted(world);
    world.sqs.purge(queueFor(urls, id));
    put(world, id, writeWakeUp({ pk: id, sk: 'watch', ticket }));
    expect(await pollOnce(world, id)).toBe(0);
    expect(looks).toEqual([]);
  });

  test('that was sent twice goes on once [F9]', async () => {
    const { world, looks } = observed();
    world.start();
    const id = await submitted(world);
    put(world, id, writeWakeUp({ pk: id, sk: 'watch', ticket: 1 }));
    await pass(world, HOUR);
    expect(messagesIn(world)).toBe(1);
    expect(looks.length).toBeLessThan(68);
  });

  test('for what is not there is dropped', async () => {
    const { world } = observed();
    put(world, 'w_none', writeWakeUp({ pk: 'w_none', sk: 'watch', ticket: 1 }));
    expect(await pollOnce(world, 'w_none')).toBe(0);
  });

  test('that comes early is hidden until its time', async () => {
    const { world, looks } = observed();
    const id = await submitted(world);
    await pollOnce(world, id);
    for (const message of world.sqs.messages(queueFor(urls, id))) message.visibleAt = world.timeline.now();
    expect(await pollOnce(world, id)).toBe(1);
    expect(looks).toHaveLength(1);
  });

  test('nobody can read is dead-lettered with the reason, and its neighbors are served [F14]', async () => {
    const { world, looks } = observed();
    const id = await submitted(world);
    put(world, id, '{"v":1,"pk":');
    put(world, id, '{"v":1,"pk":7,"sk":"watch","ticket":1}');
    expect(await pollOnce(world, id)).toBe(1);
    expect(looks).toHaveLength(1);
    const letters = world.sqs.messages(ENV.deadLetterQueue);
    expect(letters.map(({ body }) => body).sort()).toEqual(['{"v":1,"pk":', '{"v":1,"pk":7,"sk":"watch","ticket":1}']);
    expect(letters.map(({ reason }) => reason)).toContain('not JSON');
    expect(logged(world, 'message dead-lettered')).toHaveLength(2);
  });

  test('stays where it is while it cannot be dead-lettered [F14]', async () => {
    const { world } = observed({ faults: ({ what }) => (what === 'send messages' ? 'throttled' : undefined) });
    put(world, 'w_1', 'poison');
    expect(await pollOnce(world, 'w_1')).toBe(1);
    expect(messagesIn(world)).toBe(1);
  });

  test('of a later version goes back for a minute [F21]', async () => {
    const { world } = observed();
    put(world, 'w_1', '{"v":2,"item":"w_1"}');
    const before = world.timeline.now();
    expect(await pollOnce(world, 'w_1')).toBe(1);
    const [message] = world.sqs.messages(queueFor(urls, 'w_1'));
    expect((message?.visibleAt ?? 0) - before).toBeGreaterThanOrEqual(MINUTE);
    expect(world.sqs.messages(ENV.deadLetterQueue)).toEqual([]);
  });

  test('that is worn out is let go, and the sweep sends a fresh one [F16]', async () => {
    const { world, looks } = observed({ config: configWith({ gaps: { 'aliyun-emr': { min: 'PT1S', max: 'PT1S' } } }) });
    world.start();
    const id = await submitted(world);
    await pass(world, 2 * HOUR);
    expect(watchOf(world, id).ticket).toBeGreaterThan(3);
    expect(world.sqs.messages(ENV.deadLetterQueue)).toEqual([]);
    expect(looks.length).toBeGreaterThan(3_000);
  });

  test('that is worn out, for what owes nothing any more, is dropped for good', async () => {
    const { world } = observed();
    const id = await submitted(world, { endsAfter: 0 });
    await pollOnce(world, id);
    put(world, id, writeWakeUp({ pk: id, sk: 'watch', ticket: 1 }));
    for (const message of world.sqs.messages(queueFor(urls, id))) message.receives = 950;
    expect(await pollOnce(world, id)).toBe(0);
    expect(watchOf(world, id).aliveUntil).toBeUndefined();
  });
});

describe('crashes and races', () => {
  test('between the end and its announcement: the sweep has it told', async () => {
    const { world } = observed({
      faults: ({ what }) =>
        what === 'insert delivery' && world.timeline.now() < T0 + MINUTE ? 'crash before' : undefined,
    });
    world.start();
    const id = await submitted(world, { endsAfter: 0 });
    await pass(world, 50 * SECOND);
    expect(watchOf(world, id).body).toMatchObject({ status: 'succeeded', owed: [{ event: 'succeeded' }] });
    await pass(world, HOUR);
    expect(watchOf(world, id).body.owed).toEqual([]);
    expect(world.receivers.received).toHaveLength(1);
  });

  test.each(Array.from({ length: 40 }, (_, seed) => [seed]))(
    'two pollers with the same message: one end, one webhook (seed %i) [F9]',
    async (seed) => {
      const { world } = observed({ seed });
      const id = await submitted(world, { notify: ['chat', 'ci'], endsAfter: 0 });
      const records = world.sqs.receive(queueFor(urls, id), 10).map(({ record }) => record);
      const both = [1, 2].map((n) => world.as(`poller-${n}`, (runtime) => poll(records, urls, runtime)));
      expect(await world.timeline.finish(Promise.all(both))).toEqual([[], []]);
      expect(deliveriesOf(world, id)).toHaveLength(2);
      expect(world.sqs.messages(NOTIFY_QUEUE)).toHaveLength(2);
      expect(watchOf(world, id).body.owed).toEqual([]);
      expect(logged(world, 'watch over')).toHaveLength(1);
    },
  );

  test.each(Array.from({ length: 40 }, (_, seed) => [seed]))(
    'a sweep while a poller looks: one message goes on (seed %i)',
    async (seed) => {
      const { world } = observed({ seed });
      const id = await submitted(world);
      await pass(world, 3 * MINUTE);
      const records = world.sqs.receive(queueFor(urls, id), 10).map(({ record }) => record);
      const polling = world.as('poller-aliyun', (runtime) => poll(records, urls, runtime));
      const sweeping = world.as('sweep', (runtime) => sweep(runtime, () => true));
      const [staying] = await world.timeline.finish(Promise.all([polling, sweeping]));
      world.sqs.remove(
        queueFor(urls, id),
        records.filter(({ messageId }) => !staying.includes(messageId)).map(({ receiptHandle }) => receiptHandle),
      );
      world.start();
      await pass(world, 10 * MINUTE);
      expect(messagesIn(world)).toBe(1);
    },
  );
});

describe('a connection', () => {
  test('answers for two tasks of a cluster with one call', async () => {
    const { world, looks } = observed();
    world.start();
    const task = (TaskId: string) => stage(world, { provider: 'aliyun-ehpc', operation: { TaskId } });
    await world.timeline.finish(world.submit([task('t-1'), task('t-2'), task('t-3')]));
    await pass(world, HOUR);
    // They go to two queues, and meet in batches only within one of them.
    expect(looks.some(({ id }) => id === undefined)).toBe(true);
    expect(looks.length).toBeLessThan(2.5 * 63);
  });

  test('is never called faster than it may be, and everybody has a turn [F18]', async () => {
    const slow = {
      vendor: 'aliyun',
      credentials: { accessKeyId: 'env:ALIYUN_KEY', secretAccessKey: 'env:ALIYUN_SECRET' },
      callsPerSecond: 1,
    } as const;
    const { world, looks } = observed({ config: configWith({ connections: { aliyun: slow } }) });
    world.start();
    for (let i = 0; i < 4; i += 1) {
      const some = Array.from({ length: 10 }, (_, j) =>
        stage(world, { operation: { OperationId: `op-${i}-${j}` }, endsAfter: 5 * MINUTE }),
      );
      await world.timeline.finish(world.submit(some));
    }
    await pass(world, HOUR);
    expect(world.receivers.received).toHaveLength(40);
    const seconds = Map.groupBy(looks, ({ at }) => Math.floor(at / 10_000));
    for (const [, some] of seconds) expect(some.length).toBeLessThanOrEqual(10);
  });

  test('with few calls to spare serves also looks that take several', async () => {
    const slow = {
      vendor: 'huawei',
      credentials: { accessKeyId: 'env:HUAWEI_KEY', secretAccessKey: 'env:HUAWEI_SECRET' },
      callsPerSecond: 0.1,
    } as const;
    const { world, looks } = observed({ config: configWith({ connections: { huawei: slow } }) });
    world.start();
    for (const cluster_id of ['a', 'b', 'c', 'd']) {
      await submitted(world, { provider: 'huawei-dws', operation: { cluster_id }, endsAfter: 10 * MINUTE });
    }
    await pass(world, HOUR);
    expect(world.receivers.received.map(({ event }) => event.data.status)).toEqual(Array(4).fill('succeeded'));
    for (const [, some] of Map.groupBy(looks, ({ at }) => Math.floor(at / (10 * MINUTE)))) {
      expect(some.length).toBeLessThanOrEqual(64);
    }
  });

  test('with few calls to spare wastes none: three calls are one look', async () => {
    const slow = {
      vendor: 'huawei',
      credentials: { accessKeyId: 'env:HUAWEI_KEY', secretAccessKey: 'env:HUAWEI_SECRET' },
      callsPerSecond: 0.1,
    } as const;
    const { world, looks } = observed({ config: configWith({ connections: { huawei: slow } }) });
    world.start();
    const submission = stage(world, { provider: 'huawei-dws' });
    // Over before it was submitted: the action, its failure name and the cluster are asked, until the grace time is over.
    world.clouds.add('huawei-dws', submission.operation, [{ at: 0, state: 'succeeded' }]);
    await world.timeline.finish(world.submit(submission));
    await pass(world, 8 * MINUTE);
    expect(world.receivers.received.map(({ event }) => event.data.status)).toEqual(['lost']);
    expect(looks.length).toBeLessThan(50);
  });

  test('that asks for a pause gets it, for all its watches [F28]', async () => {
    const { world, looks } = observed({ cloudFault: () => (looks.length === 3 ? 'retry-after-long' : undefined) });
    world.start();
    for (const OperationId of ['a', 'b', 'c']) await submitted(world, { operation: { OperationId } });
    await pass(world, 10 * MINUTE);
    const after = looks[3];
    const next = looks[4];
    expect((next?.at ?? 0) - (after?.at ?? 0)).toBeGreaterThan(119 * SECOND);
  });

  test('with refused credentials rests, says so once, and goes on when they are replaced [F38]', async () => {
    const { world, looks } = observed();
    world.start();
    world.clouds.keys.set('aliyun', 'LTAI5tNew');
    for (const OperationId of ['a', 'b', 'c'])
      await submitted(world, { operation: { OperationId }, endsAfter: 20 * MINUTE });
    await pass(world, HOUR);
    expect(logged(world, 'credentials refused')).toHaveLength(1);
    // The alarm goes by it: at least once in five minutes while they are refused.
    expect(logged(world, 'credentials still refused').length).toBeGreaterThan(HOUR / (5 * MINUTE));
    expect(looks.length).toBeLessThan(25);
    world.environment.ALIYUN_KEY = 'LTAI5tNew';
    await pass(world, 10 * MINUTE);
    expect(world.receivers.received).toHaveLength(3);
  });

  test('with refused credentials goes on also where every look takes several calls [F38]', async () => {
    const { world } = observed();
    world.start();
    world.clouds.keys.set('huawei', 'HPUANEW');
    await submitted(world, { provider: 'huawei-dws', endsAfter: 65 * MINUTE });
    await pass(world, HOUR);
    world.environment.HUAWEI_KEY = 'HPUANEW';
    await pass(world, 20 * MINUTE);
    expect(world.receivers.received.map(({ event }) => event.data.status)).toEqual(['succeeded']);
  });

  test.each([
    ['aliyun-emr', 'aliyun', 20],
    ['huawei-modelarts', 'huawei', -20],
  ] as const)('of a cloud whose clock is off is signed by its clock (%s) [F37]', async (provider, vendor, minutes) => {
    const { world } = observed();
    world.start();
    world.clouds.skews.set(vendor, minutes * MINUTE);
    await submitted(world, { provider, endsAfter: MINUTE });
    await pass(world, 10 * MINUTE);
    expect(world.receivers.received.map(({ event }) => event.data.status)).toEqual(['succeeded']);
    expect(logged(world, 'clock differs from the cloud')).toHaveLength(1);
  });

  test('that has left the configuration blocks its watches, which wait for it till a day after their deadline', async () => {
    const { world } = observed();
    const watch = watchWith({
      connection: 'gone',
      deadline: world.timeline.now() + HOUR,
      submittedAt: world.timeline.now(),
    });
    world.table.insert({ ...newWatchItem(watch, world.timeline.now()), aliveUntil: 0 });
    world.start();
    await pass(world, 2 * HOUR);
    expect(watchOf(world, watch.id).body).toMatchObject({
      status: 'pending',
      blocked: { kind: 'not_configured', message: expect.stringContaining('names no connection gone any more') },
      looks: 0,
    });
    expect(watchOf(world, watch.id).body.lookedAt).toBeUndefined();
    expect(world.receivers.received.map(({ event }) => event.type)).toEqual(['operation.blocked']);
    await pass(world, DAY);
    expect(watchOf(world, watch.id).body).toMatchObject({
      status: 'timed_out',
      note: expect.stringContaining('names no connection gone any more'),
    });
    expect(world.receivers.received).toHaveLength(2);
  });

  test('of a provider that has left the deployment: its watches are blocked and end a day after their deadline', async () => {
    const { world } = observed();
    const watch = watchWith({
      provider: 'aliyun-gone',
      deadline: world.timeline.now() + HOUR,
      submittedAt: world.timeline.now(),
    });
    world.table.insert({ ...newWatchItem(watch, world.timeline.now()), aliveUntil: 0 });
    world.start();
    await pass(world, 26 * HOUR);
    expect(watchOf(world, watch.id).body.status).toBe('timed_out');
    expect(world.receivers.received.map(({ event }) => event.type)).toEqual([
      'operation.blocked',
      'operation.timed_out',
    ]);
  });
});

describe('the deadline', () => {
  test('comes with a last look [F40]', async () => {
    const { world, looks } = observed();
    world.start();
    const begin = world.timeline.now();
    const id = await submitted(world, { deadline: 'PT1H' });
    await pass(world, DAY);
    expect(watchOf(world, id).body.status).toBe('timed_out');
    expect((looks.at(-1)?.at ?? 0) - begin).toBeGreaterThanOrEqual(HOUR);
    expect((looks.at(-1)?.at ?? 0) - begin).toBeLessThan(HOUR + 3 * SECOND);
  });

  test('is over fifteen minutes later, where the cloud keeps the connection waiting [F40]', async () => {
    const { world } = observed({ cloudFault: () => 'retry-after-long' });
    world.start();
    const begin = world.timeline.now();
    const id = await submitted(world, { deadline: 'PT10M30S' });
    await pass(world, HOUR);
    const { status, note, endedAt = 0 } = watchOf(world, id).body;
    expect(status).toBe('timed_out');
    expect(endedAt - begin).toBeGreaterThanOrEqual(25.5 * MINUTE);
    expect(endedAt - begin).toBeLessThan(25.5 * MINUTE + 65 * SECOND);
    expect(note).toContain('the cloud asked for fewer calls');
  });
});
