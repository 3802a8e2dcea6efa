/** A commit whose operations are watched: what its statuses show in the end, with GitHub's own rules. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Item } from '../lib/core/item.ts';
import type { WatchView } from '../lib/core/view.ts';
import type { HeldState } from '../lib/deliver/held-state.ts';
import type { HttpRequest } from '../lib/net/http.ts';
import { DAY, MINUTE, SECOND } from './samples.ts';
import { createRng } from './world/rng.ts';
import { pass, stage, watchOf } from './world/scenes.ts';
import { configWith } from './world/settings.ts';
import { createWorld, type World } from './world/world.ts';

const SHA = '6dcb09b5b57875f334f61aebed695e2e4193db5e';

/** A repository: the newest status of each context, of each commit; contexts know no capitals. */
const createRepository = () => {
  const statuses = new Map<string, { readonly state: string; readonly description: string }>();
  const answer = ({ url, body = '' }: HttpRequest) => {
    const { context, state, description } = JSON.parse(body);
    statuses.set(`${url.split('/').at(-1)} ${context.toLowerCase()}`, { state, description });
    return { status: 201, headers: {}, body: JSON.stringify({ state }), cut: false };
  };
  return { statuses, answer };
};

/** `keeps`: whether the table takes a write that says what a status shows. */
const worldWith = (context?: string, keeps: (item: Item) => boolean = () => true) => {
  const repository = createRepository();
  const world = createWorld({
    config: configWith({
      targets: {
        commits: {
          type: 'github-status',
          repository: 'acme/infra',
          token: 'env:CHANNEL_TOKEN',
          ...(context !== undefined && { context }),
        },
        ci: { type: 'webhook', url: 'https://ci.example.com/opwatch', secrets: 'env:SIGNING' },
      },
      tenants: { default: {} },
      defaults: { notify: ['commits'] },
    }),
    bend: (runtime) => ({
      ...runtime,
      sendToTarget: async (request) => repository.answer(request),
      table: {
        ...runtime.table,
        replace: async (item) => {
          if (item.sk === 'held' && !keeps(item)) throw new Error('throttled');
          return runtime.table.replace(item);
        },
      },
    }),
  });
  world.start();
  return { world, repository };
};

type Scene = { readonly id: string; readonly end: 'failed' | 'succeeded'; readonly endsAfter: number };

const submit = async (world: World, { id, end, endsAfter }: Scene, more: object = { labels: { sha: SHA } }) => {
  const staged = stage(world, { operation: { OperationId: id }, notify: ['commits'], end, endsAfter });
  return world.timeline.finish(world.submit({ ...staged, ...more }));
};

describe('two watches of one commit, of which the first fails and the second succeeds', () => {
  const scenes: readonly Scene[] = [
    { id: 'op-1', end: 'failed', endsAfter: MINUTE },
    { id: 'op-2', end: 'succeeded', endsAfter: 5 * MINUTE },
  ];

  test('have a context each, which the answer to the submission names [F53]', async () => {
    const { world, repository } = worldWith();
    const contexts: unknown[] = [];
    for (const scene of scenes) contexts.push(((await submit(world, scene)).body as WatchView).contexts);
    await pass(world, 20 * MINUTE);
    const [first, second] = ['op-1', 'op-2'].map((id) => `opwatch/aliyun-emr c-b933c5aac8fe6a4c/${id}`);
    expect(contexts).toEqual([{ commits: first }, { commits: second }]);
    expect([...repository.statuses].map(([at, { state }]) => [at, state])).toEqual([
      [`${SHA} ${first}`, 'failure'],
      [`${SHA} ${second}`, 'success'],
    ]);
  });

  test('keep the commit red where they share a context [F53]', async () => {
    const { world, repository } = worldWith('opwatch');
    for (const scene of scenes) await submit(world, scene);
    await pass(world, 20 * MINUTE);
    expect([...repository.statuses]).toEqual([
      [
        `${SHA} opwatch`,
        { state: 'failure', description: expect.stringMatching(/^2 operations: 1 failed, 1 succeeded/) },
      ],
    ]);
  });

  test('keep the commit red though the table does not take what the first one told', async () => {
    let refused = 0;
    const { world, repository } = worldWith('opwatch', (item) => {
      const isFirst = refused === 0 && (item.body as HeldState).told !== undefined;
      if (isFirst) refused += 1;
      return !isFirst;
    });
    for (const scene of scenes) await submit(world, scene);
    await pass(world, 20 * MINUTE);
    expect(refused).toBe(1);
    expect([...repository.statuses.values()]).toMatchObject([{ state: 'failure' }]);
  });

  test('of which twenty end together, are counted one and all in a shared context', async () => {
    const { world, repository } = worldWith('OPWATCH');
    for (let i = 0; i < 20; i += 1) {
      await submit(world, { id: `op-${i}`, end: i === 7 ? 'failed' : 'succeeded', endsAfter: 5 * MINUTE });
    }
    await pass(world, 30 * MINUTE);
    expect([...repository.statuses.values()]).toEqual([
      { state: 'failure', description: expect.stringMatching(/^20 operations: 1 failed, 19 succeeded/) },
    ]);
  });
});

describe('what a shared context shows in the end', () => {
  /** A repository whose gateway refuses some requests, and gives up on some that arrive later. */
  const troubled = (seed: number) => {
    const chance = createRng(seed);
    const repository = createRepository();
    const world: World = createWorld({
      config: configWith({
        targets: {
          commits: { type: 'github-status', repository: 'acme/infra', token: 'env:CHANNEL_TOKEN', context: 'opwatch' },
        },
        tenants: { default: {} },
        defaults: { notify: ['commits'] },
      }),
      bend: (runtime) => ({
        ...runtime,
        sendToTarget: async (request) => {
          const luck = chance.next();
          if (luck < 0.5) return repository.answer(request);
          if (luck < 0.75) return { status: 503, headers: {}, body: '', cut: false };
          world.timeline.at(world.timeline.now() + chance.between(1, 80) * SECOND, () => repository.answer(request));
          return { status: 504, headers: {}, body: '', cut: false };
        },
      }),
    });
    world.start();
    return { world, repository };
  };

  test('is the worst of all its watches, whatever was refused, lost or late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.nat(8 * 60), { minLength: 2, maxLength: 5 }), async (seed, ends) => {
        const { world, repository } = troubled(seed);
        for (const [i, after] of ends.entries()) {
          const end = i === 0 ? 'failed' : 'succeeded';
          await submit(world, { id: `op-${i}`, end, endsAfter: after * SECOND });
        }
        await pass(world, 3 * DAY);
        const tally = new RegExp(`^${ends.length} operations: 1 failed, ${ends.length - 1} succeeded`);
        expect([...repository.statuses.values()]).toEqual([
          { state: 'failure', description: expect.stringMatching(tally) },
        ]);
      }),
      { numRuns: 40 },
    );
  });
});

test('a target that joins later, and needs a label that the watch does not have, is refused', async () => {
  const { world } = worldWith();
  const scene = { id: 'op-1', end: 'failed', endsAfter: 10 * MINUTE } as const;
  const first = await submit(world, scene, { notify: ['ci'] });
  const joined = await submit(world, scene, { notify: ['commits'], labels: { sha: SHA } });
  expect([first.status, joined.status]).toEqual([202, 409]);
  expect(joined.body).toMatchObject({ detail: expect.stringMatching(/first submission: labels.sha must hold/) });
  expect(watchOf(world, (first.body as WatchView).id).body.notify).toEqual(['ci']);
});
