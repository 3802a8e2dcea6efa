import { describe, expect, test } from 'vitest';
import type { Problem } from '../../lib/access/problem.ts';
import type { WatchView } from '../../lib/core/view.ts';
import { stop, type Watch } from '../../lib/core/watch.ts';
import { TENANTS } from '../../lib/limits/quotas.ts';
import type { Receipt } from '../../lib/submit/receive.ts';
import { changeWatch } from '../../lib/submit/submit.ts';
import { HOUR, MINUTE, OPERATIONS, SECOND } from '../samples.ts';
import { deliveriesOf, messagesIn, once, pass, stage, submitted, watchOf } from '../world/scenes.ts';
import { createWorld, type World } from '../world/world.ts';

const seeds = Array.from({ length: 40 }, (_, seed) => [seed]);

const send = (world: World, body: unknown, tenant?: string): Promise<Receipt> =>
  world.timeline.finish(world.submit(body, tenant));
const idOf = ({ body }: Receipt): string => (body as WatchView).id;
const heads = (world: World) => [...world.table.items()].filter(({ sk }) => sk === 'head');
const watches = (world: World) => [...world.table.items()].filter(({ sk }) => sk === 'watch');

const stopWatch = (world: World, id: string) =>
  world.call('api', (runtime) => changeWatch(watchOf(world, id), (watch) => stop(watch, runtime.now()), runtime));

describe('a submission', () => {
  test('that would make too many targets of one watch is answered 409, and changes nothing [S9]', async () => {
    const world = createWorld();
    const submission = stage(world);
    const targets = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => `https://ci.example.com/${from + i}`);
    for (let from = 0; from < 50; from += 10) await send(world, { ...submission, notify: targets(from, 10) });
    const known = await send(world, { ...submission, notify: targets(5, 10) });
    expect(known.status).toBe(200);
    const full = await send(world, { ...submission, notify: targets(49, 2) });
    expect(full).toMatchObject({ status: 409, body: { title: 'Conflict' } });
    expect(watchOf(world, idOf(known)).body.notify).toHaveLength(50);
  });

  test('is a watch in the table, one message, and 202', async () => {
    const world = createWorld();
    const receipt = await send(world, stage(world));
    expect(receipt).toMatchObject({
      status: 202,
      body: { status: 'pending', url: `https://watch.example.com/watches/${idOf(receipt)}` },
    });
    expect(watches(world)).toHaveLength(1);
    expect(messagesIn(world)).toBe(1);
  });

  test('made again is answered 200 with the same watch, and wakes nobody [F1]', async () => {
    const world = createWorld();
    const submission = stage(world);
    const first = await send(world, submission);
    const again = await send(world, submission);
    expect([again.status, idOf(again)]).toEqual([200, idOf(first)]);
    expect(messagesIn(world)).toBe(1);
  });

  test('of another tenant is another watch', async () => {
    const world = createWorld();
    const submission = stage(world);
    expect(idOf(await send(world, submission))).not.toBe(idOf(await send(world, submission, 'other')));
  });

  test('whose message is lost, or whose function dies before sending it, is swept up [F3]', async () => {
    for (const fault of ['crash before', 'throttled'] as const) {
      const world = createWorld({ faults: once('send messages', fault) });
      world.start();
      await send(world, stage(world, { endsAfter: 0 })).catch(() => undefined);
      await pass(world, 5 * MINUTE);
      expect(world.receivers.received).toHaveLength(1);
      expect(world.swept()).toBe(1);
    }
  });

  test('whose answer is lost may be made again [F24]', async () => {
    const world = createWorld({ faults: once('insert watch', 'lost answer') });
    const submission = stage(world);
    expect(await send(world, submission)).toMatchObject({ status: 503, body: { title: 'Service Unavailable' } });
    expect((await send(world, submission)).status).toBe(200);
    expect(watches(world)).toHaveLength(1);
  });
});

describe('two at once', () => {
  test.each(seeds)(
    'of the same operation are one watch with the targets of both, and one message (seed %i) [F1] [F2]',
    async (seed) => {
      const world = createWorld({ seed });
      const one = world.submit(stage(world, { notify: ['chat'] }));
      const two = world.submit(stage(world, { notify: ['ci'] }));
      const receipts = await world.timeline.finish(Promise.all([one, two]));
      expect(receipts.map(({ status }) => status).sort()).toEqual([200, 202]);
      expect(new Set(receipts.map(idOf)).size).toBe(1);
      expect(watches(world)).toHaveLength(1);
      expect([...watchOf(world, idOf(receipts[0] as Receipt)).body.notify].sort()).toEqual(['chat', 'ci']);
      expect(messagesIn(world)).toBe(1);
    },
  );

  test('in one list are one watch, too [F1]', async () => {
    const world = createWorld();
    const submission = stage(world);
    const { body } = await send(world, [submission, submission]);
    expect((body as { status: number }[]).map(({ status }) => status).sort()).toEqual([200, 202]);
    expect(watches(world)).toHaveLength(1);
  });
});

describe('a target that joins', () => {
  test('when it is over is told at once, and alone [F2]', async () => {
    const world = createWorld();
    world.start();
    const submission = stage(world, { endsAfter: 0, end: 'failed' });
    const id = idOf(await send(world, submission));
    await pass(world, HOUR);
    await send(world, { ...submission, notify: ['ci', 'chat'] });
    await pass(world, 5 * SECOND);
    expect(world.receivers.received.map(({ url }) => new URL(url).host)).toEqual([
      'chat.example.com',
      'ci.example.com',
    ]);
    expect(world.receivers.received.map(({ event }) => event.timestamp)).toEqual(
      Array(2).fill(world.receivers.received[0]?.event.timestamp),
    );
    expect(watchOf(world, id)).toMatchObject({ body: { owed: [] } });
    expect(watchOf(world, id).aliveUntil).toBeUndefined();
  });

  test.each(seeds)('while it ends is told once, like those who were there (seed %i) [F2]', async (seed) => {
    const world = createWorld({ seed });
    world.start();
    const submission = stage(world, { endsAfter: 4_900 });
    const id = idOf(await send(world, submission));
    await pass(world, 4_950 + seed * 15);
    await send(world, { ...submission, notify: ['ci'] });
    await pass(world, 10 * MINUTE);
    expect(world.receivers.received.map(({ url }) => new URL(url).host).sort()).toEqual([
      'chat.example.com',
      'ci.example.com',
    ]);
    expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['delivered', 'delivered']);
    expect(messagesIn(world)).toBe(0);
  });
});

describe('generations', () => {
  test('a new one begins when the earlier was stopped, and everybody finds it', async () => {
    const world = createWorld();
    const submission = stage(world);
    const first = await send(world, submission);
    await stopWatch(world, idOf(first));
    const second = await send(world, submission);
    expect(second.status).toBe(202);
    expect(idOf(second)).not.toBe(idOf(first));
    expect(heads(world)).toMatchObject([{ body: { generation: 2 } }]);
    expect(idOf(await send(world, submission))).toBe(idOf(second));
    await stopWatch(world, idOf(second));
    expect(watchOf(world, idOf(await send(world, submission))).body.generation).toBe(3);
    expect(heads(world)).toMatchObject([{ body: { generation: 3 } }]);
  });

  test('none begins for an operation that has ended as its cloud said', async () => {
    const world = createWorld();
    world.start();
    const submission = stage(world, { endsAfter: 0 });
    const first = await send(world, submission);
    await pass(world, MINUTE);
    expect(await send(world, submission)).toMatchObject({
      status: 200,
      body: { id: idOf(first), status: 'succeeded' },
    });
  });

  test('one begins for an action whose name comes again', async () => {
    const world = createWorld();
    world.start();
    const submission = stage(world, { provider: 'huawei-dws', endsAfter: MINUTE });
    const first = await send(world, submission);
    await pass(world, HOUR);
    expect(watchOf(world, idOf(first)).body.status).toBe('succeeded');
    const second = await send(world, submission);
    expect(second.status).toBe(202);
    expect(idOf(second)).not.toBe(idOf(first));
  });

  test('one that was begun by a function that then died is found without its signpost [F3]', async () => {
    const world = createWorld({ faults: once('insert head', 'crash before') });
    const submission = stage(world);
    await stopWatch(world, idOf(await send(world, submission)));
    await expect(send(world, submission)).rejects.toThrow('crash');
    expect(heads(world)).toEqual([]);
    const again = await send(world, submission);
    expect(again.status).toBe(200);
    expect(watchOf(world, idOf(again)).body.generation).toBe(2);
  });

  test.each(seeds)('two submitters begin one (seed %i)', async (seed) => {
    const world = createWorld({ seed });
    const submission = stage(world);
    await stopWatch(world, idOf(await send(world, submission)));
    const receipts = await world.timeline.finish(Promise.all([world.submit(submission), world.submit(submission)]));
    expect(new Set(receipts.map(idOf)).size).toBe(1);
    expect(watches(world)).toHaveLength(2);
  });
});

describe('watches of one stack', () => {
  const operation = { RegionId: 'cn-hangzhou', StackId: 'c754d2a4-28f1-46df-b557-9586173a0000' };
  const submission = { provider: 'aliyun-ros', operation, notify: ['chat'] };
  const naming = (fields: object) => ({ ...submission, operation: { ...operation, ...fields } });

  /** Ends a watch as a look would that saw this run. */
  const end = (world: World, id: string, status: Watch['status'], run: string) =>
    world.call('api', (runtime) =>
      changeWatch(watchOf(world, id), (watch) => ({ ...watch, status, run, endedAt: runtime.now() }), runtime),
    );
  const earlierRuns = (world: World, id: string) => watchOf(world, id).body.earlierRuns;

  test('know the runs that were reported before them, and no others', async () => {
    const world = createWorld();
    const first = idOf(await send(world, submission));
    expect(watchOf(world, first).body).not.toHaveProperty('earlierRuns');
    await end(world, first, 'succeeded', 'A');
    const second = idOf(await send(world, submission));
    expect(earlierRuns(world, second)).toEqual([{ watch: first, run: 'A' }]);
    await end(world, second, 'timed_out', 'B');
    const third = idOf(await send(world, submission));
    expect(earlierRuns(world, third)).toEqual([{ watch: first, run: 'A' }]);
    await end(world, third, 'canceled', 'C');
    expect(earlierRuns(world, idOf(await send(world, submission)))).toEqual([
      { watch: first, run: 'A' },
      { watch: third, run: 'C' },
    ]);
  });

  test.each(seeds)('know them when two submitters begin one (seed %i)', async (seed) => {
    const world = createWorld({ seed });
    const first = idOf(await send(world, submission));
    await end(world, first, 'failed', 'A');
    const receipts = await world.timeline.finish(Promise.all([world.submit(submission), world.submit(submission)]));
    const [id = '', other] = receipts.map(idOf);
    expect(other).toBe(id);
    expect(earlierRuns(world, id)).toEqual([{ watch: first, run: 'A' }]);
  });

  test('know them when the function that began one died [F3]', async () => {
    const world = createWorld({ faults: once('insert head', 'crash before') });
    const first = idOf(await send(world, submission));
    await end(world, first, 'failed', 'A');
    await expect(send(world, submission)).rejects.toThrow('crash');
    const second = idOf(await send(world, submission));
    expect(earlierRuns(world, second)).toEqual([{ watch: first, run: 'A' }]);
    await end(world, second, 'succeeded', 'B');
    expect(earlierRuns(world, idOf(await send(world, submission)))).toEqual([
      { watch: first, run: 'A' },
      { watch: second, run: 'B' },
    ]);
  });

  test.each([
    ['the creation, which ended well', { Action: 'CREATE' }, 'succeeded', 200],
    ['the creation, which failed and may go on', { Action: 'CREATE' }, 'failed', 202],
    ['the deletion, which ended well', { Action: 'DELETE' }, 'succeeded', 200],
    ['an update, of which there may be another', { Action: 'UPDATE' }, 'succeeded', 202],
    ['the update by its time, however it ended', { UpdateTime: '2026-01-02T03:04:05' }, 'failed', 200],
    ['the update by its time, which was lost', { UpdateTime: '2026-01-02T03:04:05' }, 'lost', 202],
  ] as const)('answer for a submission that names %s', async (_, fields, status, answer) => {
    const world = createWorld();
    const first = idOf(await send(world, naming(fields)));
    await end(world, first, status, 'A');
    const again = await send(world, naming(fields));
    expect([again.status, idOf(again) === first]).toEqual([answer, answer === 200]);
  });

  test('are as many as the ways to name what is meant, and one by its time in any spelling', async () => {
    const world = createWorld();
    const ids = new Set<string>();
    for (const fields of [{}, { Action: 'UPDATE' }, { Action: 'update' }, { UpdateTime: '2026-01-02T03:04:05' }]) {
      ids.add(idOf(await send(world, naming(fields))));
    }
    ids.add(idOf(await send(world, naming({ UpdateTime: '2026-01-02T11:04:05+08:00' }))));
    expect(ids.size).toBe(3);
  });

  test('keep the id that they had before the optional fields were there', async () => {
    expect(idOf(await send(createWorld(), submission))).toBe('w_jmril6x54i352uhz7wen26f42i');
  });
});

describe('a stop', () => {
  test('is told at once, and ends the looks', async () => {
    const world = createWorld();
    world.start();
    const id = await submitted(world);
    await pass(world, 10 * MINUTE);
    await stopWatch(world, id);
    await pass(world, 5 * SECOND);
    expect(world.receivers.received.map(({ event }) => event.type)).toEqual(['operation.stopped']);
    await pass(world, HOUR);
    expect(messagesIn(world)).toBe(0);
  });

  test.each(seeds)('while a poller looks: one of them ends it, the other agrees (seed %i)', async (seed) => {
    const world = createWorld({ seed });
    world.start();
    const id = await submitted(world, { endsAfter: 4_900 });
    await pass(world, 4_950 + seed * 15);
    await stopWatch(world, id);
    await pass(world, 10 * MINUTE);
    expect(world.receivers.received).toHaveLength(1);
    expect(world.receivers.received[0]?.event.data.status).toBe(watchOf(world, id).body.status);
    expect(messagesIn(world)).toBe(0);
  });
});

describe('bad input', () => {
  const good = { provider: 'aliyun-emr', operation: OPERATIONS['aliyun-emr'] };

  test.each<[string, unknown]>([
    ['one', { ...good, notify: ['nobody'] }],
    ['none', []],
    ['26 at once', Array.from({ length: 26 }, () => good)],
  ])('%s: 422, nothing written, nothing sent [F6]', async (_, body) => {
    const world = createWorld();
    const receipt = await send(world, body);
    expect(receipt.status).toBe(422);
    expect((receipt.body as Problem).errors).not.toEqual([]);
    expect([...world.table.items()].filter(({ pk }) => pk !== TENANTS)).toEqual([]);
    expect(messagesIn(world)).toBe(0);
  });

  test('among good ones is refused alone, by its place', async () => {
    const world = createWorld();
    const { status, body } = await send(world, [
      good,
      { ...good, deadline: 'x' },
      { ...good, operation: { ...good.operation, OperationId: 'op-2' } },
    ]);
    expect(status).toBe(207);
    expect(body).toMatchObject([
      { status: 202 },
      { status: 422, problem: { errors: [{ pointer: '/1/deadline' }] } },
      { status: 202 },
    ]);
    expect(watches(world)).toHaveLength(2);
    expect(messagesIn(world)).toBe(2);
  });

  test('25 good ones are all taken', async () => {
    const world = createWorld();
    const list = Array.from({ length: 25 }, (_, i) => stage(world, { operation: { OperationId: `op-${i}` } }));
    const { body } = await send(world, list);
    expect((body as { status: number }[]).every(({ status }) => status === 202)).toBe(true);
    expect(messagesIn(world)).toBe(25);
  });
});
