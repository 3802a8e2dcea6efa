/** Keeps a lane in the table: reserving, pausing and reopening are read-modify-write, retried when somebody was faster. */
import { accepted, type Lane, openLane, type Reservation, refused, reserve, throttled } from './lane.ts';
import type { Item, Table } from './store.ts';

export type Pace = {
  /** Takes slots, or tells until when the lane is paused. */
  readonly reserve: (name: string, count: number, callsPerSecond: number) => Promise<Reservation>;
  /** The lane as it is now. */
  readonly read: (name: string) => Promise<Lane>;
  readonly throttled: (name: string, afterMs?: number) => Promise<void>;
  /** True when this was news: the caller reports it, once. */
  readonly refused: (name: string, code: string, message: string) => Promise<boolean>;
  readonly accepted: (name: string) => Promise<void>;
  /** Remembers how far the cloud's clock is from ours, so that the next function signs by it at once. */
  readonly skewed: (name: string, skewMs: number) => Promise<void>;
};

const laneKey = (name: string) => ({ pk: `lane#${name}`, sk: 'lane' });
const TRIES = 30;

export type PaceTools = {
  readonly table: Table;
  readonly now: () => number;
  readonly chance: () => number;
  readonly pause: (ms: number) => Promise<void>;
};

export const createPace = ({ table, now, chance, pause }: PaceTools): Pace => {
  const readItem = async (name: string): Promise<Item<Lane>> => {
    const [found] = await table.get([laneKey(name)]);
    return (found as Item<Lane> | undefined) ?? { ...laneKey(name), version: 0, body: openLane };
  };

  /** Applies `change` to the freshest lane; what `change` leaves as it is is not written. */
  const change = async <R>(name: string, apply: (lane: Lane) => { lane: Lane; result: R }): Promise<R> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const item = await readItem(name);
      const { lane, result } = apply(item.body);
      if (lane === item.body) return result;
      const next = { ...item, version: item.version + 1, body: lane };
      if (await (item.version === 0 ? table.insert(next) : table.replace(next))) return result;
      await pause(5 + chance() * 10 * (tries + 1));
    }
    throw new Error(`lane ${name} is too busy to be written`);
  };

  return {
    reserve: (name, count, callsPerSecond) =>
      change(name, (lane) => {
        const result = reserve(lane, count, now(), callsPerSecond);
        return { lane: 'lane' in result ? result.lane : lane, result };
      }),
    read: async (name) => (await readItem(name)).body,
    throttled: (name, afterMs) =>
      change(name, (lane) => ({ lane: throttled(lane, now(), afterMs), result: undefined })),
    refused: (name, code, message) =>
      change(name, (lane) => ({ lane: refused(lane, now(), code, message), result: lane.refused === undefined })),
    skewed: (name, skewMs) => change(name, (lane) => ({ lane: { ...lane, skewMs }, result: undefined })),
    accepted: (name) => change(name, (lane) => ({ lane: accepted(lane, now()), result: undefined })),
  };
};
