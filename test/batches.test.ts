import { describe, expect, test } from 'vitest';
import { poll } from '../lib/look/poll.ts';
import { MINUTE } from './samples.ts';
import { pass, stage } from './world/scenes.ts';
import { createWorld } from './world/world.ts';

describe('watches submitted together', () => {
  test('are looked at in one batch to their end, though their calls are made one after another', async () => {
    const sizes: number[] = [];
    const world = createWorld({
      functions: {
        poll: (records, urls, runtime) => {
          sizes.push(records.length);
          return poll(records, urls, runtime);
        },
      },
    });
    world.start();
    const some = Array.from({ length: 10 }, (_, i) =>
      stage(world, { provider: 'huawei-modelarts', operation: { operation_id: `op-${i}` }, endsAfter: 30 * MINUTE }),
    );
    await world.timeline.finish(world.submit(some));
    await pass(world, 40 * MINUTE);
    expect(world.receivers.received).toHaveLength(10);
    expect(sizes.length).toBeGreaterThan(40);
    expect(sizes.filter((size) => size < 10)).toEqual([]);
  });
});
