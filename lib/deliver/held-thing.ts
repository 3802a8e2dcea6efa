/** Handles a thing that a target holds, for one attempt: the state that it is to show, and the state that it shows afterwards. */
import { isNotice } from '../core/notice.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import type { DeliveryItem } from '../store/items.ts';
import { operationKey } from '../store/keys.ts';
import { type HeldState, heldState, inDoubt, type LastTold, withTold } from './held-state.ts';
import type { HeldThing, Made } from './message.ts';
import type { Recipient } from './recipient.ts';

/** The state that a delivery tells, in the words of a target that holds it. A notice has none. */
export const newsOf = (watch: Watch, { body: { event } }: DeliveryItem): LastTold | undefined => {
  if (isNotice(event)) return undefined;
  const about = { operation: operationKey(watch), generation: watch.generation };
  if (event.event === 'progress') return { ...about, status: watch.status };
  return { ...about, status: 'status' in event ? event.status : event.event, at: event.at };
};

/**
 * Gives the thing back, and answers whether the table took that. Otherwise the claim lapses, and the attempt counts as one
 * without a known outcome.
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

/** The thing after an attempt. */
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
