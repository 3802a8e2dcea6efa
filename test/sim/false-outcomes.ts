/** Faults of design that make opwatch say what is not so, or say it late or to nobody. */
import type { Delivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { poll } from '../../lib/look/poll.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { type WatchItem, withBody } from '../../lib/store/items.ts';
import { readWakeUp, type SqsRecord } from '../../lib/store/queue.ts';
import { isDelivery, isWatch, tableBent, writesBent } from './bends.ts';
import type { DesignFault } from './run.ts';
import { DAY } from './time.ts';

const iso = (at: number): string => new Date(at).toISOString();

const withoutReasons = ({ facts, ...watch }: Watch): Watch => {
  const { reasonCode: _c, reasonMessage: _m, result: _r, error: _e, ...rest } = facts;
  return { ...watch, facts: rest };
};

/** The delivery with nothing owed any more. */
const givenUp = ({ aliveUntil: _a, leaseShard: _l, ...item }: Item<Delivery>): Item<Delivery> => ({
  ...item,
  body: { ...item.body, state: 'parked' },
});

/** Ends every watch that is past its deadline, unlooked at. */
const timeOutUnseen = async (records: readonly SqsRecord[], { table, now }: Runtime): Promise<void> => {
  for (const { body } of records) {
    const read = readWakeUp(body);
    const [item] = 'wakeUp' in read ? ((await table.get([read.wakeUp])) as WatchItem[]) : [];
    if (!item || isOver(item.body.status) || now() < item.body.deadline) continue;
    const over: Watch = {
      ...item.body,
      status: 'timed_out',
      endedAt: now(),
      note: `The deadline passed. The last look, at ${iso(now())}, found it not over: ${item.body.word}.`,
      history: [...item.body.history, { at: now(), status: 'timed_out' }],
      owed: [...item.body.owed, { event: 'timed_out', at: now() }],
    };
    await table.replace(withBody(item, over, now(), now()));
  }
};

export const FALSE_OUTCOMES: Readonly<Record<string, () => DesignFault>> = {
  'looks are counted that were never made': () => ({
    bend: writesBent((item) =>
      isWatch(item) && isOver(item.body.status)
        ? { ...item, body: { ...item.body, looks: item.body.looks * 2 + 20 } }
        : item,
    ),
  }),

  'a note tells of the first look in place of the last': () => ({
    bend: writesBent((item) => {
      const { status, seenAt, word } = item.body as Watch;
      if (!isWatch(item) || status !== 'timed_out' || seenAt === undefined) return item;
      const note = `The deadline passed. The last look, at ${iso(seenAt)}, found it not over: ${word}.`;
      return { ...item, body: { ...item.body, note } };
    }),
  }),

  'the last look is left out': () => ({
    functions: {
      poll: async (records, urls, runtime) => {
        await timeOutUnseen(records, runtime);
        return poll(records, urls, runtime);
      },
    },
  }),

  'nobody is told that the cloud refuses': () => ({
    bend: (runtime, process) => {
      const owingNothing = writesBent((item) =>
        isWatch(item)
          ? { ...item, body: { ...item.body, owed: item.body.owed.filter(({ event }) => event !== 'blocked') } }
          : item,
      )(runtime, process);
      const { table } = owingNothing;
      const isBlocked = (item: Item): boolean => isDelivery(item) && item.body.event.event === 'blocked';
      return {
        ...owingNothing,
        table: { ...table, insert: async (item) => isBlocked(item) || table.insert(item) },
      };
    },
  }),

  'reasons are dropped when a watch ends': () => ({
    bend: writesBent((item) => (isWatch(item) ? { ...item, body: withoutReasons(item.body) } : item)),
  }),

  'a webhook leaves out result, error and reason': () => ({
    bend: tableBent((table, _, { name }) => ({
      get: async (keys) => {
        const items = await table.get(keys);
        if (name !== 'notifier') return items;
        return items.map((item) => (isWatch(item) ? { ...item, body: withoutReasons(item.body) } : item));
      },
    })),
  }),

  'an attempt is tried again a day late': () => ({
    bend: writesBent((item) =>
      isDelivery(item) && item.body.state === 'waiting' && item.body.attempts > 0 && !item.body.claim
        ? {
            ...item,
            aliveUntil: (item.aliveUntil ?? 0) + DAY,
            body: { ...item.body, nextAttemptAt: item.body.nextAttemptAt + DAY },
          }
        : item,
    ),
  }),

  'attempts end after two': () => ({
    bend: writesBent((item) =>
      isDelivery(item) && item.body.state === 'waiting' && item.body.attempts >= 2 && !item.body.claim
        ? givenUp(item)
        : item,
    ),
  }),

  'what is parked raises no alarm': () => ({
    bend: (runtime) => ({
      ...runtime,
      log: {
        ...runtime.log,
        error: (what, ...rest) => (what === 'delivery parked' ? undefined : runtime.log.error(what, ...rest)),
      },
    }),
  }),

  'callbacks are signed as those of another tenant': () => ({
    bend: (runtime) => {
      const { tenants } = runtime.config;
      const other = (name: string) => (name === 'default' ? 'other' : 'default');
      const swapped = new Map([...tenants].map(([name, tenant]) => [name, tenants.get(other(name)) ?? tenant]));
      return { ...runtime, config: { ...runtime.config, tenants: swapped } };
    },
  }),

  'the sweep takes one item of each shard': () => ({
    bend: tableBent((table) => ({
      lapsed: async (shard, before, limit) => (await table.lapsed(shard, before, limit)).slice(0, 1),
    })),
  }),
};
