/** What shares a slot of a chat's lane is told in one message: with a real chat's rate, in virtual time. */
import { describe, expect, test } from 'vitest';
import { SECOND } from './samples.ts';
import { deliveriesOf, pass, stage } from './world/scenes.ts';
import { configWith } from './world/settings.ts';
import { createWorld, type World } from './world/world.ts';

const OK = { status: 200, headers: {}, body: 'ok', cut: false };

/** A Slack channel that is told at most once a second, and what came to it. */
const channelled = (operators: readonly string[] = []) => {
  const messages: { readonly at: number; readonly text: string; readonly fields: number }[] = [];
  const config = configWith({
    targets: { team: { type: 'slack', url: 'env:CHAT_URL' } },
    tenants: { default: {} },
    defaults: { notify: ['team'] },
    operators: [...operators],
  });
  const world = createWorld({
    config,
    bend: (runtime) => ({
      ...runtime,
      sendToTarget: async ({ body = '' }) => {
        const { text, attachments } = JSON.parse(body);
        const blocks: { fields?: unknown[] }[] = attachments[0].blocks;
        messages.push({ at: world.timeline.now(), text, fields: blocks.flatMap(({ fields = [] }) => fields).length });
        return OK;
      },
    }),
  });
  return { world, messages };
};

/** So many operations that have failed, submitted together. */
const crowd = async (world: World, count: number): Promise<string[]> => {
  const operations = Array.from({ length: count }, (_, i) =>
    stage(world, { operation: { OperationId: `op-${i}` }, notify: ['team'], endsAfter: 0, end: 'failed' }),
  );
  const ids: string[] = [];
  for (let i = 0; i < count; i += 20) {
    const receipt = await world.timeline.finish(world.submit(operations.slice(i, i + 20)));
    if (!Array.isArray(receipt.body)) throw new Error(JSON.stringify(receipt.body));
    ids.push(...receipt.body.flatMap(({ watch }) => watch?.id ?? []));
  }
  return ids;
};

const statesOf = (world: World, ids: readonly string[]) =>
  ids.flatMap((id) => deliveriesOf(world, id).map(({ body }) => body.state));

describe('a chat', () => {
  test('is told one operation in a message of its own', async () => {
    const { world, messages } = channelled();
    world.start();
    const ids = await crowd(world, 1);
    await pass(world, 60 * SECOND);
    expect(messages.map(({ text }) => text)).toEqual([expect.stringContaining('CREATE_CLUSTER failed')]);
    expect(statesOf(world, ids)).toEqual(['delivered']);
  });

  test('is told many at once in few messages, at its rate, and each delivery knows that it got through', async () => {
    const { world, messages } = channelled();
    world.start();
    const ids = await crowd(world, 200);
    await pass(world, 120 * SECOND);
    expect(statesOf(world, ids)).toEqual(Array(200).fill('delivered'));
    expect(messages.length).toBeLessThan(40);
    expect(messages.some(({ text }) => /\d+ operations: \d+ failed/.test(text))).toBe(true);
    for (const [i, { at }] of messages.entries()) {
      expect(at - (messages[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(SECOND);
    }
  });

  test('is told an operator’s notice by itself, whatever else is due', async () => {
    const { world, messages } = channelled(['team']);
    world.start();
    const now = world.timeline.now();
    const operation = { RegionId: 'cn-hangzhou', ClusterId: 'c-1', OperationId: 'op-odd' };
    world.clouds.add('aliyun-emr', operation, [{ at: now, state: 'odd' }]);
    await world.timeline.finish(world.submit({ provider: 'aliyun-emr', operation, notify: ['team'] }));
    await crowd(world, 20);
    await pass(world, 180 * SECOND);
    const notices = messages.filter(({ text }) => text.includes('❔'));
    expect(notices.map(({ text }) => text)).toEqual([expect.not.stringContaining('operations')]);
  });
});
