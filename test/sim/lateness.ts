/**
 * The load of another tenant makes nobody's lateness more than 1.5 times as long.
 *
 * Lateness is counted from the write that makes the delivery of an end owed (the end of its watch, or a target that joins
 * after it) until opwatch writes that it got through. The same seed is run with the flood and without it.
 */
import type { Delivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import { isOver, type Status, type Watch } from '../../lib/core/watch.ts';
import { deliveryIdOf } from '../../lib/store/keys.ts';
import { operationKey } from './case.ts';
import { isFlooders } from './flood.ts';
import { SECOND } from './time.ts';

/** How late each delivery of an end was, ms, by a name that is the same in both runs. */
export type Lateness = ReadonlyMap<string, number>;

export type LatenessClock = { readonly onWrite: (after: Item, now: number) => void; readonly lateness: () => Lateness };

export const createLatenessClock = (): LatenessClock => {
  /** By webhook-id. */
  const owed = new Map<string, { readonly name: string; readonly at: number }>();
  const late = new Map<string, number>();
  const onWatch = (watch: Watch, now: number): void => {
    for (const debt of watch.owed) {
      if (!isOver(debt.event as Status)) continue;
      for (const target of debt.to ?? watch.notify) {
        const id = deliveryIdOf(watch, debt, target);
        const name = `${operationKey(watch)} ${watch.generation} ${target}`;
        if (!owed.has(id)) owed.set(id, { name, at: now });
      }
    }
  };
  return {
    onWrite: (after, now) => {
      if (isFlooders(after)) return;
      if (after.sk === 'watch') onWatch(after.body as Watch, now);
      if (!after.sk.startsWith('delivery#')) return;
      const { id, state } = after.body as Delivery;
      const since = owed.get(id);
      if (state === 'delivered' && since && !late.has(since.name)) late.set(since.name, now - since.at);
    },
    lateness: () => late,
  };
};

/**
 * How long each receiver that is well takes over its answer in the runs that are compared: how long theirs take is not
 * opwatch's lateness.
 */
export const TELL_MS = 100;

const FACTOR = 1.5;
/**
 * One delivery may find the seats of its target taken in one run and free in the other, by others of its own tenant. Then it
 * comes back once: after a second and up to one more (lib/deliver/come-back.ts), and SQS hides to whole seconds.
 */
const ONCE_MORE_MS = 3 * SECOND;
/** Of fewer, a median means nothing. */
const COMPARED_MIN = 5;

const median = (some: readonly number[]): number => some.toSorted((a, b) => a - b)[some.length >> 1] ?? 0;

/**
 * Compares the lateness with a flood and without it, and returns the faults. The median may be 1.5 times as long, because
 * chance in single deliveries does not move it. A single delivery may also have come back once.
 */
export const latenessFaults = (flooded: Lateness, calm: Lateness): string[] => {
  const both = [...flooded].flatMap(([name, late]) => {
    const usual = calm.get(name);
    return usual === undefined ? [] : [{ name, late, usual }];
  });
  if (both.length < COMPARED_MIN) return [`only ${both.length} deliveries are told beside a flood and without it`];
  const [late, usual] = [median(both.map((each) => each.late)), median(both.map((each) => each.usual))];
  const slow = both.filter((each) => each.late > FACTOR * each.usual + ONCE_MORE_MS);
  return [
    ...(late > FACTOR * usual ? [`beside a flood the median lateness is ${late} ms, and ${usual} ms without it`] : []),
    ...slow.map(
      (each) => `beside a flood ${each.name} is told after ${each.late} ms, and after ${each.usual} ms without it`,
    ),
  ];
};
