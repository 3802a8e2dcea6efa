/**
 * Keeps the lanes in the table. Each change reads the lane, changes it and writes it under condition. It tries again
 * when another function was faster.
 */

import type { Vendor } from '../clouds/cloud.ts';
import type { ConnectionConfig } from '../config/settings.ts';
import type { Allotment, CallRequest } from '../core/call-request.ts';
import type { Throttled } from '../core/errors.ts';
import { allot, type Lane, openLane } from '../core/lane.ts';
import { throttled } from '../core/pacing.ts';
import { accepted, doubtIn, type Good, newestGood, type Refusal, refused } from '../core/refusals.ts';
import { MINUTE, SECOND } from '../core/schedule.ts';
import { type SharedItemDeps, sharedItem } from '../store/shared-item.ts';
import { raise } from '../store/standing.ts';
import type { Stores } from '../store/stores.ts';

export type Lanes = {
  /** Gives each of `wishes` its call times, in one write. See `allot` in lane.ts. */
  readonly reserve: (
    name: string,
    wishes: readonly CallRequest[],
    callsPerSecond: number,
  ) => Promise<readonly Allotment[]>;
  /** Returns the present lane. */
  readonly read: (name: string) => Promise<Lane>;
  /** Notes that the cloud asks for fewer calls. The lane keeps the cloud's code and words as the reason. */
  readonly throttled: (name: string, error: Throttled) => Promise<void>;
  /** Notes a refusal. Returns whether it concerns its watches alone, whether it is new, and the lane after it. */
  readonly refused: (name: string, refusal: Refusal) => Promise<ReturnType<typeof refused<Lane>>>;
  /** Notes a good answer. It writes at once if the answer ends a trial, else together with the next times. */
  readonly answered: (name: string, good: Omit<Good, 'at'>, isTrial: boolean) => Promise<void>;
  /**
   * Answers whether one call must go before a gust, because this function does not know how the connection fares. Ten
   * calls would meet a wrong clock or an expired key at once, and some clouds lock a key for that.
   */
  readonly needsScout: (connection: Pick<ConnectionConfig, 'name' | 'vendor'>) => boolean;
  /** Returns how far the cloud's clock is ahead of ours, in ms, as this function last read it from the lane. */
  readonly skewMs: (name: string) => number;
  /** Saves the difference to the cloud's clock, so that the next function signs by it at once. */
  readonly skewed: (name: string, skewMs: number) => Promise<void>;
};

/**
 * After this function has seen a line this long, it adds no new watches to it, because they would not be served sooner.
 * When thousands fall due together, their times go out little by little, and other connections get through.
 */
const LONG_LINE_MS = 2.5 * SECOND;
const STAND_EVERY_MS = 250;
/**
 * A good answer counts for a whole batch for this long. Huawei Cloud locks a key for five minutes after more than five
 * failures in a row (API Request Signing Guide, FAQs). After a clock has been set wrong, one batch would be enough for
 * that.
 */
const SCOUTED_FOR_MS: Readonly<Record<Vendor, number>> = { aliyun: MINUTE, huawei: SECOND };

const laneKey = (name: string) => ({ pk: `lane#${name}`, sk: 'lane' });

/** The knowledge of this function about a connection. */
type Known = {
  readonly lane: Lane;
  readonly good: readonly Good[];
  /** The time when it last found the line long. */
  readonly crowdedAt: number;
};

const unknown: Known = { lane: openLane, good: [], crowdedAt: Number.NEGATIVE_INFINITY };

export const createLanes = (tools: SharedItemDeps & Pick<Stores, 'now'>): Lanes => {
  const { now } = tools;
  const lanes = sharedItem<Lane>(openLane, tools);
  const connections = new Map<string, Known>();
  const knownOf = (name: string): Known => connections.get(name) ?? unknown;
  const learn = (name: string, news: Partial<Known>): void => {
    connections.set(name, { ...knownOf(name), ...news });
  };

  const change = <R>(name: string, apply: (lane: Lane) => { readonly lane: Lane; readonly result: R }): Promise<R> =>
    lanes.change(laneKey(name), (before) => {
      const { lane, result } = apply(before);
      // If a function writes the lane anyway, it adds its good answers for the others.
      const good = newestGood(lane.good ?? [], knownOf(name).good, now());
      const body = lane === before || good.length === 0 ? lane : { ...lane, good };
      learn(name, { lane: body });
      return { body, result };
    });
  const changeLane = (name: string, apply: (lane: Lane) => Lane): Promise<void> =>
    change(name, (lane) => ({ lane: apply(lane), result: undefined }));

  const readAnew = async (name: string): Promise<Lane> => {
    const lane = await lanes.read(laneKey(name));
    learn(name, { lane });
    return lane;
  };
  /** The calls of a gust are made at one instant, and look for a pause just before: once for all of them. */
  const readings = new Map<string, Promise<Lane>>();

  const isCrowded = (name: string): boolean => now() < knownOf(name).crowdedAt + STAND_EVERY_MS;

  return {
    reserve: async (name, wishes, callsPerSecond) => {
      const mayStand = !isCrowded(name);
      if (!mayStand) {
        // Those who have to come back learn that from what this function has just read. Thousands do, and others wait meanwhile.
        const { lane } = knownOf(name);
        const known = allot(lane, wishes, now(), { callsPerSecond, mayStand });
        if (known.lane === lane && known.allotments.every((each) => 'retryAt' in each)) return known.allotments;
      }
      const allotments = await change(name, (before) => {
        const { lane, allotments: result } = allot(before, wishes, now(), { callsPerSecond, mayStand });
        return { lane, result };
      });
      const lastSlot = Math.max(...allotments.flatMap(({ slots = [] }) => slots));
      // A scout stands there alone: those who follow it have still to find their places.
      const isFollowed = wishes.every((wish) => wish.isFollowed);
      if (mayStand && !isFollowed && lastSlot > now() + LONG_LINE_MS) learn(name, { crowdedAt: now() });
      return allotments;
    },
    read: (name) => {
      const lane = readings.get(name) ?? readAnew(name).finally(() => readings.delete(name));
      readings.set(name, lane);
      return lane;
    },
    throttled: (name, { afterMs, code, message }) =>
      changeLane(name, (lane) => throttled(lane, now(), afterMs, { code, message })),
    refused: async (name, refusal) => {
      await raise('resting', laneKey(name), tools);
      return change(name, (lane) => {
        const informed = { ...lane, good: newestGood(lane.good ?? [], knownOf(name).good, now()) };
        const result = refused(informed, refusal, now());
        return { lane: result.lane === informed ? lane : result.lane, result };
      });
    },
    answered: async (name, good, isTrial) => {
      learn(name, { good: newestGood([{ ...good, at: now() }], knownOf(name).good, now()) });
      if (isTrial) await changeLane(name, (lane) => accepted(lane, now()));
    },
    needsScout: ({ name, vendor }) => {
      const { good, lane } = knownOf(name);
      const answeredAt = good[0]?.at ?? Number.NEGATIVE_INFINITY;
      return answeredAt <= Math.max(now() - SCOUTED_FOR_MS[vendor], doubtIn(lane, now())?.at ?? 0);
    },
    skewMs: (name) => knownOf(name).lane.skewMs ?? 0,
    skewed: (name, skewMs) => changeLane(name, (lane) => ({ ...lane, skewMs })),
  };
};

/** The lanes of these connections as they are now, by name. */
export const lanesOf = async (
  names: Iterable<string>,
  { lanes }: { readonly lanes: Lanes },
): Promise<ReadonlyMap<string, Lane>> =>
  new Map(await Promise.all([...new Set(names)].map(async (name) => [name, await lanes.read(name)] as const)));
