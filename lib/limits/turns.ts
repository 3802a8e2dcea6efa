/** Keeps targets' turns in the table. */

import type { Attempts } from '../core/origin.ts';
import { throttled } from '../core/pacing.ts';
import { rested } from '../core/resting.ts';
import {
  answered,
  attempted,
  type Disabled,
  disable,
  disableOnRequest,
  type Entry,
  enable,
  enter,
  hung,
  leave,
  openTurn,
  type Turn,
  turnKey,
  type Wish,
} from '../core/turn.ts';
import { type SharedItemDeps, sharedItem } from '../store/shared-item.ts';
import { raise } from '../store/standing.ts';
import type { Stores } from '../store/stores.ts';

export type Turns = {
  /** Takes a seat and slots for up to `count` messages; see `enter` in turn.ts. */
  readonly enter: (name: string, wish: Wish) => Promise<Entry>;
  /** Gives the seat back, with what was learned. Answers since when and why where that has just disabled it. */
  readonly leave: (name: string, by: string, learned: Learned) => Promise<Disabled | undefined>;
  readonly read: (name: string) => Promise<Turn>;
  /** Has nothing sent to an origin. Answers since when, where it was not disabled before. */
  readonly disable: (name: string) => Promise<Disabled | undefined>;
  /** Has a disabled target or origin told again. */
  readonly enable: (name: string) => Promise<void>;
};

export type Learned = {
  /** It is told too often or is overwhelmed; with the wait it asked for, ms. */
  readonly slow?: { readonly afterMs?: number };
  /** Callbacks that asked for a pause, each for itself. */
  readonly rests?: readonly { readonly address: string; readonly afterMs: number }[];
  /** It wants no more. */
  readonly gone?: string;
  /** Whether it answered at all, or let everything hang. */
  readonly answers?: 'some' | 'none';
  /** Attempts at the callbacks of an origin. */
  readonly attempts?: Attempts;
};

export const createTurns = (tools: SharedItemDeps & Pick<Stores, 'now'>): Turns => {
  const { now } = tools;
  const turns = sharedItem<Turn>(openTurn, tools);

  /** Writes what `next` makes of a turn; first the entry of the trouble, where that is new. */
  const changeWithTrouble = async (name: string, next: (turn: Turn) => Turn): Promise<Disabled | undefined> => {
    for (let isRaised = false; ; isRaised = true) {
      const changed = await turns.change<'not raised' | Disabled | undefined>(turnKey(name), (turn) => {
        const body = next(turn);
        const disabled = turn.disabled ? undefined : body.disabled;
        return disabled && !isRaised ? { body: turn, result: 'not raised' } : { body, result: disabled };
      });
      if (changed !== 'not raised') return changed;
      await raise('disabled', turnKey(name), tools);
    }
  };

  return {
    enter: async (name, wish) => {
      const entry = await turns.change(turnKey(name), (turn) => {
        const entered = enter(turn, wish, now());
        return { body: entered.turn, result: entered.entry };
      });
      // A function that was frozen may have disabled it long after its entry.
      if ('disabled' in entry) await raise('disabled', turnKey(name), tools);
      return entry;
    },
    leave: (name, by, learned) => changeWithTrouble(name, (turn) => afterBatch(leave(turn, by), learned, now())),
    read: (name) => turns.read(turnKey(name)),
    disable: (name) => changeWithTrouble(name, (turn) => disableOnRequest(turn, now())),
    enable: (name) => turns.change(turnKey(name), (turn) => ({ body: enable(turn, now()), result: undefined })),
  };
};

const afterBatch = (turn: Turn, { slow, rests = [], gone, answers, attempts }: Learned, now: number): Turn => {
  let next = turn;
  if (answers) next = answers === 'some' ? answered(next) : hung(next, now);
  if (slow) next = throttled(next, now, slow.afterMs);
  for (const { address, afterMs } of rests) {
    next = { ...next, resting: rested(next.resting ?? {}, address, afterMs, now) };
  }
  if (gone !== undefined) next = disable(next, now, gone);
  return attempts ? attempted(next, attempts, now) : next;
};
