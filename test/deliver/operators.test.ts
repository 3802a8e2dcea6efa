import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../lib/core/delivery.ts';
import type { NoticeEvent } from '../../lib/core/notice.ts';
import { DAY, HOUR, MINUTE } from '../samples.ts';
import type { Reply } from '../world/receivers.ts';
import { pass, submitted } from '../world/scenes.ts';
import { configWith, KEYS, operatorsCalled } from '../world/settings.ts';
import { createWorld, type World, type WorldOptions } from '../world/world.ts';

const config = configWith({ operators: ['chat'] });

const begun = (options: WorldOptions = {}): World => {
  const world = createWorld({ config, ...options });
  for (const vendor of ['aliyun', 'huawei'] as const) world.clouds.keys.set(vendor, KEYS[vendor]);
  world.start();
  return world;
};

/** What the operators were told, in order. */
const noticesIn = (world: World) =>
  world.receivers.received
    .filter(({ url, event }) => url.includes('chat.example.com') && event.type.startsWith('operator.'))
    .map(({ event, id }) => ({ id, ...(event as unknown as NoticeEvent) }));

const to = (host: string, reply: Reply): Pick<WorldOptions, 'reply'> => ({
  reply: (url) => (url.startsWith(`https://${host}.`) ? reply : undefined),
});

describe('operators are told', () => {
  test('that credentials are refused, once each time it begins', async () => {
    const world = begun();
    const refuse = async () => {
      world.clouds.keys.set('aliyun', 'another');
      await pass(world, 30 * MINUTE);
    };
    await submitted(world, { notify: ['ci'] });
    await submitted(world, { notify: ['ci'], operation: { OperationId: 'op-2' } });
    await refuse();
    expect(noticesIn(world)).toEqual([
      expect.objectContaining({
        type: 'operator.credentials_refused',
        data: {
          version: 1,
          status: 'credentials_refused',
          help: 'docs/operations.md#credentials-refused',
          connection: 'aliyun',
          reason: { code: expect.stringMatching(/\w+/), message: expect.stringMatching(/\w+/) },
        },
      }),
    ]);
    world.clouds.keys.set('aliyun', KEYS.aliyun);
    await pass(world, 30 * MINUTE);
    await refuse();
    expect(noticesIn(world)).toHaveLength(2);
    expect(new Set(noticesIn(world).map(({ id }) => id)).size).toBe(2);
  });

  test('of a word that no cloud documents, once however many watches meet it', async () => {
    const world = begun();
    const ids = ['op-1', 'op-2', 'op-3'];
    const begunAt = world.timeline.now();
    for (const OperationId of ids) {
      const fields = { RegionId: 'cn-hangzhou', ClusterId: 'c-1', OperationId };
      world.clouds.add('aliyun-emr', fields, [{ at: begunAt, state: 'odd' }]);
      await world.timeline.finish(world.submit({ provider: 'aliyun-emr', operation: fields, notify: ['ci'] }));
    }
    await pass(world, HOUR);
    expect(noticesIn(world)).toEqual([
      expect.objectContaining({
        type: 'operator.unknown_word',
        data: expect.objectContaining({ provider: 'aliyun-emr', providerStatus: expect.stringMatching(/\w+/) }),
      }),
    ]);
  });

  test('that a target wants no more, and that a delivery is parked', async () => {
    const world = begun(to('ci', 'gone'));
    const id = await submitted(world, { notify: ['ci'], endsAfter: 0, end: 'failed' });
    await pass(world, HOUR);
    const reason = { message: 'HTTP 410: the receiver wants no more' };
    expect(noticesIn(world).map(({ type, data }) => [type, data.target, data.watch?.id])).toEqual(
      expect.arrayContaining([
        ['operator.target_disabled', 'ci', undefined],
        ['operator.delivery_parked', 'ci', id],
      ]),
    );
    expect(noticesIn(world).find(({ type }) => type === 'operator.target_disabled')?.data.reason).toEqual(reason);
  });

  test('at the first sign that a target is gone for good in its own words, once a day, while attempts go on', async () => {
    const slack = { type: 'slack', url: 'https://hooks.slack.com/services/T0/B0/CANARY-token' } as const;
    let isMended = false;
    const answered = () => ({
      ...(isMended ? { status: 200, body: 'ok' } : { status: 404, body: 'no_service' }),
      headers: {},
      cut: false,
    });
    const asked: string[] = [];
    const world = begun({
      config: configWith({
        targets: { ...operatorsCalled('operators').targets, slack },
        operators: ['chat', 'slack'],
      }),
      bend: (runtime) => ({
        ...runtime,
        sendToTarget: async (request) => {
          if (!request.url.startsWith('https://hooks.slack.com')) return runtime.sendToTarget(request);
          asked.push(request.url);
          return answered();
        },
      }),
    });
    const first = await submitted(world, { notify: ['slack'], endsAfter: 0, end: 'failed' });
    await submitted(world, { notify: ['slack'], operation: { OperationId: 'op-2' }, endsAfter: 0, end: 'failed' });
    await pass(world, 10 * MINUTE);
    expect(noticesIn(world)).toEqual([
      expect.objectContaining({
        type: 'operator.target_ended',
        data: {
          version: 1,
          status: 'target_ended',
          help: 'docs/operations.md#target-ended',
          target: 'slack',
          delivery: expect.stringMatching(/^msg_/),
          reason: { message: 'retry: HTTP 404: Slack no_service' },
          watch: { id: expect.stringMatching(/^w_/), url: expect.stringContaining('/watches/w_') },
        },
      }),
    ]);
    const attempts = asked.length;
    await pass(world, 6 * HOUR);
    expect(noticesIn(world)).toHaveLength(1);
    expect(asked.length).toBeGreaterThan(attempts);
    isMended = true;
    await pass(world, DAY);
    const states = world.table.partition(first).filter(({ sk }) => sk.startsWith('delivery#'));
    expect(states.map(({ body }) => (body as Delivery).state)).toEqual(['delivered']);
    expect(world.lines.join('')).not.toContain('CANARY-token');
  });

  test('of parked deliveries once an hour for each target', async () => {
    const world = begun(to('ci', 'broken'));
    for (let i = 0; i < 12; i += 1)
      await submitted(world, { notify: ['ci'], operation: { OperationId: `op-${i}` }, endsAfter: 0, end: 'failed' });
    await pass(world, 6 * DAY);
    const hours = noticesIn(world).map(({ timestamp }) => timestamp.slice(0, 13));
    expect(hours.length).toBeGreaterThan(1);
    expect(new Set(hours).size).toBe(hours.length);
  });

  test('nothing about themselves: that is for the alarm', async () => {
    const world = begun(to('chat', 'broken'));
    await submitted(world, { notify: ['chat'], endsAfter: 0, end: 'failed' });
    await pass(world, 6 * DAY);
    expect(noticesIn(world)).toEqual([]);
    const items = [...world.table.items()].filter(({ sk }) => sk.startsWith('delivery#'));
    expect(items.map(({ body }) => (body as Delivery).state)).toEqual(['parked']);
  });

  test('of a callback without the secret in its address', async () => {
    const world = begun(to('builds', 'gone'));
    await submitted(world, { notify: ['https://builds.example.com/hooks/CANARY-1'], endsAfter: 0, end: 'failed' });
    await pass(world, HOUR);
    expect(noticesIn(world).map(({ data }) => data.target)).toEqual(['https://builds.example.com']);
    expect(world.lines.join('')).not.toContain('CANARY-1');
  });
});

test('nobody is told where there are no operators, and nothing is written', async () => {
  const world = begun({ ...to('ci', 'gone'), config: configWith() });
  await submitted(world, { notify: ['ci'], endsAfter: 0, end: 'failed' });
  await pass(world, HOUR);
  expect([...world.table.items()].filter(({ pk }) => pk.startsWith('n_'))).toEqual([]);
});
