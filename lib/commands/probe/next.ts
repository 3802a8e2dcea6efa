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
  const grant = outcome instanceof NotAllowed ? ['docs/providers.md lists the permissions to grant'] : [];
  return [
    `opwatch looks again in ${span(next.nextLookAt - look.at)}, then less often (up to five minutes apart), until the deadline`,
    'meanwhile the watch shows the fault (trouble)',
    ...grant,
  ];
};

const afterRefusal = (connection: string): string[] => [
  `opwatch makes no calls on connection ${connection} for ${span(REFUSED_PAUSE_MS)}, and reports the refusal once`,
  'then opwatch reads the credentials again and tries one look; if the cloud answers it, all watches continue',
];

const afterThrottling = ({ afterMs = 0 }: Throttled, { connection, at }: Look): string[] => {
  const { pace, pausedUntil } = throttled(openPacing, at, afterMs);
  const { name, callsPerSecond } = connection;
  return [
    `opwatch slows connection ${name} down to ${pace * callsPerSecond} calls a second, and speeds up again step by step`,
    ...(pausedUntil > at
      ? [`before that, opwatch makes no calls for ${span(pausedUntil - at)}, as the cloud asks`]
      : []),
  ];
};

const afterObservation = (watch: Watch, observation: Observation, at: number, policy: LookPolicy): string[] => {
  const next = decide(watch, observation, at, policy);
  const news = next.owed.length > 0 ? ', and opwatch tells its targets' : '';
  const lines = [`the watch is ${next.status}${news}`];
  if (!isOver(next.status)) lines.push(`opwatch looks again in ${span(next.nextLookAt - at)}`);
  if (observation.kind !== 'absent' || isOver(next.status)) return lines;
  const later =
    watch.seenAt === undefined ? `${span(policy.graceMs)} from now` : `after ${policy.missesUntilLost} looks`;
  return [...lines, `if this is still so ${later}, the watch is lost, and opwatch tells its targets`];
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
