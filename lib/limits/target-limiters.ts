/** Keeps the rate limiters of targets in the table. */

import type { Attempts } from '../core/origin.ts';
import { throttled } from '../core/pacing.ts';
import { rested } from '../core/resting.ts';
import {
  acquire,
  answered,
  attempted,
  type Disabled,
  disable,
  disableOnRequest,
  type Entry,
  enable,
  limiterKey,
  openLimiter,
  type PermitRequest,
  release,
  type TargetLimiter,
  trip,
} from '../core/target-limiter.ts';
import { type SharedItemDeps, sharedItem } from '../store/shared-item.ts';
import { raise } from '../store/standing.ts';
import type { Stores } from '../store/stores.ts';

export type TargetLimiters = {
  /** Takes a permit and slots for up to `count` messages. See `acquire` in target-limiter.ts. */
  readonly acquire: (name: string, wish: PermitRequest) => Promise<Entry>;
  /**
   * Gives the permit back with the results of the batch. If they have just disabled the target, it returns since when
   * and why.
   */
  readonly release: (name: string, by: string, learned: Learned) => Promise<Disabled | undefined>;
  readonly read: (name: string) => Promise<TargetLimiter>;
  /** Disables an origin. Returns since when, if it was not disabled before. */
  readonly disable: (name: string) => Promise<Disabled | undefined>;
  /** Enables a disabled target or origin. */
  readonly enable: (name: string) => Promise<void>;
};

export type Learned = {
  /** The target is told too often or is overloaded. With the wait that it asked for, in ms. */
  readonly slow?: { readonly afterMs?: number };
  /** Callbacks that asked for a pause. Each address rests alone. */
  readonly rests?: readonly { readonly address: string; readonly afterMs: number }[];
  /** The target wants no more. */
  readonly gone?: string;
  /** Whether the target answered at all, or let everything hang. */
  readonly answers?: 'some' | 'none';
  /** Attempts at the callbacks of an origin. */
  readonly attempts?: Attempts;
};

export const createTargetLimiters = (tools: SharedItemDeps & Pick<Stores, 'now'>): TargetLimiters => {
  const { now } = tools;
  const targetLimiters = sharedItem<TargetLimiter>(openLimiter, tools);

  /** Writes the limiter that `next` returns. If this begins a trouble, it writes the entry of the trouble first. */
  const changeWithTrouble = async (
    name: string,
    next: (limiter: TargetLimiter) => TargetLimiter,
  ): Promise<Disabled | undefined> => {
    for (let isRaised = false; ; isRaised = true) {
      const changed = await targetLimiters.change<'not raised' | Disabled | undefined>(limiterKey(name), (limiter) => {
        const body = next(limiter);
        const disabled = limiter.disabled ? undefined : body.disabled;
        return disabled && !isRaised ? { body: limiter, result: 'not raised' } : { body, result: disabled };
      });
      if (changed !== 'not raised') return changed;
      await raise('disabled', limiterKey(name), tools);
    }
  };

  return {
    acquire: async (name, wish) => {
      const entry = await targetLimiters.change(limiterKey(name), (limiter) => {
        const entered = acquire(limiter, wish, now());
        return { body: entered.limiter, result: entered.entry };
      });
      // A function that was frozen may have disabled it long after it wrote the entry.
      if ('disabled' in entry) await raise('disabled', limiterKey(name), tools);
      return entry;
    },
    release: (name, by, learned) =>
      changeWithTrouble(name, (limiter) => afterBatch(release(limiter, by), learned, now())),
    read: (name) => targetLimiters.read(limiterKey(name)),
    disable: (name) => changeWithTrouble(name, (limiter) => disableOnRequest(limiter, now())),
    enable: (name) =>
      targetLimiters.change(limiterKey(name), (limiter) => ({ body: enable(limiter, now()), result: undefined })),
  };
};

const afterBatch = (
  limiter: TargetLimiter,
  { slow, rests = [], gone, answers, attempts }: Learned,
  now: number,
): TargetLimiter => {
  let next = limiter;
  if (answers) next = answers === 'some' ? answered(next) : trip(next, now);
  if (slow) next = throttled(next, now, slow.afterMs);
  for (const { address, afterMs } of rests) {
    next = { ...next, resting: rested(next.resting ?? {}, address, afterMs, now) };
  }
  if (gone !== undefined) next = disable(next, now, gone);
  return attempts ? attempted(next, attempts, now) : next;
};
