/** Plans the looks at one connection: which watches are looked at together, who goes first, and who gets which times. Pure. */
import { type Allotment, type CallRequest, heldSlots } from '../core/lane.ts';
import { isSound } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import type { Reserved } from './calls-in-turn.ts';
import { type DueWatch, type Group, type Outcome, sameForAll } from './outcome.ts';

/** The watches in groups that are looked at together. Those of a provider that has left the deployment are in none. */
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

/** A group and what it asks of the lane. */
export type Planned<D extends DueWatch> = { readonly group: Group<D>; readonly wish: CallRequest };

/** Groups that look now, and groups that look after the first of them has been answered. */
export type Plan<D extends DueWatch> = {
  readonly going: readonly Planned<D>[];
  readonly following: readonly Group<D>[];
};

type Knowledge = {
  readonly now: number;
  /** This function does not know how the connection fares: one look goes first, as a scout. */
  readonly needsScout: boolean;
  /** Whether an answer of the last moments may do for a scope. */
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

/** The group whose look tells most of the connection: the cloud has shown its operation, and brought no trouble since. */
const scoutOf = <D extends DueWatch>(groups: readonly Group<D>[]): Group<D> | undefined =>
  groups.find(({ dues }) => dues.some(({ watch }) => isSound(watch))) ?? groups[0];

const wishOf = ({ dues, scope }: Group<DueWatch>, { now, needsScout, hasAnswer }: Knowledge): CallRequest => {
  const given = dues.flatMap(({ slots = [] }) => slots);
  const held = heldSlots(given, now);
  // An answer of the last moments may do for this group too: whether it needs a call at all will be seen. A group that comes
  // back for several times has needed so many calls.
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

/** A group that has its times and asks the cloud, or a group that comes back, with the outcome of each of its watches. */
export type Allotted<D extends DueWatch> =
  | { readonly group: Group<D>; readonly reserved: Reserved }
  | { readonly group: Group<D>; readonly outcomes: readonly Outcome[] };

/** Gives each group what the lane has allotted to its wish. */
export const allotTo = <D extends DueWatch>(
  planned: readonly Planned<D>[],
  allotments: readonly Allotment[],
): readonly Allotted<D>[] =>
  planned.map(({ group, wish }, i) => {
    const allotment = allotments[i];
    if (!allotment) throw new Error('the lane left out a wish');
    return 'backAt' in allotment
      ? { group, outcomes: sameForAll(group.dues, allotment) }
      : { group, reserved: { wish, ...allotment } };
  });
