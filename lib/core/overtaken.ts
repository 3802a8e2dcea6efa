/**
 * Which messages are still true. An event on the way (attention, blocked, progress ...) tells a state; once the watch has a
 * later one, nobody may be told the earlier. An end is final, so nothing overtakes it. Pure.
 */
import type { Delivery } from './delivery.ts';
import { isOnTheWay, type OnTheWay } from './event.ts';
import { isNotice } from './notice.ts';
import { enteredAt, isOver, type Watch } from './watch.ts';

/** An event of a watch that goes on: when it happened and, where it told that the watch was blocked, since when. */
type StateShown = { readonly at: number; readonly blocked?: { readonly since: number } };

const waitsForPerson = ({ status }: Watch): boolean => status === 'attention';

/** Whether the watch is still in the state that the event told. */
const HOLDS: Readonly<Record<OnTheWay, (watch: Watch, shown: StateShown) => boolean>> = {
  // It is told from the watch as it stands.
  progress: () => true,
  attention: (watch, { at }) => waitsForPerson(watch) && enteredAt(watch) <= at,
  resumed: (watch, { at }) =>
    !waitsForPerson(watch) && !watch.history.some((entry) => entry.status === 'attention' && entry.at > at),
  blocked: (watch, { blocked }) => watch.blocked !== undefined && watch.blocked.since === blocked?.since,
  unblocked: (watch) => watch.blocked === undefined,
};

/** Whether a later state of the watch, or its end, has overtaken what a delivery tells. Of a watch that is gone, it has. */
export const isOvertaken = (event: Delivery['event'], watch: Watch | undefined): boolean => {
  if (isNotice(event) || !isOnTheWay(event.event)) return false;
  if (watch === undefined || isOver(watch.status)) return true;
  return !HOLDS[event.event](watch, event);
};
