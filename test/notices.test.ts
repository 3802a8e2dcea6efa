/** Notices: several in one message, what is urgent first, and no more of one tenant than others leave room for. */
import { describe, expect, test } from 'vitest';
import type { Notice } from '../lib/core/notice.ts';
import { tellOperators, tellOperatorsOf } from '../lib/deliver/operators.ts';
import { NOTICES_AN_HOUR } from '../lib/limits/notice-limit.ts';
import type { HttpRequest } from '../lib/net/http.ts';
import { HOUR, MINUTE, SECOND } from './samples.ts';
import { logged, once, owed, pass } from './world/scenes.ts';
import { configWith } from './world/settings.ts';
import { createWorld, type World, type WorldOptions } from './world/world.ts';

const OK = { status: 200, headers: {}, body: 'ok', cut: false };

type Message = {
  readonly at: number;
  readonly title: string;
  readonly lines: readonly string[];
  readonly body: string;
};

/** Operators in a Slack channel of that rate, what came to it; every callback answers 410. */
const operated = (rate: { perSecond?: number; perMinute?: number }, options: WorldOptions = {}) => {
  const messages: Message[] = [];
  const receive = ({ url, body = '' }: HttpRequest) => {
    if (!url.startsWith('https://chat.example.com')) return { ...OK, status: 410 };
    // What chats would make links of is parted by spaces without width.
    const plain = body.replaceAll('\u200b', '').replaceAll('\\u200b', '');
    const { text, attachments } = JSON.parse(plain);
    const fields = attachments[0].blocks.flatMap((block: { fields?: { text: string }[] }) => block.fields ?? []);
    const lines = fields.map((field: { text: string }) => field.text.split('\n')[0]);
    messages.push({ at: world.timeline.now(), title: text, lines, body: plain });
    return OK;
  };
  const world: World = createWorld({
    config: configWith({
      targets: { team: { type: 'slack', url: 'env:CHAT_URL', rate } },
      tenants: { default: { signing: 'env:SIGNING_DEFAULT' }, other: { signing: 'env:SIGNING_OTHER' } },
      defaults: { notify: ['team'] },
      operators: ['team'],
    }),
    ...options,
    bend: (runtime) => ({ ...runtime, sendToTarget: async (request) => receive(request) }),
  });
  world.start();
  return { world, messages };
};

const parkedAt = (target: string, at: number): Notice => ({
  event: 'delivery_parked',
  at,
  target,
  watch: 'w_a',
  delivery: 'msg_a',
  reason: 'gone: HTTP 410',
});
const refusedAt = (at: number): Notice => ({
  event: 'credentials_refused',
  at,
  connection: 'aliyun',
  code: 'InvalidAccessKeyId',
  message: 'no such key',
});

describe('a chat of the operators', () => {
  test('is told several notices in one message, what is urgent first', async () => {
    const { world, messages } = operated({ perSecond: 1 });
    const at = world.timeline.now();
    await world.call('poller-aliyun', async (runtime) => {
      for (const target of ['a', 'b', 'c']) await tellOperatorsOf('other', parkedAt(target, at), runtime);
      await tellOperators(refusedAt(at), runtime);
    });
    await pass(world, 2 * MINUTE);
    expect(messages.map(({ title }) => title)).toEqual([expect.stringContaining('4 notices')]);
    expect(messages[0]?.lines[0]).toContain('A cloud refuses the credentials of connection aliyun');
    expect(messages[0]?.lines.slice(1).map((text) => /could not send to [abc]:/.test(text))).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('is told one by itself as before', async () => {
    const { world, messages } = operated({ perSecond: 1 });
    await world.call('poller-aliyun', (runtime) => tellOperators(refusedAt(world.timeline.now()), runtime));
    await pass(world, 2 * MINUTE);
    expect(messages.map(({ title }) => title)).toEqual([expect.stringContaining('credentials of connection aliyun')]);
  });

  test('whose rate is used up hears what is urgent in its next message', async () => {
    const { world, messages } = operated({ perMinute: 1 });
    const at = world.timeline.now();
    const crowd = (from: number) =>
      world.call('notifier', async (runtime) => {
        for (let i = from; i < from + 30; i += 1) await tellOperatorsOf(`t-${i}`, parkedAt(`target-${i}`, at), runtime);
      });
    await crowd(0);
    await pass(world, 90 * SECOND);
    await crowd(30);
    await pass(world, 30 * SECOND);
    const told = messages.length;
    const urgentAt = world.timeline.now();
    await world.call('poller-aliyun', (runtime) => tellOperators(refusedAt(urgentAt), runtime));
    await pass(world, 5 * MINUTE);
    const index = messages.findIndex(({ body }) => body.includes('credentials of connection'));
    // The next, or the one after it where that was sent before the sweep had woken the notice.
    expect(index - told).toBeLessThanOrEqual(1);
    expect(messages[index]?.lines[0] ?? messages[index]?.title).toContain('credentials of connection');
  });
});

test('a tenant that provokes thousands of notices holds up nobody else’s: it makes ten an hour, and one that says so [F55]', async () => {
  const { world, messages } = operated({ perMinute: 20 });
  const ORIGINS = 2_000;
  for (let i = 0; i < ORIGINS; i += 1) owed(world, { to: `https://h-${i}.example.com/`, tenant: 'other', count: 1 });
  await pass(world, MINUTE);
  owed(world, { to: 'https://mine.example.com/hook', count: 1 });
  const begunAt = world.timeline.now();
  await pass(world, 3 * MINUTE);
  const mine = messages.find(({ body }) => body.includes('mine.example.com'));
  expect(mine).toBeDefined();
  expect((mine?.at ?? 0) - begunAt).toBeLessThan(2 * MINUTE + 30 * SECOND);
  await pass(world, 30 * MINUTE);
  expect(logged(world, 'delivery parked')).toHaveLength(ORIGINS + 1);
  const all = messages.map(({ body }) => body).join('\n');
  expect(new Set(all.match(/h-\d+\.example\.com/g)).size).toBe(NOTICES_AN_HOUR);
  expect(messages.length).toBeLessThanOrEqual(NOTICES_AN_HOUR + 2);
  expect(all.match(/Tenant other has caused more notices/g)).toHaveLength(1);
  expect(logged(world, 'notice left out').length).toBe(ORIGINS - NOTICES_AN_HOUR);
});

describe('the limit of a tenant', () => {
  const noticesOf = (world: World) =>
    [...world.table.items()].filter(({ pk, sk }) => pk.startsWith('n_') && sk.startsWith('delivery#'));
  const tellOf = (world: World, target: string) =>
    world.call('notifier', (runtime) => tellOperatorsOf('other', parkedAt(target, world.timeline.now()), runtime));

  test('counts what is new only, and begins anew with the hour', async () => {
    const world = createWorld({ config: configWith({ operators: ['chat'] }) });
    for (let i = 0; i < 3 * NOTICES_AN_HOUR; i += 1) await tellOf(world, 'same');
    expect(noticesOf(world)).toHaveLength(1);
    for (let i = 0; i < 2 * NOTICES_AN_HOUR; i += 1) await tellOf(world, `target-${i}`);
    expect(noticesOf(world)).toHaveLength(NOTICES_AN_HOUR + 1);
    await pass(world, HOUR);
    await tellOf(world, 'another');
    expect(noticesOf(world)).toHaveLength(NOTICES_AN_HOUR + 2);
  });

  test('leaves out nothing that is urgent, and nothing of other tenants', async () => {
    const world = createWorld({ config: configWith({ operators: ['chat'] }) });
    for (let i = 0; i < 2 * NOTICES_AN_HOUR; i += 1) await tellOf(world, `target-${i}`);
    const before = noticesOf(world).length;
    const at = world.timeline.now();
    await world.call('notifier', async (runtime) => {
      await tellOperatorsOf('other', { ...parkedAt('ended', at), event: 'target_ended' } as Notice, runtime);
      await tellOperatorsOf('default', parkedAt('mine', at), runtime);
    });
    expect(noticesOf(world)).toHaveLength(before + 2);
  });

  test('a function that is killed once it has counted a notice has it told by the next', async () => {
    const world = createWorld({
      config: configWith({ operators: ['chat'] }),
      faults: once('insert made', 'crash after'),
    });
    await expect(tellOf(world, 'a')).rejects.toThrow();
    expect(noticesOf(world)).toEqual([]);
    await tellOf(world, 'a');
    expect(noticesOf(world)).toHaveLength(1);
  });
});

test('a program among the operators is told each notice by itself, under its own id', async () => {
  const world = createWorld({ config: configWith({ operators: ['ci'] }) });
  world.start();
  const at = world.timeline.now();
  await world.call('notifier', async (runtime) => {
    for (const target of ['a', 'b', 'c']) await tellOperatorsOf('other', parkedAt(target, at), runtime);
  });
  await pass(world, 2 * MINUTE);
  const told = world.receivers.received.filter(({ event }) => event.type === 'operator.delivery_parked');
  expect(new Set(told.map(({ id }) => id)).size).toBe(3);
});
