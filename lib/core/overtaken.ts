/**
 * Decides whether an event is still true. An event such as attention, blocked or progress tells a state. When the watch
 * has a later state, nobody may hear the earlier one. Nothing overtakes an end. Pure.
 */
import type { Delivery } from './delivery.ts';
import { isOnTheWay, type OnTheWay } from './event.ts';
import { isNotice } from './notice.ts';
import { enteredAt, isOver, type Watch } from './watch.ts';

/** The state that an event told: when it happened and, for a blocked watch, since when. */
type StateShown = { readonly at: number; readonly blocked?: { readonly since: number } };

const waitsForPerson = ({ status }: Watch): boolean => status === 'attention';

/**
 * Answers whether the watch has waited for a person since that entry of its history. The entries stand in the order of their
 * writes, whatever clocks wrote them.
 */
const hasWaitedSince = ({ history }: Watch, at: number): boolean => {
  const entered = history.findLastIndex((entry) => entry.at === at);
  const since = entered < 0 ? history.filter((entry) => entry.at > at) : history.slice(entered + 1);
  return since.some(({ status }) => status === 'attention');
};

/** Answers whether the watch is still in the state that the event tells. */
const HOLDS: Readonly<Record<OnTheWay, (watch: Watch, shown: StateShown) => boolean>> = {
  // The notifier builds progress from the watch at the time of sending.
  progress: () => true,
  attention: (watch, { at }) => waitsForPerson(watch) && enteredAt(watch) <= at,
  resumed: (watch, { at }) => !waitsForPerson(watch) && !hasWaitedSince(watch, at),
  blocked: (watch, { blocked }) => watch.blocked !== undefined && watch.blocked.since === blocked?.since,
  unblocked: (watch) => watch.blocked === undefined,
};

/** Answers whether a later state or the end has overtaken a delivery. If the watch is gone, the answer is yes. */
export const isOvertaken = (event: Delivery['event'], watch: Watch | undefined): boolean => {
  if (isNotice(event) || !isOnTheWay(event.event)) return false;
  if (watch === undefined || isOver(watch.status)) return true;
  return !HOLDS[event.event](watch, event);
};
