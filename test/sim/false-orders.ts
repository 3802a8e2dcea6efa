/** Faults of design that leave a target with an earlier state than the last. */
import { isOnTheWay } from '../../lib/core/event.ts';
import type { Item } from '../../lib/core/item.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import type { HeldState } from '../../lib/deliver/held-state.ts';
import { isDelivery, isWatch, tableBent, writesBent } from './bends.ts';
import type { Plan } from './plan.ts';
import type { DesignFault } from './run.ts';

const isHeld = (item: Item): item is Item<HeldState> => item.sk === 'held' || item.sk.startsWith('message#');

const heldBent = (change: (held: HeldState) => HeldState) =>
  writesBent((item) => (isHeld(item) ? { ...item, body: change(item.body) } : item));

/** The watches as they stood before their ends, for whoever asks about something on the way. */
const beforeEnds = (): DesignFault => {
  const earlier = new Map<string, Item<Watch>>();
  return {
    bend: tableBent((table, _, { name }) => ({
      get: async (keys) => {
        const items = await table.get(keys);
        for (const item of items) if (isWatch(item) && !isOver(item.body.status)) earlier.set(item.pk, item);
        if (name !== 'notifier') return items;
        const tellsEnd = items.some((item) => isDelivery(item) && !isOnTheWay(item.body.event.event));
        return tellsEnd ? items : items.map((item) => (item.sk === 'watch' && earlier.get(item.pk)) || item);
      },
    })),
  };
};

/** The plan with many requests that a gateway hands on late. */
const withLateRequests = (plan: Plan): Plan =>
  plan.isQuiet ? plan : { ...plan, replies: { ...plan.replies, late: 0.3 } };

export const FALSE_ORDERS: Readonly<Record<string, () => DesignFault>> = {
  'what the end has overtaken is sent': beforeEnds,

  'two attempts at once at what a target holds': () => ({
    bend: heldBent(({ claim: _, ...held }) => held),
  }),

  'a request that may still arrive is forgotten': () => ({
    plan: withLateRequests,
    bend: heldBent(({ doubtUntil: _, ...held }) => held),
  }),

  'a state that may be written over is not sent once more': () => ({
    bend: writesBent((item) => {
      if (!isDelivery(item) || item.body.state !== 'waiting' || item.body.last?.verdict !== 'delivered') return item;
      const { aliveUntil: _a, leaseShard: _l, ...sent } = item;
      return item.body.claim ? item : { ...sent, body: { ...item.body, state: 'delivered' } };
    }),
  }),
};
