import type { Watch } from '../../lib/core/watch.ts';
import { providerNamed } from '../../lib/providers/index.ts';
import type { Script } from '../world/scripts.ts';
import { isEnd } from '../world/statements.ts';
import { type Case, CLOUD_WORDS, lateBy, NAMED, operationOf, providerOf, type Rule, toldOf } from './case.ts';
import type { Plan } from './plan.ts';
import { MINUTE, SECOND } from './time.ts';
import { doneBy, type Hold, holdsOf } from './troubles.ts';

/** An interval in which a cloud says one thing. */
type Period = { readonly from: number; readonly until: number; readonly state: Script[number]['state'] };

const periodsOf = (script: Script): Period[] =>
  script
    .filter(({ run = 0 }) => run >= 0)
    .map(({ at, state }, i, all) => ({ from: at, until: all[i + 1]?.at ?? Number.POSITIVE_INFINITY, state }));

/** The longest gap between two looks at an operation of this age. */
const gapAt = (ageMs: number): number =>
  Math.max(5 * SECOND, Math.min(2 * Math.sqrt(Math.max(ageMs, 0) / SECOND) * SECOND, 5 * MINUTE));

/** How long DWS may not show an action yet. */
const GRACE = 5 * MINUTE;

/** How much longer the calls of a lane may take that all watches of a vendor are in. */
const laneSlack = ({ callsPerSecond, rare: { rollout } }: Plan): number =>
  callsPerSecond >= 1 && rollout?.change !== 'another rate' ? 15 * SECOND : 10 * MINUTE;

const functionsFor = (watch: Watch): string[] => [
  `poller-${providerOf(watch).split('-')[0]}`,
  'sweep',
  'trigger',
  'api',
];

/** When a state that a cloud tells from `from` on has been seen `looks` times. */
const seenBy = (watch: Watch, from: number, looks: number, plan: Plan, holds: readonly Hold[]): number => {
  // Some clouds tell when it began, and the gaps grow with its age.
  const begunAt = Math.min(watch.submittedAt, operationOf(plan, watch).script[0]?.at ?? watch.submittedAt);
  let at = Math.max(from, watch.submittedAt);
  for (let i = 0; i < looks; i += 1) {
    const within = gapAt(at - begunAt) * 1.1 + laneSlack(plan) + 2 * lateBy(plan);
    at = doneBy(holds, at, within, functionsFor(watch));
  }
  return at;
};

/** Looks that it takes: an end that cannot be believed counts as missing, and it is lost when several looks have missed it. */
const looksFor = ({ provider, status }: Watch): number =>
  status === 'lost' && NAMED.has(provider) ? (providerNamed(provider)?.traits.missesUntilLost ?? 1) : 1;

/** Whether an answer brought an end to a function that could make something of it: a replica that lags tells of an earlier time. */
const wasHeard = (run: Case, watch: Watch, from: number, to: number): boolean =>
  toldOf(run, watch).some(
    ({ at, heardAt = at, asker, told }) =>
      at >= from && heardAt <= to && isEnd(told.state) && !(asker && run.evidence.troubled.has(asker)),
  );

/** By a clock that is ahead a lease runs for longer, and a message that is lost meanwhile is missed when that lease has lapsed. */
const withLeasesOf = ({ id }: Watch, holds: readonly Hold[], { evidence, plan }: Case): readonly Hold[] => {
  const leases = evidence.leases.get(id) ?? [];
  if (!plan.rare.clock) return holds;
  return holds.map((hold) => {
    const inForce = leases.filter(({ at }, i) => at <= hold.until && (leases[i + 1]?.at ?? hold.from) >= hold.from);
    return { ...hold, until: Math.max(hold.until, ...inForce.map(({ until }) => until + 5 * MINUTE)) };
  });
};

/**
 * A sweep that meets trouble once it has renewed a lease may send no message for it. That is missed when this lease has
 * lapsed: half a day later, where leases have grown while nobody received messages.
 */
const unsentTo = ({ id }: Watch, { evidence }: Case): readonly Hold[] =>
  (evidence.leases.get(id) ?? [])
    .filter(({ by }) => by?.name === 'sweep' && (evidence.troubled.has(by) || by.death !== undefined))
    .map(({ at, until }) => ({ from: at, until: until + 5 * MINUTE, by: 'sweep' }));

export const checkPunctuality: Rule = (run) => {
  const { plan, evidence } = run;
  const holds = holdsOf(plan, evidence.troubles);
  for (const { watch, overAt = Number.POSITIVE_INFINITY } of evidence.watches.values()) {
    const { script } = operationOf(plan, watch);
    const held = [...withLeasesOf(watch, holds, run), ...unsentTo(watch, run)].sort((a, b) => a.from - b.from);
    for (const { from, until, state } of periodsOf(script)) {
      if (!isEnd(state) || from > overAt) continue;
      // What is over before it was seen looks like something else of that name: it is waited for, from when nothing else goes on.
      const isWaitedFor = NAMED.has(watch.provider) && watch.seenAt === undefined;
      const since = isWaitedFor ? Math.max(from, watch.submittedAt) + GRACE : from;
      const by = seenBy(watch, since, looksFor(watch), plan, held);
      // It was there for too short a time, or came too late for this watch.
      if (by >= until || by >= watch.deadline) continue;
      evidence.expect(
        overAt <= by,
        () =>
          `known ${Math.round((overAt - by) / SECOND)} s too late: ${watch.id} (${watch.provider} ${state} as ${watch.status})`,
      );
      if (watch.status === 'stopped' || overAt < from) break;
      // Whether such an end is believed, and whether it is lost for a good reason, is for another rule to say.
      const isUntold = NAMED.has(watch.provider) || !wasHeard(run, watch, from, overAt);
      const isTold = CLOUD_WORDS.includes(watch.status) || (watch.status === 'lost' && isUntold);
      evidence.expect(
        isTold,
        () =>
          `the cloud told ${state}, and the watch is ${watch.status}: ${watch.id} (${watch.provider}; ${watch.note})`,
      );
      break;
    }
  }
};
