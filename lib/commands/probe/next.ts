/** Tells the next steps of opwatch after this look. It calls the same functions as the poller. Pure. */
import type { Config } from '../../config/config.ts';
import { lookPolicyOf } from '../../config/look-policy.ts';
import { decide } from '../../core/decide.ts';
import { LookError, NotAllowed, Refused, Throttled } from '../../core/errors.ts';
import type { Observation } from '../../core/observation.ts';
import { openPacing, throttled } from '../../core/pacing.ts';
import { REFUSED_PAUSE_MS } from '../../core/refusals.ts';
import { isOver, type LookPolicy, type Watch } from '../../core/watch.ts';
import type { Look } from './look.ts';
import { span } from './span.ts';

export const nextOf = (look: Look, config: Config): string[] => {
  const { outcome, connection } = look;
  if (outcome instanceof Refused) return afterRefusal(connection.name);
  if (outcome instanceof Throttled) return afterThrottling(outcome, look);
  const watch = watchOf(look);
  const policy = lookPolicyOf(watch, config);
  if (!(outcome instanceof LookError)) return afterObservation(watch, outcome, look.at, policy);

  const next = decide(watch, { kind: 'unanswered', error: outcome }, look.at, policy);
  const grant = outcome instanceof NotAllowed ? ['docs/providers.md has the permissions to grant'] : [];
  return [
    `looks again in ${span(next.nextLookAt - look.at)}, then less often, up to five minutes apart, until the deadline`,
    'the watch says so meanwhile (trouble)',
    ...grant,
  ];
};

const afterRefusal = (connection: string): string[] => [
  `rests connection ${connection} for ${span(REFUSED_PAUSE_MS)} and reports it once: no watch of it is looked at`,
  'then tries one look with freshly read credentials; all go on when it is answered',
];

const afterThrottling = ({ afterMs = 0 }: Throttled, { connection, at }: Look): string[] => {
  const { pace, pausedUntil } = throttled(openPacing, at, afterMs);
  const { name, callsPerSecond } = connection;
  return [
    `slows connection ${name} down to ${pace * callsPerSecond} calls a second, and speeds up again step by step`,
    ...(pausedUntil > at ? [`rests it for ${span(pausedUntil - at)} first, as the cloud asks`] : []),
  ];
};

const afterObservation = (watch: Watch, observation: Observation, at: number, policy: LookPolicy): string[] => {
  const next = decide(watch, observation, at, policy);
  const news = next.owed.length > 0 ? ', and its targets are told' : '';
  const lines = [`the watch is ${next.status}${news}`];
  if (!isOver(next.status)) lines.push(`looks again in ${span(next.nextLookAt - at)}`);
  if (observation.kind !== 'absent' || isOver(next.status)) return lines;
  const later =
    watch.seenAt === undefined ? `${span(policy.graceMs)} from now` : `after ${policy.missesUntilLost} looks`;
  return [...lines, `is this still so ${later}, the watch is lost, and its targets are told`];
};

/** Returns a watch that begins at the time of the look. */
const watchOf = ({ submission, at, ask }: Look): Watch => ({
  id: 'w_probe',
  tenant: 'probe',
  provider: submission.provider.traits.name,
  connection: submission.connection,
  operation: submission.operation,
  generation: 1,
  labels: {},
  notify: [],
  submittedAt: at,
  deadline: submission.deadline,
  status: 'pending',
  facts: {},
  memo: {},
  ...(ask.seen && { seenAt: at }),
  misses: 0,
  history: [],
  looks: 0,
  nextLookAt: at,
  owed: [],
});
