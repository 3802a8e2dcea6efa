/** What every table must do, whatever stands behind it. Sources: the DynamoDB developer guide and API reference. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Item } from '../../lib/core/item.ts';
import type { Table } from '../../lib/store/store.ts';

export type TableSubject = { readonly table: Table; readonly close: () => Promise<void> };

const item = (pk: string, more: Partial<Item> = {}): Item => ({ pk, sk: 'watch', version: 1, body: {}, ...more });
const leased = (pk: string, leaseShard: string, aliveUntil: number): Item => item(pk, { leaseShard, aliveUntil });

export const behavesLikeATable = (name: string, create: () => Promise<TableSubject>): void => {
  describe(name, () => {
    let subject: TableSubject;
    const on = () => subject.table;

    beforeAll(async () => {
      subject = await create();
    });
    afterAll(() => subject.close());

    describe('insert', () => {
      test('writes what is not there, and nothing else', async () => {
        expect(await on().insert(item('i-1', { body: { a: 1 } }))).toBe(true);
        expect(await on().insert(item('i-1', { body: { a: 2 } }))).toBe(false);
        expect(await on().get([{ pk: 'i-1', sk: 'watch' }])).toEqual([item('i-1', { body: { a: 1 } })]);
      });

      test('of many at once lets one win', async () => {
        const all = await Promise.all(Array.from({ length: 20 }, (_, a) => on().insert(item('i-2', { body: { a } }))));
        expect(all.filter(Boolean)).toHaveLength(1);
      });

      test('keeps every kind of value, and leaves out what is undefined', async () => {
        const body = {
          text: '集群 😀 "\n',
          empty: '',
          numbers: [0, -1.5, 1_767_600_000_000, Number.MAX_SAFE_INTEGER, 1e-7],
          yes: true,
          none: null,
          list: [],
          map: {},
          deep: { a: [{ b: ['c'] }] },
        };
        await on().insert(item('i-3', { body: { ...body, gone: undefined } }));
        const [kept] = await on().get([{ pk: 'i-3', sk: 'watch' }]);
        expect(kept?.body).toEqual(body);
        expect(kept?.body).not.toHaveProperty('gone');
      });

      test.each([
        ['an item of more than 400 KB', item('i-4', { body: { text: 'x'.repeat(410 * 1024) } })],
        ['an empty key', item('')],
        ['a partition key of more than 2048 bytes', item('k'.repeat(2_049))],
        ['a sort key of more than 1024 bytes', item('i-4', { sk: 'k'.repeat(1_025) })],
        ['a number that is none', item('i-4', { body: { n: Number.NaN } })],
      ])('refuses %s', async (_, each) => {
        await expect(on().insert(each)).rejects.toThrow();
      });
    });

    describe('replace', () => {
      test('writes over the version before, and over no other', async () => {
        await on().insert(item('r-1'));
        expect(await on().replace(item('r-1', { version: 2 }))).toBe(true);
        expect(await on().replace(item('r-1', { version: 2, body: 'late' }))).toBe(false);
        expect(await on().replace(item('r-1', { version: 4 }))).toBe(false);
        expect(await on().get([{ pk: 'r-1', sk: 'watch' }])).toEqual([item('r-1', { version: 2 })]);
      });

      test('of what is not there writes nothing', async () => {
        expect(await on().replace(item('r-2', { version: 2 }))).toBe(false);
        expect(await on().get([{ pk: 'r-2', sk: 'watch' }])).toEqual([]);
      });

      test('of many at once lets one win', async () => {
        await on().insert(item('r-3'));
        const all = await Promise.all(Array.from({ length: 20 }, () => on().replace(item('r-3', { version: 2 }))));
        expect(all.filter(Boolean)).toHaveLength(1);
      });

      test('leaves nothing of the item before', async () => {
        await on().insert(item('r-4', { expiresAt: 1_767_600_000, body: { a: 1 } }));
        await on().replace(item('r-4', { version: 2, body: { b: 2 } }));
        expect(await on().get([{ pk: 'r-4', sk: 'watch' }])).toEqual([item('r-4', { version: 2, body: { b: 2 } })]);
      });
    });

    describe('get', () => {
      test('answers what there is, each once, also of more than a hundred', async () => {
        const ids = Array.from({ length: 130 }, (_, i) => `g-${i}`);
        await Promise.all(ids.map((pk) => on().insert(item(pk))));
        const keys = [...ids, ...ids, 'g-none'].map((pk) => ({ pk, sk: 'watch' }));
        const found = await on().get(keys);
        expect(found.map(({ pk }) => pk).sort()).toEqual(ids.toSorted());
        expect(await on().get([])).toEqual([]);
      });
    });

    describe('partition', () => {
      test('answers its own items by sort key', async () => {
        for (const sk of ['watch', 'delivery#b', 'attempt#b#001', 'delivery#a']) await on().insert(item('p-1', { sk }));
        await on().insert(item('p-11'));
        const found = await on().partition('p-1');
        expect(found.map(({ sk }) => sk)).toEqual(['attempt#b#001', 'delivery#a', 'delivery#b', 'watch']);
        expect(await on().partition('p-none')).toEqual([]);
      });
    });

    describe('beginning', () => {
      test('answers the first items whose sort keys begin so, and with nothing given the first of all', async () => {
        for (const sk of ['parked#c', 'blocked#a', 'parked#b', 'resting#d']) await on().insert(item('b-1', { sk }));
        await on().insert(item('b-11', { sk: 'parked#e' }));
        const begin = async (prefix: string, limit: number) =>
          (await on().beginning('b-1', prefix, limit)).map(({ sk }) => sk);
        expect(await begin('parked#', 10)).toEqual(['parked#b', 'parked#c']);
        expect(await begin('parked#', 1)).toEqual(['parked#b']);
        expect(await begin('', 10)).toEqual(['blocked#a', 'parked#b', 'parked#c', 'resting#d']);
        expect(await begin('', 3)).toEqual(['blocked#a', 'parked#b', 'parked#c']);
        expect(await begin('disabled#', 10)).toEqual([]);
      });
    });

    describe('the lease index', () => {
      test('holds what has a lease, the oldest first, and what lapses strictly before', async () => {
        for (const [pk, at] of [
          ['l-c', 30],
          ['l-a', 10],
          ['l-b', 20],
          ['l-d', 40],
        ] as const)
          await on().insert(leased(pk, 's0', at));
        await on().insert(leased('l-x', 's1', 5));
        await on().insert(item('l-y'));
        const lapsed = async (before: number, limit = 10) =>
          (await on().lapsed('s0', before, limit)).map(({ pk }) => pk);
        expect(await lapsed(40)).toEqual(['l-a', 'l-b', 'l-c']);
        expect(await lapsed(41)).toEqual(['l-a', 'l-b', 'l-c', 'l-d']);
        expect(await lapsed(41, 2)).toEqual(['l-a', 'l-b']);
        expect(await lapsed(10)).toEqual([]);
        const [first] = await on().lapsed('s0', 41, 1);
        expect((await on().lapsed('s0', 41, 2, first)).map(({ pk }) => pk)).toEqual(['l-b', 'l-c']);
      });

      test('follows a renewal, and loses what owes nothing more', async () => {
        await on().insert(leased('l-1', 's2', 10));
        await on().insert(leased('l-2', 's2', 20));
        await on().replace({ ...leased('l-1', 's2', 90), version: 2 });
        await on().replace({ ...item('l-2'), version: 2 });
        expect(await on().lapsed('s2', 100, 10)).toMatchObject([{ pk: 'l-1', sk: 'watch' }]);
        expect(await on().lapsed('s2', 50, 10)).toEqual([]);
      });

      test('tells whose its items are, of those that are listed', async () => {
        const listed = (pk: string, tenantDay: string, more: Partial<Item> = {}) =>
          item(pk, { leaseShard: 's3', aliveUntil: 10, tenantDay, listedAt: pk, ...more });
        const many = Array.from({ length: 30 }, (_, i) =>
          listed(`o-${i}`, i < 20 ? 'owing-a#2026-01-05' : 'owing-b#2026-01-05'),
        );
        await Promise.all(many.map((each) => on().insert(each)));
        await on().insert(listed('o-x', 'owing-a#2026-01-05', { leaseShard: 's4' }));
        await on().insert(leased('o-y', 's3', 10));
        await on().insert({ ...leased('o-n', 's3', 10), tenantDay: 'owing-a#deliveries' });
        await on().insert(item('o-z', { tenantDay: 'owing-a#2026-01-05', listedAt: 'o-z' }));
        await on().replace({ ...item('o-0', { tenantDay: 'owing-a#2026-01-05', listedAt: 'o-0' }), version: 2 });
        expect(await on().owing('s3')).toEqual(
          new Map(Object.entries({ 'owing-a#2026-01-05': 19, 'owing-b#2026-01-05': 10, 'owing-a#deliveries': 1 })),
        );
        expect(await on().owing('s5')).toEqual(new Map());
      });
    });

    describe('the listing index', () => {
      test('answers a day, the newest first, page by page', async () => {
        const times = ['07:00', '09:00', '08:00', '11:00', '10:00'];
        for (const time of times)
          await on().insert(item(`d-${time}`, { tenantDay: 'a#2026-01-05', listedAt: `2026-01-05T${time}` }));
        await on().insert(item('d-other', { tenantDay: 'a#2026-01-06', listedAt: '2026-01-06T00:00' }));
        const first = await on().listed('a#2026-01-05', 2);
        expect(first.keys.map(({ pk }) => pk)).toEqual(['d-11:00', 'd-10:00']);
        expect(first.next).toMatchObject({
          pk: 'd-10:00',
          sk: 'watch',
          tenantDay: 'a#2026-01-05',
          listedAt: '2026-01-05T10:00',
        });
        const second = await on().listed('a#2026-01-05', 3, first.next);
        expect(second.keys.map(({ pk }) => pk)).toEqual(['d-09:00', 'd-08:00', 'd-07:00']);
        const rest = second.next ? await on().listed('a#2026-01-05', 3, second.next) : { keys: [] };
        expect(rest).toEqual({ keys: [] });
        expect(await on().listed('a#2026-01-07', 3)).toEqual({ keys: [] });
      });
    });
  });
};
