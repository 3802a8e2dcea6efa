import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listWatches } from '../../lib/api/listing.ts';
import type { Item } from '../../lib/core/item.ts';
import type { Watch } from '../../lib/core/watch.ts';
import { newWatchItem } from '../../lib/store/items.ts';
import { DAY, HOUR, MINUTE, T0, watchWith } from '../samples.ts';
import { createWorld } from '../world/world.ts';

const NOW = T0 + 2 * HOUR;

/** A table with these watches in it, as a function sees it. */
const tableOf = (watches: readonly Watch[]) => {
  const world = createWorld();
  for (const watch of watches) world.table.insert(newWatchItem(watch, watch.submittedAt) as Item);
  return {
    world,
    list: (wanted: Partial<Parameters<typeof listWatches>[0]> = {}) =>
      world.call('api', ({ table }) =>
        listWatches({ tenant: 'default', limit: 10, matches: () => true, ...wanted }, table, NOW),
      ),
  };
};

const submitted = (id: string, ago: number, more: Partial<Watch> = {}) =>
  watchWith({ id, submittedAt: NOW - ago, ...more });
const ids = (watches: readonly Watch[]) => watches.map(({ id }) => id);

describe('watches', () => {
  test('are listed newest first, over the days', async () => {
    const { list } = tableOf([
      submitted('w_a', 3 * DAY),
      submitted('w_b', MINUTE),
      submitted('w_c', HOUR),
      submitted('w_d', DAY),
    ]);
    expect(ids((await list()).watches)).toEqual(['w_b', 'w_c', 'w_d', 'w_a']);
  });

  test('that a function took whose clock is ahead stand before them [F27]', async () => {
    const { list } = tableOf([submitted('w_a', HOUR), submitted('w_b', -23 * HOUR)]);
    const first = await list({ limit: 1 });
    expect(ids(first.watches)).toEqual(['w_b']);
    expect(ids((await list({ cursor: first.cursor ?? '' })).watches)).toEqual(['w_a']);
  });

  test('of another tenant are not there', async () => {
    const { list } = tableOf([submitted('w_a', HOUR), submitted('w_b', HOUR, { tenant: 'other' })]);
    expect(ids((await list()).watches)).toEqual(['w_a']);
    expect(ids((await list({ tenant: 'other' })).watches)).toEqual(['w_b']);
  });

  test('that do not match are passed over', async () => {
    const { list } = tableOf([
      submitted('w_a', 3 * HOUR, { status: 'failed' }),
      submitted('w_b', HOUR),
      submitted('w_c', 2 * DAY, { status: 'failed' }),
    ]);
    const { watches } = await list({ limit: 2, matches: ({ status }) => status === 'failed' });
    expect(ids(watches)).toEqual(['w_a', 'w_c']);
  });

  test('come page by page: every one once, whatever the size of a page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5 * DAY }), { maxLength: 25 }),
        fc.integer({ min: 1, max: 7 }),
        async (ages, limit) => {
          const { list } = tableOf(ages.map((age, i) => submitted(`w_${i}`, age)));
          const seen: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await list({ limit, ...(cursor !== undefined && { cursor }) });
            expect(page.watches.length).toBeLessThanOrEqual(limit);
            seen.push(...ids(page.watches));
            cursor = page.cursor;
          } while (cursor !== undefined);
          expect(seen.toSorted()).toEqual(ages.map((_, i) => `w_${i}`).toSorted());
        },
      ),
    );
  });

  test('that are none cost a bounded number of queries', async () => {
    const { world, list } = tableOf([]);
    expect(await list()).toEqual({ watches: [] });
    expect(world.effects.count()).toBeLessThanOrEqual(80);
  });
});

describe('a cursor', () => {
  const coded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const place = { pk: 'w_a', sk: 'watch', tenantDay: 'other#2026-01-05', listedAt: '2026-01-05T08:00:00.000Z#w_a' };

  test.each([
    ['nonsense', 'nonsense'],
    ['null', coded(null)],
    ['no time', coded({})],
    ['a time beyond all time', coded({ at: 1e20 })],
    ['a time before all time', coded({ at: -1 })],
    ["another tenant's day", coded({ at: T0, after: place })],
    ['another day', coded({ at: T0 + DAY, after: { ...place, tenantDay: 'default#2026-01-05' } })],
    ['half a place', coded({ at: T0, after: { tenantDay: 'default#2026-01-05' } })],
    ['keys of another type', coded({ at: T0, after: { ...place, tenantDay: 'default#2026-01-05', pk: 7 } })],
  ])('that was not given out is refused: %s', async (_, cursor) => {
    const { list } = tableOf([]);
    await expect(list({ cursor })).rejects.toMatchObject({
      problem: { status: 400, detail: 'the API did not issue this cursor' },
    });
  });
});
