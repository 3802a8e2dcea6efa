/**
 * Faults of design, each put between the real code and the world: what would happen if opwatch were built that way. The
 * simulation is worth something as far as it catches them.
 */

import type { Item } from '../../lib/core/item.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { poll } from '../../lib/look/poll.ts';
import type { Runtime } from '../../lib/runtime.ts';
import type { Leased } from '../../lib/store/items.ts';
import type { SqsRecord } from '../../lib/store/queue.ts';
import { readWakeUp, writeWakeUp } from '../../lib/store/queue.ts';
import type { Table } from '../../lib/store/store.ts';
import { receive } from '../../lib/submit/receive.ts';
import { isDelivery, isWatch, lastRead, queueBent, tableBent, writesBent } from './bends.ts';
import { FALSE_CLOCKS } from './false-clocks.ts';
import { FALSE_ENDS } from './false-ends.ts';
import { FALSE_ORDERS } from './false-orders.ts';
import { FALSE_OUTCOMES } from './false-outcomes.ts';
import { FALSE_PAGES } from './false-pages.ts';
import { FALSE_ROLLOUTS } from './false-rollouts.ts';
import { FLOOD_FAULTS } from './flood-faults.ts';
import type { DesignFault } from './run.ts';
import { STANDING_FAULTS } from './standing-faults.ts';
import { SWEEP_FAULTS } from './sweep-faults.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

/** Writes whatever the table holds: reads the version there is, and puts it one further. */
const unfenced =
  (table: Table): Table['replace'] =>
  async (item) => {
    for (;;) {
      const [standing] = await table.get([item]);
      if (!standing) return false;
      if (await table.replace({ ...item, version: standing.version + 1 })) return true;
    }
  };

const withTicketsOf = async (records: readonly SqsRecord[], { table }: Runtime): Promise<SqsRecord[]> =>
  Promise.all(
    records.map(async (record) => {
      const read = readWakeUp(record.body);
      if (!('wakeUp' in read)) return record;
      const [item] = (await table.get([read.wakeUp])) as Leased<unknown>[];
      return item ? { ...record, body: writeWakeUp({ ...read.wakeUp, ticket: item.ticket }) } : record;
    }),
  );

export const DESIGN_FAULTS: Readonly<Record<string, () => DesignFault>> = {
  ...FALSE_ENDS,
  ...FALSE_OUTCOMES,
  ...STANDING_FAULTS,
  ...FALSE_ORDERS,
  ...FLOOD_FAULTS,
  ...SWEEP_FAULTS,
  ...FALSE_CLOCKS,
  ...FALSE_PAGES,
  ...FALSE_ROLLOUTS,

  'writes are not fenced by version': () => ({ bend: tableBent((table) => ({ replace: unfenced(table) })) }),

  'a second insert overwrites the first': () => ({
    bend: tableBent((table) => ({
      insert: async (item) => {
        const [standing] = await table.get([item]);
        return standing ? table.replace({ ...item, version: standing.version + 1 }) : table.insert(item);
      },
    })),
  }),

  'messages are acknowledged before anything is written': () => ({
    functions: {
      poll: async (records, urls, runtime) => {
        void poll(records, urls, runtime).catch(() => undefined);
        return [];
      },
    },
  }),

  'the webhook-id is made up anew': () => ({
    bend: writesBent((item, _, process) =>
      isDelivery(item) && item.version === 1
        ? { ...item, sk: `${item.sk}${process.number}`, body: { ...item.body, id: `${item.body.id}${process.number}` } }
        : item,
    ),
  }),

  'nothing is swept': () => ({ noSweep: true }),

  'the sweep looks after watches only': () => ({
    bend: tableBent((table) => ({
      lapsed: async (shard, before, limit) =>
        (await table.lapsed(shard, before, limit)).filter(({ sk }) => sk === 'watch'),
    })),
  }),

  'the sweep forgets half of the shards': () => ({
    bend: tableBent((table) => ({
      lapsed: async (shard, before, limit) => (shard < 's4' ? [] : table.lapsed(shard, before, limit)),
    })),
  }),

  'the sweep sends under the old ticket': () => ({
    bend: tableBent((table, _, { name }) => ({
      replace: (item) => {
        const leased = item as Leased<unknown>;
        const next = { ...leased, ticket: leased.ticket - 1 };
        return table.replace(name === 'sweep' ? next : item);
      },
    })),
  }),

  'tickets are ignored': () => ({
    functions: { poll: async (records, urls, runtime) => poll(await withTicketsOf(records, runtime), urls, runtime) },
  }),

  'leases are never renewed': () => ({
    bend: tableBent((table, _, { name }) => {
      const read = lastRead();
      return {
        get: async (keys) => {
          const items = await table.get(keys);
          for (const item of items) read.note(item);
          return items;
        },
        replace: (item) => {
          const before = read.of(item)?.aliveUntil;
          const isRenewed = name !== 'sweep' && isWatch(item) && item.aliveUntil !== undefined && before !== undefined;
          return table.replace(isRenewed ? { ...item, aliveUntil: before } : item);
        },
      };
    }),
  }),

  'what owes work expires': () => ({
    bend: writesBent((item, { now }) =>
      isWatch(item) ? { ...item, expiresAt: Math.ceil((now() + 2 * HOUR) / SECOND) } : item,
    ),
  }),

  'a watch expires an hour after its end, told or not': () => ({
    bend: writesBent((item, { now }) =>
      isWatch(item) && isOver(item.body.status) && item.expiresAt !== undefined
        ? { ...item, expiresAt: Math.ceil((now() + HOUR) / SECOND) }
        : item,
    ),
  }),

  'an end and its debt are two writes': () => ({
    bend: tableBent((table) => ({
      replace: async (item) => {
        if (!isWatch(item) || !isOver(item.body.status) || item.body.owed.length === 0) return table.replace(item);
        if (!(await table.replace({ ...item, body: { ...item.body, owed: [] } }))) return false;
        await table.get([item]);
        return table.replace({ ...item, version: item.version + 1 });
      },
    })),
  }),

  'debts are taken off before the deliveries are made': () => ({
    bend: tableBent((table) => ({
      insert: async (item) => {
        if (!isDelivery(item)) return table.insert(item);
        const [watch] = (await table.get([{ pk: item.pk, sk: 'watch' }])) as Item<Watch>[];
        if (watch && watch.body.owed.length > 0) {
          const {
            aliveUntil: _a,
            leaseShard: _l,
            ...settled
          } = { ...watch, version: watch.version + 1, body: { ...watch.body, owed: [] } };
          await table.replace(settled);
        }
        return table.insert(item);
      },
    })),
  }),

  'a delivery counts as made when it is begun': () => ({
    bend: writesBent((item) => {
      if (!isDelivery(item) || item.body.claim === undefined) return item;
      const { aliveUntil: _a, leaseShard: _l, ...rest } = item;
      return { ...rest, body: { ...item.body, state: 'delivered' } };
    }),
  }),

  'attempts are not claimed': () => ({
    bend: tableBent((table) => {
      const before = lastRead();
      return {
        get: async (keys) => {
          const items = await table.get(keys);
          for (const item of items) before.note(item);
          return items;
        },
        replace: async (item) => {
          if (isDelivery(item) && item.body.claim !== undefined) return true;
          const standing = before.of(item);
          return table.replace(isDelivery(item) && standing ? { ...item, version: standing.version + 1 } : item);
        },
      };
    }),
  }),

  'what a queue did not take of a batch counts as sent': () => ({
    bend: queueBent((queue) => ({
      send: async (url, wakeUps) => {
        await queue.send(url, wakeUps);
        return [];
      },
    })),
  }),

  'fields of a later version are dropped': () => ({
    bend: writesBent((item) => {
      if (!isWatch(item) || !('later' in item.body)) return item;
      const { later: _, ...body } = item.body;
      return { ...item, body };
    }),
  }),

  'a message of a later version is dead-lettered': () => ({
    functions: {
      poll: async (records, urls, runtime) => {
        const later = records.filter(({ body }) => 'newer' in readWakeUp(body));
        for (const record of later)
          await runtime.queue.deadLetter(runtime.env.deadLetterQueue, record, 'of another version');
        const rest = records.filter((record) => !later.includes(record));
        return rest.length === 0 ? [] : poll(rest, urls, runtime);
      },
    },
  }),

  'operators are told after it is written down, or never': () => ({
    bend: tableBent((table, { pause }) => ({
      insert: async (item) => {
        if (!item.pk.startsWith('n_')) return table.insert(item);
        void pause(5 * SECOND).then(() => table.insert(item));
        return true;
      },
    })),
  }),

  'messages are not hidden until the next look': () => ({ bend: queueBent(() => ({ hide: async () => undefined })) }),

  'messages come back every half minute': () => ({
    bend: queueBent((queue) => ({
      hide: (url, hides) =>
        queue.hide(
          url,
          hides.map((hide) => ({ ...hide, seconds: Math.min(hide.seconds, 30) })),
        ),
    })),
  }),

  'a delivery that waits long is in nobody’s sight': () => ({
    bend: writesBent((item, { now }) => {
      if (!isDelivery(item) || item.body.claim || item.body.nextAttemptAt < now() + HOUR) return item;
      const { aliveUntil: _a, leaseShard: _l, ...unseen } = item;
      return unseen;
    }),
  }),

  'the poller sends itself the next message': () => ({
    functions: {
      poll: async (records, urls, runtime) => {
        const staying = await poll(records, urls, {
          ...runtime,
          queue: { ...runtime.queue, hide: async () => undefined },
        });
        const again = records.filter(({ messageId }) => staying.includes(messageId));
        for (const record of again) {
          const read = readWakeUp(record.body);
          if ('wakeUp' in read && urls[0] !== undefined) await runtime.queue.send(urls[0], [read.wakeUp]);
        }
        return [];
      },
    },
  }),

  'a submission is answered before it is written': () => ({
    bend: tableBent((table, { pause }, { name }) => ({
      insert: async (item) => {
        if (name !== 'trigger') return table.insert(item);
        void pause(200).then(() => table.insert(item));
        return true;
      },
    })),
  }),

  'the message is sent before the watch is written': () => ({
    functions: {
      receive: async (input, tenant, runtime) => {
        const waiting: Item[] = [];
        const table: Table = {
          ...runtime.table,
          insert: async (item) => {
            waiting.push(item);
            return true;
          },
        };
        const receipt = await receive(input, tenant, { ...runtime, table });
        await runtime.pause(500);
        for (const item of waiting) await runtime.table.insert(item);
        return receipt;
      },
    },
  }),

  'whoever joins late is forgotten': () => ({
    bend: writesBent((item, _, { name }) =>
      name === 'trigger' && isWatch(item) && item.version > 1 ? { ...item, body: { ...item.body, owed: [] } } : item,
    ),
  }),

  'credentials stand in the log': () => ({
    bend: (runtime) => ({
      ...runtime,
      secrets: {
        ...runtime.secrets,
        credentials: async (connection, options) => {
          const credentials = await runtime.secrets.credentials(connection, options);
          const { lifetime: _, ...keys } = credentials;
          runtime.log.info('credentials read', keys);
          return credentials;
        },
      },
    }),
  }),

  'the address of a target stands in its delivery': () => ({
    bend: tableBent((table, { secrets }) => ({
      insert: async (item) =>
        table.insert(
          isDelivery(item) ? { ...item, body: { ...item.body, url: (await secrets.read(['env:CHAT_URL']))[0] } } : item,
        ),
    })),
  }),

  'an answer is kept as it came': () => ({
    bend: (runtime) => ({ ...runtime, secrets: { ...runtime.secrets, known: () => [] } }),
  }),

  'a poison message holds up its batch': () => ({
    functions: {
      poll: async (records, urls, runtime) => {
        if (records.some(({ body }) => 'malformed' in readWakeUp(body))) throw new Error('malformed');
        return poll(records, urls, runtime);
      },
    },
  }),

  'a message that cannot be read is thrown away': () => ({
    bend: queueBent(() => ({ deadLetter: async () => undefined })),
  }),

  'reads may be old': () => {
    const seen = new Map<string, { readonly item: Item; readonly until: number }>();
    return {
      bend: tableBent((table, { now }) => ({
        get: async (keys) => {
          const items = await table.get(keys);
          return items.map((item) => {
            const key = `${item.pk} ${item.sk}`;
            const old = seen.get(key);
            if (old && old.until > now()) return old.item;
            seen.set(key, { item, until: now() + 5 * SECOND });
            return item;
          });
        },
      })),
    };
  },

  'a lost message is noticed after a day': () => ({
    bend: writesBent((item) => (item.aliveUntil === undefined ? item : { ...item, aliveUntil: item.aliveUntil + DAY })),
  }),

  'clouds are called as often as one likes': () => ({
    bend: (runtime) => ({
      ...runtime,
      lanes: {
        ...runtime.lanes,
        reserve: async (_name, wishes) =>
          wishes.map(({ calls }) => ({ slots: Array<number>(calls).fill(runtime.now()) })),
      },
    }),
  }),

  'a lapsed lease is short for ever': () => ({
    bend: writesBent((item, { now }, { name }) =>
      name === 'sweep' && item.aliveUntil !== undefined
        ? ({ ...item, lapses: 0, aliveUntil: now() + MINUTE } as Item)
        : item,
    ),
  }),
};
