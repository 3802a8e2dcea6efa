/**
 * Reads the tasks of a GaussDB(DWS) cluster (ListClusterActions, v1).
 *
 * An action has no id, only a name. No page says how the API shows an action that is over. An action that fails
 * continues under another name. So a look asks up to three times: for the action, for its failure name, and for the
 * cluster as a second witness.
 */
import * as v from 'valibot';
import type { Cloud } from '../clouds/cloud.ts';
import { capitals, given, trimmed } from '../clouds/fields.ts';
import { type Action, actionNamed, clusterAt } from '../clouds/huawei-dws.ts';
import {
  BELIEVES_BACK_MS,
  isUntimed,
  markOf,
  runOf,
  tieOver,
  tieUnderWay,
  wasUnderWay,
} from '../clouds/huawei-dws-run.ts';
import { FAILURE_NAMES } from '../clouds/huawei-dws-tasks.ts';
import { byCluster, described, type Shown } from '../clouds/huawei-dws-witness.ts';
import { stampOf } from '../clouds/stamp.ts';
import type { Ask, Facts, Memo, Observation } from '../core/observation.ts';
import { sentence } from '../core/sentences.ts';
import { region, segment } from './kit/operation.ts';
import { byClockOf } from './kit/run.ts';
import { orThrow, sequentially } from './kit/sequentially.ts';
import { absentBy, mustBeAbout, type States, sightOf } from './kit/sight.ts';
import type { Provider } from './provider.ts';

const Operation = v.strictObject({
  region: region('region'),
  project_id: segment('project_id'),
  cluster_id: segment('cluster_id'),
  action_name: v.pipe(
    v.string(sentence('field_string', { name: 'action_name' })),
    v.trim(),
    v.toUpperCase(),
    v.regex(/^[A-Z][A-Z_]{0,63}$/, sentence('field_action', { name: 'action_name' })),
  ),
  submit_time: v.optional(
    v.pipe(
      v.string(sentence('field_string', { name: 'submit_time' })),
      v.regex(
        /^\s*\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?\s*$/,
        sentence('field_time', { name: 'submit_time', words: '2025-05-19 09:06:18.0' }),
      ),
      v.transform((time) => stampOf(time)?.text ?? time),
    ),
  ),
});
type DwsOperation = v.InferOutput<typeof Operation>;
type DwsAsk = Ask<DwsOperation>;

/**
 * The meaning of the words in a failed action's answer. An action that rolls back has failed already, and it is over
 * after the rollback. The vendor really writes ROLLBACK_FAIL, without ED.
 */
const FAILURE_STATES: States = {
  RUNNING: 'running',
  WAITING: 'running',
  ROLLBACK_RUNNING: 'running',
  FAILED: 'failed',
  ROLLBACK_SUCCESS: 'failed',
  ROLLBACK_FAIL: 'failed',
};

/** The words of status. Source: support.huaweicloud.com, api-dws, ListClusterActions (Chinese page of 2025-12-25). */
const STATES: States = { ...FAILURE_STATES, SUCCESS: 'succeeded' };

const statusOf = (states: States, { status }: Action) => {
  const word = capitals(trimmed(status ?? ''));
  return Object.hasOwn(states, word) ? states[word] : undefined;
};

const isOver = (status: string | undefined): boolean => status === 'succeeded' || status === 'failed';

type Seen = Observation & { kind: 'seen' };

/**
 * Returns the observation of the watched run from the action that the API shows under its own name or its failure name.
 */
const sightBy = (states: States, { action, tie }: Shown, ask: DwsAsk): Seen => {
  const name = ask.operation.action_name;
  const { held: _, ...memo } = ask.memo;
  const submitTime = action.submitted?.text;
  const sight = sightOf(states, 'status', action.status, { memo: { ...memo, ...given({ submitTime }) } });
  const isFailed = sight.status === 'failed';
  const isUntied = isOver(sight.status) && tie !== 'this';
  return {
    ...sight,
    facts: given({
      operationType: name,
      reasonCode: isFailed ? (action.failing.code ?? (action.name === name ? undefined : action.name)) : undefined,
      error: isFailed ? action.failing.error : undefined,
      requestId: action.requestId,
    }) satisfies Facts,
    ...given({
      run: runOf(ask, action.submitted),
      progress: isOver(sight.status) ? undefined : action.progress,
      evidence: isUntied ? ('untied' as const) : undefined,
      note: isUntied ? sentence('dws_untied', { shown: described(action) }) : undefined,
    }),
  };
};

const shownAs = (action: Action, ask: DwsAsk, now: number): Shown => ({
  action,
  tie: isOver(statusOf(STATES, action))
    ? tieOver(action.submitted, ask, 'endBefore', now)
    : tieUnderWay(action.submitted, ask),
});

/**
 * Answers whether the API shows the watched run. An end without a time may belong to another run. It counts for the
 * watched run only after a look saw the watched run under way.
 */
const isWatched = ({ tie }: Shown, ask: DwsAsk): boolean =>
  tie === 'this' || tie === 'likely' || (tie === 'unknown' && wasUnderWay(ask));

const notIt = (shows: string, { requestId }: Action, more: Pick<Absence, 'waits' | 'forgotten'>): Absence => ({
  kind: 'absent',
  shows,
  ...more,
  ...given({ requestId }),
});
type Absence = Observation & { kind: 'absent' };

/**
 * Returns the memo of a first look. It marks the runs that are already over, because later looks must recognize them.
 */
const remembered = ({ memo, seen }: DwsAsk, own: Shown | undefined, failure: Action | undefined): Memo =>
  seen || memo.failureBefore !== undefined
    ? memo
    : { ...memo, endBefore: markOf(own?.action), failureBefore: markOf(failure) };

type Witness = (ask: DwsAsk) => ReturnType<typeof clusterAt>;

const lookAt = async (asked: DwsAsk, cloud: Cloud, witness: Witness): Promise<Observation> => {
  const ask = byClockOf(cloud, asked);
  const { operation } = ask;
  const { action_name: name } = operation;
  const first = await actionNamed(name, operation, cloud);
  const own = first?.name === name ? shownAs(first, ask, cloud.now + cloud.skewMs) : undefined;
  const sight = own && isWatched(own, ask) ? sightBy(STATES, own, ask) : undefined;
  // A look saw this run without a time. It may have failed since, and the API may now show the next run. The failure
  // name tells.
  if (sight && !isUntimed(ask)) return sight;
  if (own && !sight && !isOver(statusOf(STATES, own.action)) && own.tie !== 'other') {
    return notIt(sentence('dws_earlier', { shown: described(own.action) }), own.action, { waits: true });
  }

  const failureName = FAILURE_NAMES[name];
  const found = first && !own ? first : failureName && (await actionNamed(failureName, operation, cloud));
  const failure = found
    ? { action: found, tie: tieOver(found.submitted, ask, 'failureBefore', cloud.now + cloud.skewMs) }
    : undefined;
  const isOurs = failure !== undefined && isWatched(failure, ask);
  if (isOurs && statusOf(FAILURE_STATES, failure.action) !== undefined) return sightBy(FAILURE_STATES, failure, ask);
  if (sight && !isOurs) return sight;
  const other = [own, failure].find((shown) => shown?.tie === 'other');
  if (other && !isOurs) {
    const shows = sentence('dws_other_run', { shown: described(other.action) });
    return notIt(shows, other.action, { forgotten: true });
  }

  const memo = remembered(ask, own, failure?.action);
  const cluster = await witness(ask);
  if ('words' in cluster) return { ...absentBy(cluster.words), memo };
  mustBeAbout({ cluster_id: operation.cluster_id }, { cluster_id: cluster.id }, cluster.requestId);
  return byCluster(cluster, ask, { own, failure: isOurs ? { ...failure, tie: 'this' } : failure, memo });
};

export const huaweiDws: Provider<DwsOperation> = {
  traits: {
    name: 'huawei-dws',
    vendor: 'huawei',
    operation: Operation,
    typeOf: ({ action_name }) => action_name,
    graceMs: 5 * 60_000,
    missesUntilLost: 5,
    // A submission with a submit time names one run for all time.
    namesRecur: ({ submit_time }) => submit_time === undefined,
    believesBackMs: BELIEVES_BACK_MS,
    console: ({ region }) => `https://console.huaweicloud.com/dws/?region=${region}`,
    together: ({ region, project_id, cluster_id }) => `${region} ${project_id} ${cluster_id}`,
  },
  look: async (asks, cloud) => {
    let cluster: ReturnType<typeof clusterAt> | undefined;
    const witness: Witness = ({ operation }) => {
      cluster ??= clusterAt(operation, cloud);
      return cluster;
    };
    return orThrow(await sequentially(asks, (ask) => lookAt(ask, cloud, witness)));
  },
};
