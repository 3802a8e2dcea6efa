/**
 * GaussDB(DWS) ListClusterActions and ListClusterDetails.
 *
 * Source: support.huaweicloud.com/api-dws/ListClusterActions.html; huaweicloud-sdk-go-v3 services/dws/v2
 * model_cluster_detail.go. No page documents the answer of an action's address after the action is over, or when there
 * was no action. `absence` chooses it.
 */
import type { Answer } from './answer.ts';
import type { HuaweiApi, ShownFacts } from './api.ts';
import { telling, within } from './cloud-faults.ts';
import { isIll, type Moment, type Operation, type Phase, reasonOf } from './operation.ts';
import type { Asked, Params, Responder } from './responder.ts';

/**
 * The name of each action after it has failed. Sources: action_name of ListClusterActions, and task_status of
 * ClusterDetail in huaweicloudsdkdws 3.1.219 (STANDY is the vendor's spelling).
 */
const FAILURE_NAMES: Readonly<Record<string, string>> = {
  SNAPSHOTTING: 'SNAPSHOTTING_FAILED',
  GROWING: 'RESIZE_FAILURE',
  RESTORING: 'RESTORING_FAILED',
  FINE_GRAINED_RESTORING: 'FINE_GRAINED_RESTORING_FAILED',
  REBOOTING: 'REBOOT_FAILURE',
  CREATING_NODE: 'CREATE_NODE_FAILED',
  DELETING_NODE: 'DELETE_NODE_FAILED',
  REDISTRIBUTING: 'REDISTRIBUTE_FAILURE',
  ELB_BINDING: 'ELB_BIND_FAILED',
  ELB_UNBINDING: 'ELB_UNBIND_FAILED',
  ELB_SWITCHING: 'ELB_SWITCHING_FAILED',
  NETWORK_CONFIGURING: 'NETWORK_CONFIG_FAILED',
  DISK_EXPANDING: 'DISK_EXPAND_FAILED',
  ACTIVE_STANDY_SWITCHOVER: 'ACTIVE_STANDY_SWITCHOVER_FAILURE',
  CLUSTER_SHRINKING: 'CLUSTER_SHRINK_FAILED',
  SHRINK_CHECKING: 'SHRINK_CHECK_FAILED',
  FLAVOR_RESIZING: 'FLAVOR_RESIZING_FAILED',
  MANAGE_IP_BINDING: 'MANAGE_IP_BIND_FAILED',
};

/** No failure of the others is documented: they keep their name. */
const failureName = (action: string | undefined): string => FAILURE_NAMES[action ?? ''] ?? action ?? '';

/** Whether a call asks for an operation by the name of its failure, which shows the last failure and nothing else. */
const isByFailure = ({ ids }: Operation, { action_name }: Params): boolean => ids.action_name !== action_name;

/** Some of its errors come in both of its spellings at once. */
const inTwoSpellings = (responder: Responder, status: number, code: string, message: string): Answer =>
  responder.error(status, code, message, { errCode: code, externalMessage: message });

/** "No such cluster" in the four ways terraform-provider-huaweicloud knows it. */
const NO_CLUSTER = {
  'http-404': (responder: Responder) => responder.error(404, 'DWS.3027', 'The cluster does not exist.'),
  'http-400': (responder: Responder) => responder.error(400, 'DWS.0001', 'Invalid request parameters.'),
  'http-401': (responder: Responder) =>
    inTwoSpellings(responder, 401, 'DWS.0047', 'The cluster does not exist or you have no permission on it.'),
  'http-403': (responder: Responder) =>
    inTwoSpellings(responder, 403, 'DWS.0015', 'You have no permission on the cluster.'),
};

const UNDER_WAY: ReadonlySet<Phase> = new Set<Phase>(['waiting', 'running', 'unknown', 'hidden']);

const STEP = 'Execute';

const tells = ({ operation, phase, step }: Moment): ShownFacts => {
  const action = operation.ids.action_name ?? '';
  if (!isIll(phase)) return { operationType: action };
  const why = step?.reason && `: ${step.reason.message}`;
  return {
    operationType: action,
    ...(phase === 'renamed' && { reasonCode: failureName(action) }),
    error: `Task / ${operation.type ?? STEP}${why ?? ''}`,
  };
};

/** The clock of the cloud's home without saying so: `2025-05-19 09:06:18.0`. */
const chinaTime = (at: number): string =>
  `${new Date(at + 8 * 3600_000).toISOString().slice(0, 19).replace('T', ' ')}.0`;

/** JSON inside JSON inside JSON, cheerful even when the status is FAILED: so the vendor's sample has it. */
const detail = (share: number): string => {
  const progressInfo = {
    progress: `${(share * 100).toFixed(2)}%`,
    currentStep: share < 1 ? 'EXECUTE' : 'FINISH',
    errorCode: '',
    errorMsg: share < 1 ? '' : 'CHECK:SUCCESS;PREPARE:SUCCESS;EXECUTE:SUCCESS',
  };
  return JSON.stringify({ progressInfo: JSON.stringify(progressInfo) });
};

const showAction = ({ moments, params, responder, aheadMs, absent }: Asked): Answer => {
  const moment = moments.find(
    ({ operation, phase, word }) => word !== '' || (phase === 'renamed' && isByFailure(operation, params)),
  );
  if (!moment) return absent();
  const { operation, phase, step, share, beganAt, sinceAt } = moment;
  const word = phase === 'renamed' ? 'FAILED' : moment.word;
  const begun = chinaTime(beganAt + aheadMs);
  return responder.ok({
    id: operation.serial,
    action_name: params.action_name,
    status: word,
    cluster_name: 'dws-stand-in',
    submit_time: begun,
    items: [
      {
        item_name: 'Task',
        sub_items: [
          {
            status: word,
            sub_item_name: operation.type ?? STEP,
            begin_time: begun,
            end_time: UNDER_WAY.has(phase) ? null : chinaTime(sinceAt + aheadMs),
            estimated_time: -1,
            // A reason of this very step is told in plain words.
            detail: step?.reason?.message ?? detail(isIll(phase) ? 1 : share),
          },
        ],
      },
    ],
  });
};

const progress = ({ operation, share }: Moment): [action: string, percent: string] => [
  operation.ids.action_name ?? '',
  `${Math.floor(share * 100)}%`,
];

const showCluster = ({ moments, params, responder }: Asked): Answer => {
  const [latest] = moments;
  if (!latest) return NO_CLUSTER['http-404'](responder);
  const underWay = moments.filter(({ phase }) => UNDER_WAY.has(phase));
  const busy = underWay[0]?.operation.ids.action_name;
  const hasFailed = isIll(latest.phase);
  const { code, message } = reasonOf(latest, {
    code: 'DWS.5041',
    message: 'The snapshot could not be written to OBS.',
  });
  return responder.ok({
    cluster: {
      id: params.cluster_id,
      name: 'dws-stand-in',
      status: latest.phase === 'broken' ? 'UNAVAILABLE' : 'AVAILABLE',
      sub_status: 'NORMAL',
      task_status: busy ?? (hasFailed ? failureName(latest.operation.ids.action_name) : ''),
      action_progress: Object.fromEntries(underWay.map(progress)),
      failed_reasons: hasFailed || latest.phase === 'broken' ? { error_code: code, error_msg: message } : null,
      node_type: 'dwsx2.xlarge',
      number_of_node: 3,
      version: '9.1.0',
      user_name: 'dbadmin',
      port: 8000,
      created: '2025-01-01T00:00:00',
      updated: '2025-01-01T00:00:00',
    },
  });
};

/** The step that failed stands between one that went well and one that never began. */
const threeParts = (parts: unknown): readonly object[] => {
  const [part] = parts as readonly [Readonly<Record<string, unknown>>];
  if (part.status !== 'FAILED') return [part];
  return [
    { ...part, status: 'SUCCESS', sub_item_name: 'Check', detail: 'fine' },
    { ...part, detail: 'The disk is full.' },
    { ...part, status: 'WAITING', sub_item_name: 'Clean up', detail: 'not begun' },
  ];
};

export const dws: HuaweiApi = {
  name: 'huawei-dws',
  vendor: 'huawei',
  fields: ['project_id', 'cluster_id', 'action_name'],
  states: {
    WAITING: 'waiting',
    RUNNING: 'running',
    SUCCESS: 'succeeded',
    FAILED: 'failed',
    ROLLBACK_RUNNING: 'running',
    ROLLBACK_SUCCESS: 'failed',
    ROLLBACK_FAIL: 'failed',
  },
  tells,
  mute: ['renamed', 'hidden', 'broken'],
  // biome-ignore format: a table
  timelines: {
    // Over, and simply gone; the cluster is idle again.
    gone:                [[0, 'waiting'], [0.1, 'running'], [1, 'absent']],
    // Failed, and from then on found as SNAPSHOTTING_FAILED or its like.
    renamed:             [[0, 'waiting'], [0.1, 'running'], [1, 'renamed']],
    // The action's own address never knows it, the cluster does.
    'by-cluster':        [[0, 'hidden'], [1, 'absent']],
    'by-cluster-failed': [[0, 'hidden'], [1, 'renamed']],
    'gone-and-broken':   [[0, 'running'], [1, 'broken']],
    'rolls-back':        [[0, 'waiting'], [0.1, 'running'], [0.6, '=ROLLBACK_RUNNING'], [1, '=ROLLBACK_SUCCESS']],
  },
  faults: {
    // The possible names of a failure, and the possible answers without the action.
    'odd-word': telling((body) => (body.status === 'FAILED' ? { ...body, status: 'FAIL' } : body)),
    'no-time': telling(({ submit_time: _, ...body }) => body),
    'of-another': telling((body) =>
      'action_name' in body ? { ...body, action_name: 'GROWING', status: 'SUCCESS' } : body,
    ),
    'another-cluster': within('cluster', () => ({ id: '00000000-0000-0000-0000-000000000000' })),
    // An order of the cluster waits for somebody to pay it.
    'order-pending': within('cluster', () => ({ task_status: 'ORDER_PENDING', action_progress: {} })),
    'three-parts': within('items', ({ sub_items }) => ({ sub_items: threeParts(sub_items) })),
  },
  absences: {
    empty: (responder) => ({ ...responder.ok({}), body: '' }),
    wordless: (responder, { action_name }) => responder.ok({ id: null, action_name, items: [] }),
    'in-200': (responder) => responder.error(200, 'DWS.9999', 'The action does not exist.'),
    ...NO_CLUSTER,
  },
  calls: [
    {
      action: 'ListClusterActions',
      path: '/v1/{project_id}/clusters/{cluster_id}/actions/{action_name}',
      concerns: ({ ids }, { project_id, cluster_id, action_name }) =>
        ids.project_id === project_id &&
        ids.cluster_id === cluster_id &&
        (ids.action_name === action_name || failureName(ids.action_name) === action_name),
      shows: ({ phase }, operation, params) => !isByFailure(operation, params) || phase === 'renamed',
      answer: showAction,
    },
    {
      action: 'ListClusterDetails',
      path: '/v1.0/{project_id}/clusters/{cluster_id}',
      concerns: ({ ids }, { project_id, cluster_id }) => ids.project_id === project_id && ids.cluster_id === cluster_id,
      // The cluster's own state decides when the address of the action leaves the end open.
      isCurrent: true,
      answer: showCluster,
    },
  ],
};
