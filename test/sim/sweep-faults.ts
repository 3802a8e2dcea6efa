/** Faults of design by which the sweep keeps from others what one of them lacks. */
import type { Leased } from '../../lib/store/items.ts';
import { START } from '../world/world.ts';
import { lastRead } from './bends.ts';
import { type Plan, RUN_MS } from './plan.ts';
import type { DesignFault } from './run.ts';
import { HOUR } from './time.ts';

const PURGE_EVERY = 4 * HOUR;

/** The plan with queues that are purged every four hours, so that many leases lapse together, and a table that is often throttled. */
const withLostMessages = (plan: Plan): Plan => {
  if (plan.isQuiet) return plan;
  const purges = Array.from({ length: Math.floor(RUN_MS / PURGE_EVERY) }, (_, i) => START + (i + 0.5) * PURGE_EVERY);
  return { ...plan, purges, faults: { ...plan.faults, throttled: 0.02 } };
};

export const SWEEP_FAULTS: Readonly<Record<string, () => DesignFault>> = {
  'after one failing write the sweep sends nothing': () => ({
    plan: withLostMessages,
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
