/**
 * Functions of one version and rows of another. Every version that was released leaves a table here, as it was an hour into
 * its life (test/fixtures/rows/): one watch under way, one that owes its outcome, one whose target is told in vain, one
 * stopped, and its successor.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Item } from '../../lib/core/item.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { newWatchItem, type WatchItem } from '../../lib/store/items.ts';
import { DAY, HOUR, MINUTE, T0, watchWith } from '../samples.ts';
import type { ProviderName } from '../world/asked.ts';
import { deliveriesOf, pass, watchOf } from '../world/scenes.ts';
import { createWorld } from '../world/world.ts';

const ROWS = new URL('../fixtures/rows/', import.meta.url);

test.each(readdirSync(ROWS).map((file) => file.replace('.json', '')))(
  'what a table of %s owes is paid, under the ids it had [F21]',
  async (version) => {
    const rows = JSON.parse(readFileSync(new URL(`${version}.json`, ROWS), 'utf8')) as Item[];
    const world = createWorld();
    await pass(world, HOUR + 5 * MINUTE);
    for (const row of rows) {
      world.table.insert({ ...row, version: 1 });
      if (row.sk !== 'watch' || isOver((row.body as Watch).status)) continue;
      const { provider, operation } = row.body as Watch;
      world.clouds.add(provider as ProviderName, operation, [
        { at: 0, state: 'running' },
        { at: T0 + 3 * HOUR, state: 'succeeded' },
      ]);
    }
    world.start();
    await pass(world, 6 * HOUR);
    const told = world.receivers.received.map(({ url, event }) => `${new URL(url).host} ${event.data.status}`);
    expect(told.sort()).toEqual([
      'chat.example.com failed',
      'chat.example.com stopped',
      'chat.example.com succeeded',
      'chat.example.com succeeded',
      'chat.example.com succeeded',
      'ops.example.com succeeded',
    ]);
    const ids = world.receivers.received.map(({ id }) => id);
    const known = rows.flatMap(({ sk }) => (sk.startsWith('delivery#') ? [sk.slice('delivery#'.length)] : []));
    expect(known).toHaveLength(2);
    expect(ids).toEqual(expect.arrayContaining(known));
    await pass(world, DAY);
    expect([...world.table.items()].filter(({ aliveUntil }) => aliveUntil !== undefined)).toEqual([]);
  },
);

test('what a later version has added to a row outlives functions of this one [F21]', async () => {
  const world = createWorld();
  const operation = { ...watchWith().operation, OperationId: 'op-later' };
  world.clouds.add('aliyun-emr', operation, [
    { at: 0, state: 'running' },
    { at: T0 + HOUR, state: 'succeeded' },
  ]);
  const watch = { ...watchWith({ operation }), later: { kept: true } };
  world.table.insert({ ...newWatchItem(watch, T0), later: 'kept' } as WatchItem);
  world.start();
  await pass(world, 3 * HOUR);
  expect(watchOf(world, watch.id)).toMatchObject({
    later: 'kept',
    body: { status: 'succeeded', later: { kept: true } },
  });
  expect(deliveriesOf(world, watch.id).map(({ body }) => body.state)).toEqual(['delivered']);
});
