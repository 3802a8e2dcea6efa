/**
 * Makes the looks at the watches that are due. Each connection has a lane that limits the calls. One call may answer
 * for several watches. The result of each watch is an observation, or a time when the watch comes back.
 */

import type { ConnectionConfig } from '../config/settings.ts';
import { NotAllowed, NotConfigured } from '../core/errors.ts';
import type { Observation } from '../core/observation.ts';
import { SECOND } from '../core/schedule.ts';
import { sentence } from '../core/sentences.ts';
import { providerNamed } from '../providers/index.ts';
import { ask } from './ask.ts';
import { lookWithin, ownProviderOf } from './look-within.ts';
import { type DueWatch, type Group, type LookDeps, type Outcome, sameForAll } from './outcome.ts';
import { allotTo, groupsOf, type Planned, planOf } from './plan.ts';

/**
 * Each watch with its outcome. An outcome settles as soon as it is known. It rejects where opwatch itself fails, for
 * example when DynamoDB does not answer.
 */
export type Looked<D> = readonly (readonly [due: D, outcome: Promise<Outcome>])[];

/**
 * The longest wait for a connection's first look. After a longer one, the other looks of the connection come back
 * later, because a function has half a minute for its batch.
 */
const SCOUT_MAX_MS = 12 * SECOND;
const SCOUT_SLOW_WAIT_MS = 5 * SECOND;

/** Makes the looks at all watches in `dues`. */
export const look = <D extends DueWatch>(dues: readonly D[], deps: LookDeps): Looked<D> => {
  const own = dues.flatMap((due): Looked<D>[number][] => {
    const provider = ownProviderOf(due.watch);
    return provider ? [[due, lookWithin(due, provider, deps)]] : [];
  });
  const others = dues.filter(({ watch }) => !ownProviderOf(watch));
  const byConnection = Map.groupBy(others, ({ watch }) => watch.connection);
  const asked = [...byConnection].flatMap(([name, some]) => lookThrough(name, some, deps));
  return [...own, ...asked];
};

const lookThrough = <D extends DueWatch>(name: string, dues: readonly D[], deps: LookDeps): Looked<D> => {
  const connection = deps.config.connections.get(name);
  if (!connection) return lacking(dues, 'no_connection', sentence('no_connection', { name }));
  const orphans = dues.filter(({ watch }) => !providerNamed(watch.provider));
  const asked = lookAtGroups(groupsOf(dues), { connection, mayScout: true }, deps);
  return [...lacking(orphans, 'no_provider', sentence('no_provider')), ...asked.flatMap(forEachWatch)];
};

/** Returns the outcome of watches whose connection or provider does not exist any more. */
const lacking = <D extends DueWatch>(dues: readonly D[], code: string, message: string): Looked<D> => {
  const observation: Observation = { kind: 'unanswered', error: new NotConfigured({ code, message }) };
  return dues.map((due) => [due, Promise.resolve({ observation })]);
};

/** The outcomes of the watches in one group, in their order. */
type Asked<D extends DueWatch> = {
  readonly group: Group<D>;
  readonly outcomes: Promise<readonly Outcome[]>;
};

type Through = { readonly connection: ConnectionConfig; readonly mayScout: boolean };

/**
 * Makes the looks of several groups on one connection. If this function does not know whether the connection works, one
 * group goes first as a test. The others wait for its outcome.
 */
const lookAtGroups = <D extends DueWatch>(
  groups: readonly Group<D>[],
  { connection, mayScout }: Through,
  deps: LookDeps,
): readonly Asked<D>[] => {
  const needsScout = mayScout && deps.lanes.needsScout(connection);
  const plan = planOf(groups, { now: deps.now(), needsScout, hasAnswer: deps.answers.hasAny });
  const going = askPlanned(plan.going, connection, deps);
  const [scout] = going;
  if (!scout || plan.following.length === 0) return going;
  const followed = follow(plan.following, { scout, connection }, deps);
  return [...going, ...plan.following.map((group) => ({ group, outcomes: outcomesIn(followed, group) }))];
};

/** Reserves the slots of all groups in one write. Each group makes its look as soon as it has its slots. */
const askPlanned = <D extends DueWatch>(
  planned: readonly Planned<D>[],
  connection: ConnectionConfig,
  deps: LookDeps,
): readonly Asked<D>[] => {
  if (planned.length === 0) return [];
  const wishes = planned.map(({ wish }) => wish);
  const reserved = deps.lanes.reserve(connection.name, wishes, connection.callsPerSecond);
  const allotted = reserved.then((allotments) => allotTo(planned, allotments));
  const outcomesAt = async (i: number): Promise<readonly Outcome[]> => {
    const one = (await allotted)[i];
    if (!one) throw new Error('a look left out a group');
    return 'outcomes' in one ? one.outcomes : ask({ ...one, connection }, deps);
  };
  return planned.map(({ group }, i) => ({ group, outcomes: outcomesAt(i) }));
};

type Scouted = { readonly scout: Asked<DueWatch>; readonly connection: ConnectionConfig };

/** Makes the looks that wait for the test look of their connection, after its outcome is known. */
const follow = async <D extends DueWatch>(
  groups: readonly Group<D>[],
  { scout, connection }: Scouted,
  deps: LookDeps,
): Promise<readonly Asked<D>[]> => {
  const beganAt = deps.now();
  const [outcome] = await scout.outcomes.catch(() => []);
  if (deps.now() > beganAt + SCOUT_MAX_MS) {
    const later: Outcome = { retryAt: deps.now() + SCOUT_SLOW_WAIT_MS, why: 'full' };
    return groups.map((group) => ({ group, outcomes: Promise.resolve(sameForAll(group.dues, later)) }));
  }
  // The cloud refused the test look for a reason of its watch alone. That says nothing about the connection, so another
  // group becomes the test.
  return lookAtGroups(groups, { connection, mayScout: isRefusedForItself(outcome) }, deps);
};

const isRefusedForItself = (outcome: Outcome | undefined): boolean =>
  outcome !== undefined &&
  'observation' in outcome &&
  outcome.observation.kind === 'unanswered' &&
  outcome.observation.error instanceof NotAllowed;

const outcomesIn = async <D extends DueWatch>(
  followed: Promise<readonly Asked<D>[]>,
  group: Group<D>,
): Promise<readonly Outcome[]> => {
  const asked = (await followed).find((each) => each.group === group);
  if (!asked) throw new Error('a look left out a group');
  return asked.outcomes;
};

const forEachWatch = <D extends DueWatch>({ group: { dues }, outcomes }: Asked<D>): Looked<D> =>
  dues.map((due, i) => [due, outcomeAt(outcomes, i)]);

const outcomeAt = async (outcomes: Promise<readonly Outcome[]>, i: number): Promise<Outcome> => {
  const outcome = (await outcomes)[i];
  if (!outcome) throw new Error('a look left out a watch');
  return outcome;
};
