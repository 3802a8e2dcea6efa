/** Faults of design by which the sweep keeps from others what one of them lacks. */
import type { Leased } from '../../lib/store/items.ts';
import { lastRead } from './bends.ts';
import type { DesignFault } from './run.ts';

export const SWEEP_FAULTS: Readonly<Record<string, () => DesignFault>> = {
  'after one failing write the sweep sends nothing': () => ({
    bend: (runtime, { name }) => {
      if (name !== 'sweep') return runtime;
      const { table, queue } = runtime;
      let hasFailed = false;
      return {
        ...runtime,
        table: {
          ...table,
          replace: (item) =>
            table.replace(item).catch((error) => {
              hasFailed = true;
              throw error;
            }),
        },
        queue: { ...queue, send: async (url, wakeUps) => (hasFailed ? [] : queue.send(url, wakeUps)) },
      };
    },
  }),

  'a lease doubles though nothing was sent': () => ({
    bend: (runtime, { name }) => {
      if (name !== 'sweep') return runtime;
      const { table } = runtime;
      const tickets = lastRead();
      return {
        ...runtime,
        table: {
          ...table,
          replace: async (item) => {
            const isTakenBack =
              (tickets.of(item) as Leased<unknown> | undefined)?.ticket === (item as Leased<unknown>).ticket;
            tickets.note(item);
            return isTakenBack && item.aliveUntil !== undefined ? true : table.replace(item);
          },
        },
      };
    },
  }),
};
