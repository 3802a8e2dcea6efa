/** What went wrong in a run, and until when each trouble may hold somebody up. */

import { FROZEN_MS } from '../world/process.ts';
import type { Part, Plan } from './plan.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

/** Something that went wrong. `by` names the function that met it, as far as one did. */
export type Trouble = { readonly at: number; readonly what: string; readonly by?: string };

/** From when until when something may hold up whatever goes through `by`; everything, where that is left out. */
export type Hold = { readonly from: number; readonly until: number; readonly by?: string };

/** A queue shows a message again this long after it was received. */
const VISIBILITY = 180 * SECOND;
/** A message that is lost is missed when the first lease has lapsed, the index shows it, and the sweep has come by. */
const LOST = 10 * MINUTE;

/** How long each kind of trouble may hold up what it meets. */
const HOLDS: Readonly<Record<string, number>> = {
  'crash before': VISIBILITY + LOST,
  'crash after': VISIBILITY + LOST,
  'out of time': VISIBILITY + LOST,
  'lost answer': VISIBILITY + LOST,
  // The second write of an item finds it there, and nobody sends its message.
  'done twice': LOST,
  throttled: VISIBILITY + LOST,
  slow: MINUTE,
  frozen: FROZEN_MS + VISIBILITY + LOST,
  'duplicated message': VISIBILITY,
  'refused entry': LOST + 5 * MINUTE,
  'throttled call': VISIBILITY,
  'skipped sweep': MINUTE,
  'cloud: throttled for long': 7 * MINUTE,
  // Its item is missed when the lease has lapsed, whenever the message comes.
  'late message': VISIBILITY + LOST,
};
const CLOUD_HOLD = 5 * MINUTE + 20 * SECOND;
const IGNORED = new Set(['lost ack', 'doubled sweep']);

const holdOf = ({ at, what, by }: Trouble): Hold[] => {
  if (IGNORED.has(what) || what.startsWith('receiver: ')) return [];
  const length = HOLDS[what] ?? (what.startsWith('cloud: ') ? CLOUD_HOLD : undefined);
  if (length === undefined) return [];
  return [{ from: at, until: at + length, ...(by !== undefined && { by }) }];
};

/** Where messages are sent and nobody receives them, leases grow: one that is lost after that is missed for half a day. */
const LEASE_MAX = 13 * HOUR;

const UNHEARD: ReadonlySet<Part> = new Set<Part>(['pollers', 'notifier']);

/** Where no queue takes a message, a lease grows only as often as a sweep is killed before it takes the lease back. */
const LEASE_TAKEN_BACK = 3 * HOUR;

/**
 * Where Huawei Cloud is out and its clock is off, nobody hears that calls are signed by a wrong time. The gateway counts
 * them, and the first look that it answers may find the key locked: the connection rests for five minutes, and its looks
 * then take turns.
 */
const LOCKED = 5 * MINUTE + 45 * SECOND;

const planned = (plan: Plan): Hold[] => {
  const isAfterOutage = (at: number) =>
    plan.outages.some(
      ({ part, from, until }) => UNHEARD.has(part) && until - from > 2 * MINUTE && from <= at && at <= until + DAY,
    );
  return [
    ...plan.outages.map(({ part, from, until }): Hold => {
      const hold = { from, until: until + LOST + VISIBILITY };
      if (UNHEARD.has(part)) return { ...hold, until: until + LEASE_MAX };
      if (part === 'queues') return { ...hold, until: until + LEASE_TAKEN_BACK };
      if (part === 'aliyun' || part === 'huawei') {
        const lockedMs = part === 'huawei' && plan.cloudSkews.huawei !== undefined ? LOCKED : 0;
        return { ...hold, until: until + CLOUD_HOLD + lockedMs, by: `poller-${part}` };
      }
      return hold;
    }),
    ...plan.purges.map((at) => ({ from: at, until: at + (isAfterOutage(at) ? LEASE_MAX : 45 * MINUTE) })),
    // Whose key is refused rests for three minutes at a time.
    ...plan.rotations.map(({ vendor, at, toldAt }) => ({
      from: at,
      until: toldAt + 6 * MINUTE,
      by: `poller-${vendor}`,
    })),
    ...(plan.rare.stuckIndex ? [{ ...plan.rare.stuckIndex, until: plan.rare.stuckIndex.until + LOST }] : []),
    // What comes from the sweep is not handed out either, and leases grow meanwhile.
    ...(plan.rare.inFlight
      ? [{ from: plan.rare.inFlight.from, until: plan.rare.inFlight.until + LEASE_MAX + VISIBILITY }]
      : []),
    ...(plan.rare.rollout?.change === 'no connection'
      ? [{ ...plan.rare.rollout, until: plan.rare.rollout.until + CLOUD_HOLD, by: `poller-${plan.rare.rollout.of}` }]
      : []),
    ...(plan.denial
      ? [{ from: plan.denial.from, until: plan.denial.until + CLOUD_HOLD, by: `poller-${plan.denial.vendor}` }]
      : []),
  ];
};

/** All that may hold something up, by when it begins. */
export const holdsOf = (plan: Plan, troubles: readonly Trouble[]): readonly Hold[] =>
  [...planned(plan), ...troubles.flatMap(holdOf)].sort((a, b) => a.from - b.from);

/**
 * When something that is due at `due` has happened: `within` after it or, where something holds it up in that time,
 * `within` after that. `through` are the functions it goes through.
 */
export const doneBy = (holds: readonly Hold[], due: number, within: number, through: readonly string[]): number => {
  let since = due;
  for (const { from, until, by } of holds) {
    if (from > since + within) break;
    if (until > since && (by === undefined || through.includes(by))) since = until;
  }
  return since + within;
};
