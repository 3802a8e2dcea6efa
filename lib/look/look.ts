/**
 * Looks: asks the clouds about what is due, at the pace of each connection, with calls shared where one can answer several.
 * Says for every watch what was observed, or when its turn is.
 */

import type { ConnectionConfig } from '../config/settings.ts';
import { NotAllowed, NotConfigured } from '../core/errors.ts';
import { heldSlots, type Wish } from '../core/lane.ts';
import type { Observation } from '../core/observation.ts';
import { SECOND } from '../core/schedule.ts';
import { sentence } from '../core/sentences.ts';
import { isSound } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import { askTogether, type Due, type Group, type LookTools, type Outcome } from './ask.ts';
import { lookWithin, ownProviderOf } from './look-within.ts';

/** The outcome of each watch, as soon as it is known. Rejects for a fault of our own (a table that does not answer). */
export type Looked<D> = readonly (readonly [due: D, outcome: Promise<Outcome>])[];

/** Those behind a scout that took longer come back: a function has half a minute for its batch. */
const SCOUT_MAX_MS = 12 * SECOND;
const SCOUT_SLOW_WAIT_MS = 5 * SECOND;

/** Looks at everything in `dues`. */
export const look = <D extends Due>(dues: readonly D[], tools: LookTools): Looked<D> => {
  const own = dues.flatMap((due): Looked<D>[number][] => {
    const provider = ownProviderOf(due.watch);
    return provider ? [[due, lookWithin(due, provider, tools)]] : [];
  });
  const byConnection = Map.groupBy(
    dues.filter(({ watch }) => !ownProviderOf(watch)),
    ({ watch }) => watch.connection,
  );
  const asked = [...byConnection].flatMap(([name, some]) => {
    const connection = tools.config.connections.get(name);
    if (!connection) return lacking(some, 'no_connection', sentence('no_connection', { name }));
    const orphans = some.filter(({ watch }) => !providerNamed(watch.provider));
    return [
      ...lacking(orphans, 'no_provider', sentence('no_provider')),
      ...lookThrough(groupsOf(some), connection, tools, true),
    ];
  });
  return [...own, ...asked];
};

/** The configuration lacks what the looks need. */
const lacking = <D extends Due>(dues: readonly D[], code: string, message: string): Looked<D> => {
  const observation: Observation = { kind: 'unanswered', error: new NotConfigured({ code, message }) };
  return dues.map((due) => [due, Promise.resolve({ observation })]);
};

const groupsOf = <D extends Due>(dues: readonly D[]): readonly Group<D>[] => {
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

/** What a group asks of its lane. */
const wishOf = ({ dues, scope }: Group<Due>, isScout: boolean, { answers, now }: LookTools): Wish => {
  const held = heldSlots(
    dues.flatMap(({ slots = [] }) => slots),
    now(),
  );
  // What was read just now may answer for this group too: whether it needs a call at all will be seen. Those who come back
  // for several times have needed so many.
  const mayNeedNone = held.length <= 1 && scope !== undefined && answers.hasAny(scope);
  return {
    watch: dues[0]?.watch.id ?? '',
    isSound: dues.some(({ watch }) => isSound(watch)),
    calls: mayNeedNone ? 0 : Math.max(1, held.length),
    held,
    ...(dues.some(({ first }) => first) && { first: true }),
    ...(isScout && { isScout }),
  };
};

/** Looks at groups of one connection; first at one of them, where this function does not know how the connection fares. */
const lookThrough = <D extends Due>(
  groups: readonly Group<D>[],
  connection: ConnectionConfig,
  tools: LookTools,
  mayScout: boolean,
): Looked<D> => {
  const { pace, now } = tools;
  const needsScout = mayScout && pace.needsScout(connection);
  const scout = needsScout && groups.length > 1 ? scoutOf(groups) : undefined;
  const going = scout ? [scout] : groups;
  const wishes = going.map(
    (group): Wish => ({ ...wishOf(group, needsScout, tools), ...(scout && { isFollowed: true }) }),
  );
  const allotments = pace.reserve(connection.name, wishes, connection.callsPerSecond);
  const asked = going.map(async (group, i) => {
    const [allotment, wish] = [(await allotments)[i], wishes[i]];
    if (!allotment || !wish) throw new Error('the lane left out a wish');
    return askTogether(group, { wish, allotment }, connection, tools);
  });
  const looked = going.flatMap((group, i) => outcomesOf(group, asked[i]));
  if (!scout) return looked;

  const rest = groups.filter((group) => group !== scout);
  const beganAt = now();
  const follow = async (): Promise<Map<D, Promise<Outcome>>> => {
    const [answer] = (await asked[0]?.catch(() => [])) ?? [];
    if (now() > beganAt + SCOUT_MAX_MS) {
      const later: Outcome = { backAt: now() + SCOUT_SLOW_WAIT_MS, why: 'full' };
      return new Map(rest.flatMap(({ dues }) => dues.map((due) => [due, Promise.resolve(later)])));
    }
    // One that was refused for itself says nothing of the connection: another goes first.
    const wasRefused =
      answer !== undefined &&
      'observation' in answer &&
      answer.observation.kind === 'unanswered' &&
      answer.observation.error instanceof NotAllowed;
    return new Map(lookThrough(rest, connection, tools, wasRefused));
  };
  const following = follow();
  return [...looked, ...rest.flatMap(({ dues }) => dues.map((due) => [due, outcomeIn(following, due)] as const))];
};

/** The one whose look tells most of the connection: the cloud has shown its operation, and brought no trouble since. */
const scoutOf = <D extends Due>(groups: readonly Group<D>[]): Group<D> | undefined =>
  groups.find(({ dues }) => dues.some(({ watch }) => isSound(watch))) ?? groups[0];

const outcomesOf = <D extends Due>({ dues }: Group<D>, asked: Promise<readonly Outcome[]> | undefined): Looked<D> =>
  dues.map((due, i) => {
    const outcome = async () => {
      const found = (await asked)?.[i];
      if (!found) throw new Error('a look left out a watch');
      return found;
    };
    return [due, outcome()];
  });

const outcomeIn = async <D>(following: Promise<Map<D, Promise<Outcome>>>, due: D): Promise<Outcome> => {
  const outcome = (await following).get(due);
  if (!outcome) throw new Error('a look left out a watch');
  return outcome;
};
