/** Handles an object that a target holds, during one attempt: its state before the attempt, and its state after it. */
import { isNotice } from '../core/notice.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import type { DeliveryItem } from '../store/items.ts';
import { operationKey } from '../store/keys.ts';
import { type HeldState, heldState, inDoubt, type LastTold, withTold } from './held-state.ts';
import type { HeldThing, Made } from './message.ts';
import type { Recipient } from './recipient.ts';

/** Returns the state that a delivery sends to a target that holds state. A notice has no state. */
export const newsOf = (watch: Watch, { body: { event } }: DeliveryItem): LastTold | undefined => {
  if (isNotice(event)) return undefined;
  const about = { operation: operationKey(watch), generation: watch.generation };
  if (event.event === 'progress') return { ...about, status: watch.status };
  return { ...about, status: 'status' in event ? event.status : event.event, at: event.at };
};

/**
 * Gives the held object back, and answers whether the table took the write. If it did not, the claim ends by itself,
 * and the attempt counts as one with an unknown outcome.
 */
export const giveBack = async (
  { key, by, state }: Pick<HeldThing, 'key' | 'by' | 'state'>,
  runtime: Runtime,
): Promise<boolean> => {
  try {
    await heldState(key, runtime).leave(by, state);
    return true;
  } catch (error) {
    runtime.log.warn('a claim was not given back', { error: String(error) });
    return false;
  }
};

/** Returns the state of the held object after an attempt. */
export const afterwards = ({ state, news }: HeldThing, made: Made, { target }: Recipient): HeldState => {
  const { verdict, answer, isUnknown, at } = made;
  const known = isUnknown ? inDoubt(state, at) : state;
  if (!answer) return known;
  if (target?.edit?.isGone(answer)) {
    const { handle: _, ...rest } = known;
    return rest;
  }
  if (verdict.kind !== 'delivered') return known;
  const handle = target?.edit?.handle(answer);
  return withTold({ ...known, ...(handle !== undefined && { handle }) }, news);
};
