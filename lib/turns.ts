/** Keeps targets' turns in the table. */
import { throttled } from './pacing.ts';
import { rested } from './resting.ts';
import type { Runtime } from './runtime.ts';
import { type SharedTools, sharedItem } from './shared-item.ts';
import { raise } from './standing.ts';
import {
  answered,
  type Disabled,
  disable,
  type Entry,
  enable,
  enter,
  hung,
  leave,
  openTurn,
  type Turn,
  type Wish,
} from './turn.ts';

export type Turns = {
  /** Takes a seat and slots for up to `count` messages; see `enter` in turn.ts. */
  readonly enter: (name: string, wish: Wish) => Promise<Entry>;
  /** Gives the seat back, with what was learned. Answers since when and why where that has just disabled the target. */
  readonly leave: (name: string, by: string, learned: Learned) => Promise<Disabled | undefined>;
  readonly read: (name: string) => Promise<Turn>;
  /** Tells a disabled target again. */
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
};

const turnKey = (name: string) => ({ pk: `turn#${name}`, sk: 'turn' });

export const createTurns = (tools: SharedTools & Pick<Runtime, 'now'>): Turns => {
  const { now } = tools;
  const turns = sharedItem<Turn>(openTurn, tools);
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
    leave: async (name, by, { slow, rests = [], gone, answers }) => {
      if (gone !== undefined) await raise('disabled', turnKey(name), tools);
      return turns.change(turnKey(name), (turn) => {
        let body = leave(turn, by);
        if (answers) body = answers === 'some' ? answered(body) : hung(body, now());
        if (slow) body = throttled(body, now(), slow.afterMs);
        for (const { address, afterMs } of rests) {
          body = { ...body, resting: rested(body.resting ?? {}, address, afterMs, now()) };
        }
        if (gone !== undefined) body = disable(body, now(), gone);
        return { body, result: turn.disabled ? undefined : body.disabled };
      });
    },
    read: (name) => turns.read(turnKey(name)),
    enable: (name) =>
      turns.change(turnKey(name), (turn) => ({ body: turn.disabled ? enable(turn) : turn, result: undefined })),
  };
};
