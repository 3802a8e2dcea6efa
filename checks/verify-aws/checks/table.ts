/** DynamoDB, through opwatch's own port. */
import { randomUUID } from 'node:crypto';
import type { Item } from '../../../lib/core/item.ts';
import { type Check, verdict } from '../check.ts';
import { askUntil } from '../site.ts';

const item = (pk: string, more: Partial<Item> = {}): Item => ({ pk, sk: 'check', version: 1, body: {}, ...more });
const newKey = (): string => `check#${randomUUID()}`;

/** A shard no sweep asks. */
const SHARD = 'check';
const INDEX_SECONDS = 30;

export const tableChecks: readonly Check[] = [
  {
    name: 'conditional-writes',
    run: async ({ table }) => {
      const pk = newKey();
      const inserts = [await table.insert(item(pk)), await table.insert(item(pk))];
      const rivals = Array.from({ length: 20 }, (_, i) => table.replace(item(pk, { version: 2, body: { rival: i } })));
      const winners = (await Promise.all(rivals)).filter(Boolean).length;
      const stale = await table.replace(item(pk, { version: 2 }));
      const absent = await table.replace(item(newKey(), { version: 2 }));
      const wrong = [
        ...(inserts.join() === 'true,false' ? [] : [`inserting twice answered ${inserts.join(', ')}`]),
        ...(winners === 1 ? [] : [`${winners} of 20 rivals replaced the same version`]),
        ...(stale ? ['a write that expects an old version was taken'] : []),
        ...(absent ? ['what is not there was replaced'] : []),
      ];
      return verdict(wrong, 'one insert of two, one of 20 rivals; no write over another version or over nothing');
    },
  },
  {
    name: 'consistent-batch-reads',
    run: async ({ table }) => {
      const keys = Array.from({ length: 130 }, () => item(newKey()));
      await Promise.all(keys.map((each) => table.insert(each)));
      let stale = 0;
      for (let version = 2; version <= 25; version += 1) {
        const [first = item('')] = keys;
        await table.replace({ ...first, version });
        const [read] = await table.get([first]);
        if (read?.version !== version) stale += 1;
      }
      const found = (await table.get(keys)).length;
      const wrong = [
        ...(stale === 0 ? [] : [`${stale} of 24 reads did not see the write before them`]),
        ...(found === 130 ? [] : [`${found} of 130 items were found`]),
      ];
      return verdict(wrong, '24 reads, each just after a write, saw it; 130 items read as two batches');
    },
  },
  {
    name: 'index-catches-up',
    run: async (site) => {
      const { table, now } = site;
      const pk = newKey();
      const began = now();
      const isListed = async () => (await table.lapsed(SHARD, now(), 100)).some((key) => key.pk === pk);
      await table.insert(item(pk, { leaseShard: SHARD, aliveUntil: began - 1_000 }));
      const came = await askUntil(site, INDEX_SECONDS, isListed, (listed) => listed);
      const cameMs = now() - began;
      await table.replace(item(pk, { version: 2 }));
      const stayed = await askUntil(site, INDEX_SECONDS, isListed, (listed) => !listed);
      const wrong = [
        ...(came ? [] : [`a lapsed item was not in the index after ${INDEX_SECONDS} s`]),
        ...(stayed ? [`an item without a lease was in the index after ${INDEX_SECONDS} s`] : []),
      ];
      return verdict(wrong, `in the index within ${cameMs} ms, and out of it once it had no lease`);
    },
  },
  {
    name: 'pages-newest-first',
    run: async (site) => {
      const day = newKey();
      const times = ['07:00', '11:00', '09:00', '08:00', '10:00'];
      for (const time of times) {
        await site.table.insert(item(`${day}#${time}`, { tenantDay: day, listedAt: `2026-01-05T${time}` }));
      }
      const all = async () => (await site.table.listed(day, 10)).keys;
      await askUntil(site, INDEX_SECONDS, all, ({ length }) => length === times.length);
      const first = await site.table.listed(day, 2);
      const second = await site.table.listed(day, 3, first.next);
      const order = [...first.keys, ...second.keys].map(({ pk }) => pk.slice(-5));
      const told = `pages of 2 and 3: ${order.join(', ')}`;
      return verdict(order.join() === times.toSorted().toReversed().join() ? [] : [told], told);
    },
  },
  {
    name: 'partitions-in-order',
    run: async ({ table }) => {
      const pk = newKey();
      const wanted = ['attempt#b#001', 'delivery#a', 'delivery#b', 'watch'];
      for (const sk of wanted.toReversed()) await table.insert(item(pk, { sk }));
      const order = (await table.partition(pk)).map(({ sk }) => sk);
      return verdict(order.join() === wanted.join() ? [] : [`read ${order.join(', ')}`], `read ${order.join(', ')}`);
    },
  },
  {
    name: 'expiry-is-on',
    notOffline: 'dynalite has no expiry',
    runOnAws: async ({ expiry, table, now }) => {
      const pk = newKey();
      await table.insert(item(pk, { expiresAt: Math.ceil(now() / 1_000) + 3_600 }));
      const { status, attribute } = await expiry();
      const isThere = (await table.get([item(pk)])).length === 1;
      const wrong = [
        ...(status === 'ENABLED' || status === 'ENABLING' ? [] : [`expiry is ${status}`]),
        ...(attribute === 'expiresAt' ? [] : [`it goes by ${attribute}`]),
        ...(isThere ? [] : ['an item that expires in an hour is gone']),
      ];
      return verdict(wrong, `${status} by ${attribute}`);
    },
  },
  {
    name: 'nothing-expires-early',
    never: 'DynamoDB deletes within days of the expiry; expiry-is-on checks the setting',
  },
];
