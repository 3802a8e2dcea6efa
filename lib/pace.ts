/** Keeps a lane in the table: reserving, pausing and reopening are read-modify-write, retried when somebody was faster. */
import type { Throttled } from './errors.ts';
import { accepted, type Lane, openLane, type Reservation, refused, reserve, throttled } from './lane.ts';
import type { Runtime } from './runtime.ts';
import { SECOND } from './schedule.ts';
import { type SharedTools, sharedItem } from './shared-item.ts';

export type Pace = {
  /** Takes slots, or tells until when the lane is paused. */
  readonly reserve: (name: string, count: number, callsPerSecond: number) => Promise<Reservation>;
  /**
   * Whether this function has found the lane booked far ahead a moment ago. Then nobody is served sooner by booking it further
   * at once: where thousands fall due together, their turns are given out little by little, and others get through meanwhile.
   */
  readonly isCrowded: (name: string) => boolean;
  /** The lane as it is now. */
  readonly read: (name: string) => Promise<Lane>;
  /** With the cloud's own code and words, which the lane keeps for whoever asks why it is slow. */
  readonly throttled: (name: string, error: Throttled) => Promise<void>;
  /** True when this was news: the caller reports it, once. */
  readonly refused: (name: string, code: string, message: string) => Promise<boolean>;
  readonly accepted: (name: string) => Promise<void>;
  /** How far the cloud's clock is ahead of ours, ms, by what this function has last read of the lane. */
  readonly skewMs: (name: string) => number;
  /** Remembers how far the cloud's clock is from ours, so that the next function signs by it at once. */
  readonly skewed: (name: string, skewMs: number) => Promise<void>;
};

/** Booked this far ahead, a lane is never idle though those who wait ask again only after a second or two. */
const FAR_MS = 2.5 * SECOND;
const CROWDED_FOR_MS = 250;

const laneKey = (name: string) => ({ pk: `lane#${name}`, sk: 'lane' });

export const createPace = (tools: SharedTools & Pick<Runtime, 'now'>): Pace => {
  const { now } = tools;
  const lanes = sharedItem<Lane>(openLane, tools);
  const crowdedAt = new Map<string, number>();
  const skews = new Map<string, number>();
  const seen = (name: string, lane: Lane): Lane => {
    skews.set(name, lane.skewMs ?? 0);
    return lane;
  };
  const change = (name: string, apply: (lane: Lane) => Lane): Promise<void> =>
    lanes.change(laneKey(name), (lane) => ({ body: seen(name, apply(lane)), result: undefined }));

  return {
    reserve: async (name, count, callsPerSecond) => {
      const reservation = await lanes.change(laneKey(name), (lane) => {
        const result = reserve(seen(name, lane), count, now(), callsPerSecond);
        return { body: 'lane' in result ? result.lane : lane, result };
      });
      const [first = now()] = 'slots' in reservation ? reservation.slots : [];
      if (first > now() + FAR_MS) crowdedAt.set(name, now());
      return reservation;
    },
    isCrowded: (name) => now() < (crowdedAt.get(name) ?? Number.NEGATIVE_INFINITY) + CROWDED_FOR_MS,
    read: async (name) => seen(name, await lanes.read(laneKey(name))),
    skewMs: (name) => skews.get(name) ?? 0,
    throttled: (name, { afterMs, code, message }) =>
      change(name, (lane) => throttled(lane, now(), afterMs, { code, message })),
    refused: (name, code, message) =>
      lanes.change(laneKey(name), (lane) => ({
        body: refused(lane, now(), code, message),
        result: lane.refused === undefined,
      })),
    skewed: (name, skewMs) => change(name, (lane) => ({ ...lane, skewMs })),
    accepted: (name) => change(name, (lane) => accepted(lane, now())),
  };
};

/** The lanes of these connections as they are now, by name. */
export const lanesOf = async (
  names: Iterable<string>,
  { pace }: Pick<Runtime, 'pace'>,
): Promise<ReadonlyMap<string, Lane>> =>
  new Map(await Promise.all([...new Set(names)].map(async (name) => [name, await pace.read(name)] as const)));
