/**
 * Plans the looks on one connection. It decides which watches share a look, which look goes first, and which slots each
 * look gets. Pure.
 */

import type { Allotment, CallRequest } from '../core/call-request.ts';
import { heldSlots } from '../core/lane.ts';
import { isSound } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import type { Reserved } from './limited-calls.ts';
import { type DueWatch, type Group, type Outcome, sameForAll } from './outcome.ts';

/**
 * Sorts watches into groups that share a look. It leaves out the watches of a provider that this release no longer has.
 */
export const groupsOf = <D extends DueWatch>(dues: readonly D[]): readonly Group<D>[] => {
  const byProvider = Map.groupBy(dues, ({ watch }) => providerNamed(watch.provider));
  return [...byProvider].flatMap(([provider, some]): readonly Group<D>[] => {
    if (!provider) return [];
    const { name, together } = provider.traits;
    if (!together) return some.map((due) => ({ provider, dues: [due] }));
    const byKey = Map.groupBy(some, ({ watch }) => together(watch.operation));
    return [...byKey].map(([key, those]) => ({
      provider,
      dues: those,
      scope: `${those[0]?.watch.connection} ${name} ${key}`,
    }));
  });
};

/** A group, and its request for slots in the lane. */
export type Planned<D extends DueWatch> = { readonly group: Group<D>; readonly wish: CallRequest };

/** The groups that look now, and the groups that look after the first of those has its answer. */
export type Plan<D extends DueWatch> = {
  readonly going: readonly Planned<D>[];
  readonly following: readonly Group<D>[];
};

type Knowledge = {
  readonly now: number;
  /** This function does not know whether the connection works. So one look goes first as a test (the scout). */
  readonly needsScout: boolean;
  /** Answers whether another look has just read an answer that the group can use. */
  readonly hasAnswer: (scope: string) => boolean;
};

export const planOf = <D extends DueWatch>(groups: readonly Group<D>[], known: Knowledge): Plan<D> => {
  const scout = known.needsScout && groups.length > 1 ? scoutOf(groups) : undefined;
  const going = scout ? [scout] : groups;
  return {
    going: going.map((group) => ({ group, wish: { ...wishOf(group, known), ...(scout && { isFollowed: true }) } })),
    following: scout ? groups.filter((group) => group !== scout) : [],
  };
};

/**
 * Returns the group whose look tests the connection best. The cloud has shown the group's operation before, and no look
 * at it has failed since.
 */
const scoutOf = <D extends DueWatch>(groups: readonly Group<D>[]): Group<D> | undefined =>
  groups.find(({ dues }) => dues.some(({ watch }) => isSound(watch))) ?? groups[0];

const wishOf = ({ dues, scope }: Group<DueWatch>, { now, needsScout, hasAnswer }: Knowledge): CallRequest => {
  const given = dues.flatMap(({ slots = [] }) => slots);
  const held = heldSlots(given, now);
  // The group can perhaps use an answer that another look has just read, and then needs no call. A group that comes
  // back with several slots did need that many calls.
  const mayNeedNone = held.length <= 1 && scope !== undefined && hasAnswer(scope);
  return {
    watch: dues[0]?.watch.id ?? '',
    isSound: dues.some(({ watch }) => isSound(watch)),
    calls: mayNeedNone ? 0 : Math.max(1, held.length),
    held,
    ...(dues.some(({ first }) => first) && { first: true }),
    ...(needsScout && { isScout: true }),
  };
};

/** A group that has its slots and makes its look, or a group that comes back later with an outcome for each watch. */
export type Allotted<D extends DueWatch> =
  | { readonly group: Group<D>; readonly reserved: Reserved }
  | { readonly group: Group<D>; readonly outcomes: readonly Outcome[] };

/** Matches each group with the lane's answer to its request. */
export const allotTo = <D extends DueWatch>(
  planned: readonly Planned<D>[],
  allotments: readonly Allotment[],
): readonly Allotted<D>[] =>
  planned.map(({ group, wish }, i) => {
    const allotment = allotments[i];
    if (!allotment) throw new Error('the lane left out a wish');
    return 'retryAt' in allotment
      ? { group, outcomes: sameForAll(group.dues, allotment) }
      : { group, reserved: { wish, ...allotment } };
  });
