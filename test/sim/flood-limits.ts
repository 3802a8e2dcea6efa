/** What a tenant that floods gets: no more than its limits, as far as opwatch promises them. */
import type { Delivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { FLOOD_LIMITS, type Flood, isFlooders } from './flood.ts';
import type { Evidence } from './recorder.ts';
import { MINUTE, SECOND } from './time.ts';

/** What was taken of a request: submissions count one by one, and each may make deliveries. */
export type Taken = { readonly units: number; readonly deliveries: number };

export type FloodLimits = {
  readonly onWrite: (after: Item) => void;
  /** A request is sent off; answers what to call when it was taken. */
  readonly asked: () => (taken: Taken) => void;
};

/** An array of submissions may be on its way while the sweep counts: the count misses what stands in no index yet. */
const UNCOUNTED = 25;
/** The sweep counts every minute, in what was written before. */
const COUNTED_MS = 2 * MINUTE;

export const createFloodLimits = ({ from }: Flood, now: () => number, expect: Evidence['expect']): FloodLimits => {
  const { requestsPerMinute, activeWatches, waitingDeliveries } = FLOOD_LIMITS;
  const active = new Set<string>();
  const waiting = new Set<string>();
  let units = 0;
  let fullSince = Number.POSITIVE_INFINITY;

  return {
    onWrite: (after) => {
      if (!isFlooders(after)) return;
      const { pk, sk, body } = after as Item<Watch | Delivery>;
      const isOpen = 'owed' in body ? !isOver(body.status) : body.state === 'waiting';
      const counted = sk === 'watch' ? active : waiting;
      if (isOpen) counted.add(`${pk} ${sk}`);
      else counted.delete(`${pk} ${sk}`);
      expect(
        active.size <= activeWatches + UNCOUNTED,
        () => `a tenant has more than ${activeWatches + UNCOUNTED} watches at work, and may have ${activeWatches}`,
      );
      if (waiting.size < waitingDeliveries) fullSince = Number.POSITIVE_INFINITY;
      else fullSince = Math.min(fullSince, now());
    },
    asked: () => {
      const askedAt = now();
      return (taken) => {
        units += taken.units;
        const most = requestsPerMinute * (1 + (now() - from) / MINUTE);
        expect(units <= most, () => `${units} requests of a tenant are taken, and at most ${Math.floor(most)} may be`);
        expect(
          taken.deliveries === 0 || askedAt < fullSince + COUNTED_MS,
          () =>
            `a tenant has had all its deliveries waiting for ${Math.round((askedAt - fullSince) / SECOND)} s, and gets more`,
        );
      };
    },
  };
};
