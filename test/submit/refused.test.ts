import { describe, expect, test } from 'vitest';
import type { NoticeEvent } from '../../lib/core/notice.ts';
import { serveDirect } from '../../lib/submit/direct-event.ts';
import { MINUTE, OPERATIONS } from '../samples.ts';
import { pass, stage } from '../world/scenes.ts';
import { configWith } from '../world/settings.ts';
import { createWorld, ENV, type World, type WorldOptions } from '../world/world.ts';

const GOOD = { provider: 'aliyun-emr', operation: OPERATIONS['aliyun-emr'], notify: ['chat'] };
const RENAMED = { ...GOOD, notify: ['renamed'] };

const invoke = (world: World, event: unknown) =>
  world.call('trigger', (runtime) => serveDirect(event, runtime)).catch((error: unknown) => String(error));

const kept = (world: World) =>
  world.sqs.messages(ENV.deadLetterQueue).map(({ body }) => JSON.parse(body) as Record<string, unknown>);

const withOperators = (more: WorldOptions = {}): World =>
  createWorld({ config: configWith({ operators: ['ci'] }), ...more });

describe('a submission of a schedule that is refused', () => {
  test('is kept in the dead-letter queue with its faults', async () => {
    const world = createWorld();
    await invoke(world, RENAMED);
    expect(kept(world)).toEqual([
      {
        timestamp: expect.stringMatching(/Z$/),
        requestContext: { condition: 'Refused' },
        requestPayload: RENAMED,
        responsePayload: expect.objectContaining({
          status: 422,
          errors: [
            {
              pointer: '/notify/0',
              detail: 'is neither a configured target nor an https URL: there is no renamed, but chat, ci, follower',
            },
          ],
        }),
      },
    ]);
  });

  test.each<[string, unknown, unknown[]]>([
    ['as the event of a rule', { 'detail-type': 'x', detail: RENAMED }, [RENAMED]],
    ['among good ones', [GOOD, RENAMED, GOOD], [RENAMED]],
    [
      'several of one array, each by itself',
      [RENAMED, { ...GOOD, provider: 'none' }],
      [RENAMED, { ...GOOD, provider: 'none' }],
    ],
    ['an array that is too long, whole', Array(26).fill(GOOD), [Array(26).fill(GOOD)]],
    ['no object at all', 'now', ['now']],
    ['nothing', null, [null]],
  ])('%s', async (_, event, payloads) => {
    const world = createWorld();
    await invoke(world, event);
    expect(kept(world).map(({ requestPayload }) => requestPayload)).toEqual(payloads);
  });

  test('is kept as a text that fits where it is larger than a message may be', async () => {
    const world = createWorld();
    await invoke(world, { ...RENAMED, labels: { note: '界'.repeat(200_000) } });
    const [message] = world.sqs.messages(ENV.deadLetterQueue);
    expect(Buffer.byteLength(message?.body ?? '')).toBeLessThan(256 * 1024);
    expect(kept(world)[0]?.requestPayload).toContain('aliyun-emr');
  });

  test('is told to the operators, with what it was and the faults, once an hour', async () => {
    const world = withOperators();
    world.start();
    for (let i = 0; i < 3; i += 1) await invoke(world, RENAMED);
    await invoke(world, { ...RENAMED, operation: { ...GOOD.operation, OperationId: 'op-2' } });
    await pass(world, 5 * MINUTE);
    const told = world.receivers.received.map(({ event }) => event as unknown as NoticeEvent);
    expect(told.map(({ type }) => type)).toEqual(Array(2).fill('operator.submission_refused'));
    for (const { data } of told)
      expect(data.reason?.message).toBe(
        '/notify/0: is neither a configured target nor an https URL: there is no renamed, but chat, ci, follower',
      );
    expect(told.map(({ data }) => data.submission).toSorted()).toEqual([
      expect.stringContaining('op-13c37a77c505'),
      expect.stringContaining('op-2'),
    ]);
  });

  test.each(['throttled', 'crash before'] as const)(
    'is submitted again where the dead-letter queue does not take it (%s)',
    async (fault) => {
      const world = createWorld({ faults: ({ what }) => (what === 'send messages' ? fault : undefined) });
      expect(await invoke(world, RENAMED)).toMatch(/./);
      expect(kept(world)).toEqual([]);
      expect(await invoke(world, RENAMED)).toEqual(expect.any(String));
    },
  );
});

test('operators who read Chinese read the faults, and why credentials cannot be read, in Chinese', async () => {
  const bodies: string[] = [];
  const world = createWorld({
    config: configWith({
      operators: ['group'],
      targets: { group: { type: 'feishu', url: 'env:CHAT_URL', language: 'zh' } },
      connections: { aliyun: { vendor: 'aliyun', credentials: 'env:SIGNING' } },
      tenants: {},
      defaults: { notify: [] },
    }),
    bend: (runtime) => ({
      ...runtime,
      sendToTarget: async ({ body = '' }) => {
        bodies.push(body);
        return { status: 200, headers: {}, body: '{"code":0}', cut: false };
      },
    }),
  });
  world.start();
  await invoke(world, { ...RENAMED, deadline: 'tonight' });
  await invoke(world, { ...stage(world), notify: [] });
  await pass(world, 5 * MINUTE);
  expect(bodies.join('\n')).toContain(
    '/notify/0：既不是已配置的目标，也不是 https 地址：没有 renamed，已有：group；/deadline：必须是带时区的时刻',
  );
  expect(bodies.join('\n')).toContain('env:SIGNING 须为包含 accessKeyId 和 secretAccessKey');
});

test('what is taken leaves nothing in the dead-letter queue', async () => {
  const world = withOperators();
  await invoke(world, stage(world));
  expect(kept(world)).toEqual([]);
});

test('what could not be written is left to Lambda, with all that came with it', async () => {
  const world = createWorld({ faults: ({ what }) => (what.startsWith('insert') ? 'throttled' : undefined) });
  expect(await invoke(world, [stage(world), RENAMED])).toMatch(/could not write every submission/);
  expect(kept(world)).toEqual([]);
});
