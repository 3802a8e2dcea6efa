/**
 * GaussDB(DWS) cluster tasks (ListClusterActions, v1).
 *
 * An action has no id, only a name. What the API shows of one that is over is documented nowhere, and one that fails goes
 * on under another name. So up to three are asked: the action, its failure name, and the cluster as a second witness.
 */
import * as v from 'valibot';
import { capitals, given, percent } from '../clouds/fields.ts';
import { type Action, actionNamed, type Cluster, clusterAt } from '../clouds/huawei-dws.ts';
import { inTurn, orThrow } from './kit/in-turn.ts';
import { region, segment } from './kit/operation.ts';
import { absentBy, type States, sightOf } from './kit/sight.ts';
import type { Ask, Cloud, Facts, Memo, Observation, Provider } from './provider.ts';

const Operation = v.strictObject({
  region: region('region'),
  project_id: segment('project_id'),
  cluster_id: segment('cluster_id'),
  action_name: v.pipe(
    v.string('action_name must be a string'),
    v.trim(),
    v.toUpperCase(),
    v.regex(/^[A-Z][A-Z_]{0,63}$/, 'action_name must be the name of an action, such as SNAPSHOTTING'),
  ),
});
type DwsOperation = v.InferOutput<typeof Operation>;

/** An action that rolls back has failed already, and is over once it has rolled back. FAIL is no slip for FAILED. */
const FAILURE_STATES: States = {
  RUNNING: 'running',
  WAITING: 'running',
  ROLLBACK_RUNNING: 'running',
  FAILED: 'failed',
  ROLLBACK_SUCCESS: 'failed',
  ROLLBACK_FAIL: 'failed',
};

/** status. Source: support.huaweicloud.com, api-dws, ListClusterActions (Chinese page of 2025-12-25). */
const STATES: States = { ...FAILURE_STATES, SUCCESS: 'succeeded' };

/** What an action is called once it has failed (the same page). */
const FAILURE_NAMES: Readonly<Record<string, string>> = {
  SNAPSHOTTING: 'SNAPSHOTTING_FAILED',
  GROWING: 'RESIZE_FAILURE',
  RESTORING: 'RESTORING_FAILED',
  FINE_GRAINED_RESTORING: 'FINE_GRAINED_RESTORING_FAILED',
};

/** A cluster that is well; both words are in use. */
const HEALTHY = /^(AVAILABLE|ACTIVE)$/;

const sightOfAction = (states: States, { status, ...told }: Action, name: string, memo: Memo) => {
  const sight = sightOf(states, 'status', status, { memo });
  const failed = sight.status === 'failed';
  const facts: Facts = given({
    operationType: name,
    reasonCode: failed && told.name !== name ? told.name : undefined,
    error: failed ? told.detail : undefined,
    requestId: told.requestId,
  });
  return { ...sight, facts, ...(sight.status === 'running' && given({ progress: told.progress })) };
};

/** Tells one run that failed from another. */
const stampOf = (failure: Action | undefined): string =>
  failure === undefined ? 'none' : (failure.submitTime ?? 'untimed');

/**
 * Whether a failure is of the run that is watched, not left over from an earlier one: it was not there at the first look,
 * or the run was seen and the failure was not submitted before it.
 */
const isOfThisRun = (failure: Action, { seen, memo }: Ask<DwsOperation>): boolean => {
  if (memo.failureBefore !== undefined) return stampOf(failure) !== memo.failureBefore;
  const { submitTime } = memo;
  return seen && (submitTime === undefined || (failure.submitTime ?? submitTime) >= submitTime);
};

/** What the cluster tells of an action that the API shows no more, or not yet. */
const byCluster = (cluster: Cluster, ask: Ask<DwsOperation>, left: Action | undefined, memo: Memo): Observation => {
  const name = ask.operation.action_name;
  const { status, tasks, requestId } = cluster;
  const taskNamed = (wanted: string | undefined) => tasks.find((word) => capitals(word) === wanted);
  const facts: Facts = { operationType: name, ...given({ requestId }) };
  const told = { kind: 'seen', known: true, facts, memo } as const;

  const underWay = taskNamed(name);
  if (underWay !== undefined) {
    const done = percent(cluster.progress[underWay]);
    return { ...told, status: 'running', word: underWay, ...(done !== undefined && { progress: { percent: done } }) };
  }
  if (ask.seen) {
    const failure = taskNamed(FAILURE_NAMES[name]);
    const inferred = { ...told, evidence: 'inferred' } as const;
    if (failure !== undefined) {
      return { ...inferred, status: 'failed', word: failure, facts: { ...facts, ...cluster.reason } };
    }
    const [busyWith] = tasks;
    // Whether this one went well shows when the cluster has come to rest from the next.
    if (busyWith !== undefined) return { ...told, status: 'running', word: busyWith };
    if (HEALTHY.test(capitals(status))) return { ...inferred, status: 'succeeded', word: status };
  }
  const old = left ? `, ${left.name} of ${left.submitTime ?? 'no time'} is older` : '';
  const shows = `no action ${name}${old}; the cluster is ${status}, tasks: ${tasks.join(', ') || 'none'}`;
  return { kind: 'absent', shows, memo, ...given({ requestId }) };
};

type Witness = (ask: Ask<DwsOperation>) => ReturnType<typeof clusterAt>;

const lookAt = async (ask: Ask<DwsOperation>, cloud: Cloud, witness: Witness): Promise<Observation> => {
  const name = ask.operation.action_name;
  const failureName = FAILURE_NAMES[name];
  const action = await actionNamed(name, ask.operation, cloud);
  if (action?.name === name) {
    return sightOfAction(STATES, action, name, { ...ask.memo, ...given({ submitTime: action.submitTime }) });
  }

  let memo = ask.memo;
  let failure: Action | undefined;
  if (failureName !== undefined) {
    const shown = action?.name === failureName ? action : await actionNamed(failureName, ask.operation, cloud);
    failure = shown?.name === failureName ? shown : undefined;
    if (!ask.seen && memo.failureBefore === undefined) memo = { ...memo, failureBefore: stampOf(failure) };
  }
  if (failure && isOfThisRun(failure, ask)) {
    const sight = sightOfAction(FAILURE_STATES, failure, name, memo);
    if (sight.known) return sight;
  }
  const cluster = await witness(ask);
  return 'words' in cluster ? { ...absentBy(cluster.words), memo } : byCluster(cluster, ask, failure, memo);
};

export const huaweiDws: Provider<DwsOperation> = {
  traits: {
    name: 'huawei-dws',
    vendor: 'huawei',
    operation: Operation,
    typeOf: ({ action_name }) => action_name,
    graceMs: 5 * 60_000,
    missesUntilLost: 5,
    namesRecur: () => true,
    console: ({ region }) => `https://console.huaweicloud.com/dws/?region=${region}`,
    together: ({ region, project_id, cluster_id }) => `${region} ${project_id} ${cluster_id}`,
  },
  look: async (asks, cloud) => {
    let cluster: ReturnType<typeof clusterAt> | undefined;
    const witness: Witness = ({ operation }) => {
      cluster ??= clusterAt(operation, cloud);
      return cluster;
    };
    return orThrow(await inTurn(asks, (ask) => lookAt(ask, cloud, witness)));
  },
};
