import { describe, expect, test } from 'vitest';
import type { Delivery } from '../lib/core/delivery.ts';
import type { HttpAnswer, HttpRequest } from '../lib/net/http.ts';
import type { Runtime } from '../lib/runtime.ts';
import { DAY, HOUR, MINUTE, SECOND } from './samples.ts';
import { deliveriesOf, pass, submitted } from './world/scenes.ts';
import { configWith } from './world/settings.ts';
import type { CloudState } from './world/statements.ts';
import { createWorld, START, type World, type WorldOptions } from './world/world.ts';

const config = configWith({
  targets: {
    follower: { type: 'slack-bot', token: 'env:CHANNEL_TOKEN', channel: 'C0123ABCD', progress: true },
    ci: { type: 'webhook', url: 'https://ci.example.com/opwatch', secrets: 'env:SIGNING' },
  },
  tenants: { default: {} },
  defaults: { notify: ['ci'] },
});

/** A Slack channel: its messages by their `ts`, each with all the texts it has shown. */
const createChannel = () => {
  const messages = new Map<string, string[]>();
  const calls: string[] = [];
  const says = (body: object): HttpAnswer => ({ status: 200, headers: {}, body: JSON.stringify(body), cut: false });
  const answer = ({ url, body = '' }: HttpRequest): HttpAnswer => {
    const method = url.split('/').at(-1) ?? '';
    const { text, ts = `17${messages.size}.000100`, channel } = JSON.parse(body);
    calls.push(method);
    if (method === 'chat.update' && !messages.has(ts)) return says({ ok: false, error: 'message_not_found' });
    messages.set(ts, [...(messages.get(ts) ?? []), text]);
    return says({ ok: true, channel, ts });
  };
  return { messages, calls, answer };
};

type Channel = ReturnType<typeof createChannel>;

/** A world whose one follower is told in `channel`; `before` is done to each request on its way. */
const worldWith = (
  channel: Channel,
  before: (runtime: Runtime, nth: number) => Promise<void> = async () => {},
  options: WorldOptions = {},
): World => {
  let sent = 0;
  const world = createWorld({
    config,
    ...options,
    bend: (runtime) => ({
      ...runtime,
      sendToTarget: async (request) => {
        if (!request.url.startsWith('https://slack.com/')) return runtime.sendToTarget(request);
        sent += 1;
        await before(runtime, sent);
        return channel.answer(request);
      },
    }),
  });
  world.start();
  return world;
};

/** Watched by the follower, through these states, each a minute after the one before it. */
const watched = async (world: World, states: readonly CloudState[], stepMs = MINUTE): Promise<string> => {
  const now = world.timeline.now();
  const operation = { RegionId: 'cn-hangzhou', ClusterId: 'c-1', OperationId: 'op-1' };
  world.clouds.add(
    'aliyun-emr',
    operation,
    states.map((state, i) => ({ at: now + i * stepMs, state })),
  );
  const receipt = await world.timeline.finish(
    world.submit({ provider: 'aliyun-emr', operation, notify: ['follower'], deadline: 'PT48H' }),
  );
  if (!('url' in receipt.body)) throw new Error(JSON.stringify(receipt.body));
  return receipt.body.id;
};

describe('one message', () => {
  test('goes from running to done, and is changed on the way', async () => {
    const channel = createChannel();
    const world = worldWith(channel);
    const id = await watched(world, ['running', 'odd', 'attention', 'running', 'succeeded']);
    await pass(world, HOUR);
    expect([...channel.messages.values()]).toEqual([
      [
        expect.stringContaining('is running'),
        expect.stringContaining('is running'),
        expect.stringContaining('waits for a person'),
        expect.stringContaining('is running'),
        expect.stringContaining('succeeded'),
      ],
    ]);
    expect(channel.calls.filter((method) => method === 'chat.postMessage')).toHaveLength(1);
    expect(deliveriesOf(world, id).map(({ body }) => [body.event.event, body.state])).toEqual(
      expect.arrayContaining([
        ['progress', 'delivered'],
        ['attention', 'delivered'],
        ['succeeded', 'delivered'],
      ]),
    );
  });

  test('is all there is of what was over at the first look', async () => {
    const channel = createChannel();
    await watched(worldWith(channel), ['failed']).then(() => undefined);
    expect(channel.calls).toEqual([]);
    const world = worldWith(channel);
    await watched(world, ['failed']);
    await pass(world, HOUR);
    expect(channel.calls).toEqual(['chat.postMessage']);
  });

  test('that somebody has deleted is sent anew', async () => {
    const channel = createChannel();
    const world = worldWith(channel);
    await watched(world, ['running', 'running', 'succeeded']);
    await pass(world, MINUTE);
    channel.messages.clear();
    await pass(world, HOUR);
    expect([...channel.messages.values()]).toEqual([[expect.stringContaining('succeeded')]]);
  });

  test.each([20, 35])('tells the end in the end, though %i s earlier news is still on its way', async (seconds) => {
    const channel = createChannel();
    // What is told first arrives long after the operation has ended.
    const world = worldWith(channel, (runtime, nth) => runtime.pause(nth === 1 ? seconds * SECOND : 0));
    await watched(world, ['running', 'failed'], 8 * SECOND);
    await pass(world, HOUR);
    expect([...channel.messages.values()].at(-1)?.at(-1)).toContain('failed');
  });

  test('of what ended while nobody could tell says the end alone', async () => {
    const channel = createChannel();
    const world = worldWith(channel, undefined, {
      downUntil: (name) => (name === 'notifier' ? START + HOUR : 0),
    });
    const id = await watched(world, ['running', 'attention', 'succeeded']);
    await pass(world, 2 * HOUR);
    expect([...channel.messages.values()]).toEqual([[expect.stringContaining('succeeded')]]);
    const states = deliveriesOf(world, id).map(({ body }) => [body.event.event, body.state]);
    expect(states).toEqual(
      expect.arrayContaining([
        ['progress', 'overtaken'],
        ['attention', 'overtaken'],
        ['succeeded', 'delivered'],
      ]),
    );
  });

  test('that cannot be sent for days parks nothing but its end', async () => {
    const channel = createChannel();
    const refuse = async () => {
      throw new Error('no');
    };
    const world = worldWith(channel, refuse);
    const id = await watched(world, ['running', 'succeeded'], 20 * HOUR);
    await pass(world, 9 * DAY);
    const states = deliveriesOf(world, id).map(({ body }: { body: Delivery }) => [body.event.event, body.state]);
    expect(states).toEqual(
      expect.arrayContaining([
        ['progress', 'overtaken'],
        ['succeeded', 'parked'],
      ]),
    );
    expect([...world.table.items()].filter(({ aliveUntil }) => aliveUntil !== undefined)).toEqual([]);
  });
});

test('who follows nothing is told the end alone', async () => {
  const world = worldWith(createChannel());
  const id = await submitted(world, { notify: ['ci'], endsAfter: 5 * MINUTE });
  await pass(world, HOUR);
  expect(deliveriesOf(world, id).map(({ body }) => body.event.event)).toEqual(['succeeded']);
});

test.each([1, 2, 3, 4])(
  'a notifier that is frozen while it tells of progress never writes over the end (seed %i)',
  async (seed) => {
    const channel = createChannel();
    let frozen = false;
    const world = worldWith(channel, async () => {}, {
      seed,
      faults: ({ what, process }) => {
        if (frozen || process.name !== 'notifier' || what !== 'replace delivery') return undefined;
        frozen = true;
        return 'frozen';
      },
    });
    await submitted(world, { notify: ['follower'], endsAfter: 5 * MINUTE });
    await pass(world, HOUR);
    expect(frozen).toBe(true);
    const texts = [...channel.messages.values()].map((all) => all.at(-1) ?? '');
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain('succeeded');
  },
);
