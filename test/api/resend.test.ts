import { describe, expect, test } from 'vitest';
import { resend, resendParked } from '../../lib/api/resend.ts';
import type { AttemptRecord } from '../../lib/core/delivery.ts';
import { stop } from '../../lib/core/watch.ts';
import type { WatchItem } from '../../lib/store/items.ts';
import { changeWatch } from '../../lib/submit/submit.ts';
import { countStanding } from '../../lib/sweep/count-standing.ts';
import { DAY, HOUR, MINUTE } from '../samples.ts';
import type { Reply } from '../world/receivers.ts';
import { deliveriesOf, logged, messagesIn, pass, submitted, watchOf } from '../world/scenes.ts';
import { createWorld, type World } from '../world/world.ts';

/** A world in which everything for the target `ci` was parked. */
const parked = async (reply: Reply = 'broken') => {
  let now: Reply | undefined = reply;
  const world = createWorld({ reply: () => now });
  const id = await submitted(world, { notify: ['ci'], endsAfter: 0, end: 'failed' });
  world.start();
  await pass(world, 5 * DAY);
  const heal = () => {
    now = undefined;
  };
  return { world, id, heal };
};

const stateOf = (world: World, id: string) => deliveriesOf(world, id).map(({ body }) => body.state);
const idsSent = (world: World) => new Set(world.receivers.received.map((each) => each.id));

describe('a parked delivery sent again', () => {
  test('is delivered under the webhook-id it always had, and every attempt stays on record', async () => {
    const { world, id, heal } = await parked();
    expect(stateOf(world, id)).toEqual(['parked']);
    heal();
    const [delivery] = deliveriesOf(world, id);
    if (!delivery) throw new Error('no delivery');
    const resent = await world.call('api', (runtime) => resend(delivery, runtime));
    expect(resent?.body.state).toBe('waiting');
    await pass(world, MINUTE);
    expect(stateOf(world, id)).toEqual(['delivered']);
    expect(world.receivers.received).toHaveLength(11);
    expect(idsSent(world).size).toBe(1);
    const attempts = world.table.partition(id).filter(({ sk }) => sk.startsWith('attempt#'));
    expect(attempts.map(({ body }) => (body as AttemptRecord).number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(messagesIn(world)).toBe(0);
  });

  test('has all its attempts again', async () => {
    const { world, id } = await parked();
    const [delivery] = deliveriesOf(world, id);
    if (!delivery) throw new Error('no delivery');
    await world.call('api', (runtime) => resend(delivery, runtime));
    await pass(world, 5 * DAY);
    expect(world.receivers.received).toHaveLength(20);
    expect(stateOf(world, id)).toEqual(['parked']);
  });

  test('that is not there is not made', async () => {
    const { world, id } = await parked();
    const resent = await world.call('api', (runtime) => resend({ pk: id, sk: 'delivery#msg_none' }, runtime));
    expect(resent).toBeUndefined();
  });
});

describe('all that were parked for a target in a time', () => {
  test.each([
    ['within', 0, 1],
    ['before', -6 * DAY, 0],
  ])('%s it', async (_, shift, count) => {
    const { world, id, heal } = await parked();
    heal();
    const until = world.timeline.now() + shift;
    const wanted = { tenant: 'default', target: 'ci', since: until - 3 * DAY, until };
    expect(await world.call('api', (runtime) => resendParked(wanted, runtime))).toEqual({ resent: count });
    await pass(world, HOUR);
    expect(stateOf(world, id)).toEqual([count === 1 ? 'delivered' : 'parked']);
  });

  test.each([
    ['of another target', { target: 'other' }],
    ['of another tenant', { tenant: 'other' }],
  ])('and none %s', async (_, other) => {
    const { world } = await parked();
    const until = world.timeline.now();
    const wanted = { tenant: 'default', target: 'ci', since: until - 9 * DAY, until, ...other };
    expect(await world.call('api', (runtime) => resendParked(wanted, runtime))).toEqual({ resent: 0 });
  });
});

test('a target that said 410 is told nothing until it is enabled, and then what was parked can be sent', async () => {
  const { world, id, heal } = await parked('gone');
  heal();
  const second = await submitted(world, { notify: ['ci'], endsAfter: 0, end: 'failed', provider: 'aliyun-bpstudio' });
  await pass(world, HOUR);
  expect(stateOf(world, second)).toEqual(['parked']);
  expect(world.receivers.received).toHaveLength(1);
  await world.call('api', (runtime) => runtime.targetLimiters.enable('ci'));
  const until = world.timeline.now();
  const wanted = { tenant: 'default', target: 'ci', since: until - 9 * DAY, until };
  expect(await world.call('api', (runtime) => resendParked(wanted, runtime))).toEqual({ resent: 2 });
  await pass(world, HOUR);
  expect([stateOf(world, id), stateOf(world, second)]).toEqual([['delivered'], ['delivered']]);
});

describe('what a later state of the watch has overtaken', () => {
  /** A watch whose attention was given up before its end was told. */
  const overtaken = async () => {
    const world = createWorld({ reply: () => 'gone' });
    const id = await submitted(world, {
      notify: ['https://ci.example.com/opwatch'],
      endsAfter: MINUTE,
      end: 'attention',
    });
    world.start();
    await pass(world, HOUR);
    return { world, id };
  };

  test('is parked as long as it holds, and sent again', async () => {
    const { world, id } = await overtaken();
    expect(stateOf(world, id)).toEqual(['parked']);
    const [delivery] = deliveriesOf(world, id);
    const resent = await world.call('api', (runtime) => resend(delivery ?? { pk: '', sk: '' }, runtime));
    expect(resent?.body.state).toBe('waiting');
  });

  test('rings no alarm and is not parked once the watch is over, though nobody sends it again', async () => {
    const { world, id } = await overtaken();
    const parkedOnes = () => world.call('sweep', (runtime) => countStanding(runtime)).then((counts) => counts.parked);
    const attention = () => deliveriesOf(world, id).find(({ body }) => body.event.event === 'attention')?.body.state;
    expect([await parkedOnes(), attention()]).toEqual([1, 'parked']);
    await world.call('api', (runtime) =>
      changeWatch(watchOf(world, id), (watch) => stop(watch, runtime.now()), runtime),
    );
    await pass(world, 2 * MINUTE);
    // The end is true, and was refused for good.
    expect([await parkedOnes(), attention(), stateOf(world, id).toSorted()]).toEqual([
      1,
      'overtaken',
      ['overtaken', 'parked'],
    ]);
  });

  test.each(['gone', 'broken'] as const)(
    'is not parked where the watch goes on while its last attempt is under way: %s',
    async (reply) => {
      let isLast = false;
      const world: World = createWorld({
        reply: () => (isLast ? undefined : reply),
        bend: (runtime) => ({
          ...runtime,
          sendToTarget: async (request) => {
            const [delivery] = deliveriesOf(world, id);
            isLast = reply === 'gone' || delivery?.body.attempts === 10;
            if (!isLast) return runtime.sendToTarget(request);
            const [watch] = (await runtime.table.get([{ pk: id, sk: 'watch' }])) as WatchItem[];
            if (watch) await changeWatch(watch, (now) => stop(now, runtime.now()), runtime);
            return { status: reply === 'gone' ? 410 : 500, headers: {}, body: '', cut: false };
          },
        }),
      });
      const id = await submitted(world, { notify: ['ci'], endsAfter: MINUTE, end: 'attention' });
      world.start();
      await pass(world, 5 * DAY);
      const attention = deliveriesOf(world, id).find(({ body }) => body.event.event === 'attention')?.body;
      expect(attention?.state).toBe('overtaken');
      expect(logged(world, 'delivery parked').filter(({ delivery }) => delivery === attention?.id)).toEqual([]);
    },
  );

  test('is not sent once the watch is over: not by itself, nor with all that were parked', async () => {
    const { world, id } = await overtaken();
    const attentions = () =>
      world.receivers.received.filter(({ event }) => event.type === 'operation.attention').length;
    const sent = attentions();
    await world.call('api', (runtime) =>
      changeWatch(watchOf(world, id), (watch) => stop(watch, runtime.now()), runtime),
    );
    const now = world.timeline.now();
    const wanted = { tenant: 'default', target: 'https://ci.example.com/opwatch', since: now - DAY, until: now };
    expect(await world.call('api', (runtime) => resendParked(wanted, runtime))).toEqual({ resent: 0 });
    const delivery = deliveriesOf(world, id).find(({ body }) => body.event.event === 'attention');
    expect(delivery?.body.state).toBe('overtaken');
    const resent = await world.call('api', (runtime) => resend(delivery ?? { pk: '', sk: '' }, runtime));
    expect(resent?.body.state).toBe('overtaken');
    await pass(world, HOUR);
    expect(attentions()).toBe(sent);
  });
});
