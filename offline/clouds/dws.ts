import type { Answer } from './answer.ts';
import type { HuaweiApi } from './api.ts';
import type { Asked, Door } from './door.ts';
import type { Moment, Phase } from './operation.ts';
import { telling, within } from './scenarios.ts';

/**
 * What an action is called once it has failed. Sources: action_name of ListClusterActions, and task_status of ClusterDetail in
 * huaweicloudsdkdws 3.1.219 (STANDY is the vendor's spelling).
 */
const failureNames: Readonly<Record<string, string>> = {
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
const failureName = (action: string | undefined): string => failureNames[action ?? ''] ?? action ?? '';

/** "No such cluster" in the four ways terraform-provider-huaweicloud knows it. */
const noCluster = {
  'http-404': (door: Door) => door.error(404, 'DWS.3027', 'The cluster does not exist.'),
  'http-400': (door: Door) => door.error(400, 'DWS.0001', 'Invalid request parameters.'),
  'http-401': (door: Door) =>
    inTwoSpellings(door, 401, 'DWS.0047', 'The cluster does not exist or you have no permission on it.'),
  'http-403': (door: Door) => inTwoSpellings(door, 403, 'DWS.0015', 'You have no permission on the cluster.'),
};

const UNDER_WAY: ReadonlySet<Phase> = new Set<Phase>(['waiting', 'running', 'unknown', 'hidden']);

/**
 * GaussDB(DWS) ListClusterActions and ListClusterDetails.
 * Source: support.huaweicloud.com/api-dws/ListClusterActions.html; huaweicloud-sdk-go-v3 services/dws/v2 model_cluster_detail.go.
 * What the action's address answers once the action is over or was never there is documented nowhere: `absence` chooses.
 */
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
    // What a failure may be called, and how an answer may miss the action.
    'odd-word': telling((body) => (body.status === 'FAILED' ? { ...body, status: 'FAIL' } : body)),
    'no-time': telling(({ submit_time: _, ...body }) => body),
    'of-another': telling((body) =>
      'action_name' in body ? { ...body, action_name: 'GROWING', status: 'SUCCESS' } : body,
    ),
    'another-cluster': within('cluster', () => ({ id: '00000000-0000-0000-0000-000000000000' })),
    // An order of the cluster waits for somebody to pay it.
    'order-pending': within('cluster', () => ({ task_status: 'ORDER_PENDING', action_progress: {} })),
    // The step that failed stands between one that went well and one that never began.
    'three-parts': within('items', ({ sub_items }) => ({ sub_items: threeParts(sub_items) })),
  },
  absences: {
    empty: (door) => ({ ...door.ok({}), body: '' }),
    wordless: (door, { action_name }) => door.ok({ id: null, action_name, items: [] }),
    'in-200': (door) => door.error(200, 'DWS.9999', 'The action does not exist.'),
    ...noCluster,
  },
  calls: [
    {
      action: 'ListClusterActions',
      path: '/v1/{project_id}/clusters/{cluster_id}/actions/{action_name}',
      concerns: ({ ids }, { project_id, cluster_id, action_name }) =>
        ids.project_id === project_id &&
        ids.cluster_id === cluster_id &&
        (ids.action_name === action_name || failureName(ids.action_name) === action_name),
      answer: showAction,
    },
    {
      action: 'ListClusterDetails',
      path: '/v1.0/{project_id}/clusters/{cluster_id}',
      concerns: ({ ids }, { project_id, cluster_id }) => ids.project_id === project_id && ids.cluster_id === cluster_id,
      answer: showCluster,
    },
  ],
};

function showAction({ moments, params, door, absent }: Asked): Answer {
  const moment = moments.find(({ operation, phase, word }) =>
    operation.ids.action_name === params.action_name ? word !== '' : phase === 'renamed',
  );
  if (!moment) return absent();
  const { operation, phase, share, sinceAt } = moment;
  const failed = phase === 'renamed' || phase === 'failed';
  const word = phase === 'renamed' ? 'FAILED' : moment.word;
  return door.ok({
    id: operation.serial,
    action_name: params.action_name,
    status: word,
    cluster_name: 'dws-stand-in',
    submit_time: chinaTime(operation.beganAt),
    items: [
      {
        item_name: 'Task',
        sub_items: [
          {
            status: word,
            sub_item_name: operation.type ?? 'Execute',
            begin_time: chinaTime(operation.beganAt),
            end_time: UNDER_WAY.has(phase) ? null : chinaTime(sinceAt),
            estimated_time: -1,
            detail: detail(failed ? 1 : share),
          },
        ],
      },
    ],
  });
}

function showCluster({ moments, params, door }: Asked): Answer {
  const [latest] = moments;
  if (!latest) return noCluster['http-404'](door);
  const underWay = moments.filter(({ phase }) => UNDER_WAY.has(phase));
  const busy = underWay[0]?.operation.ids.action_name;
  const failed = latest.phase === 'renamed' || latest.phase === 'failed';
  const { code, message } = latest.operation.reason ?? {
    code: 'DWS.5041',
    message: 'The snapshot could not be written to OBS.',
  };
  const ill = failed || latest.phase === 'broken';
  return door.ok({
    cluster: {
      id: params.cluster_id,
      name: 'dws-stand-in',
      status: latest.phase === 'broken' ? 'UNAVAILABLE' : 'AVAILABLE',
      sub_status: 'NORMAL',
      task_status: busy ?? (failed ? failureName(latest.operation.ids.action_name) : ''),
      action_progress: Object.fromEntries(underWay.map(progress)),
      failed_reasons: ill ? { error_code: code, error_msg: message } : null,
      node_type: 'dwsx2.xlarge',
      number_of_node: 3,
      version: '9.1.0',
      user_name: 'dbadmin',
      port: 8000,
      created: '2025-01-01T00:00:00',
      updated: '2025-01-01T00:00:00',
    },
  });
}

function progress({ operation, share }: Moment): [action: string, percent: string] {
  return [operation.ids.action_name ?? '', `${Math.floor(share * 100)}%`];
}

/** JSON inside JSON inside JSON, cheerful even when the status is FAILED: so the vendor's sample has it. */
function detail(share: number): string {
  const progressInfo = {
    progress: `${(share * 100).toFixed(2)}%`,
    currentStep: share < 1 ? 'EXECUTE' : 'FINISH',
    errorCode: '',
    errorMsg: share < 1 ? '' : 'CHECK:SUCCESS;PREPARE:SUCCESS;EXECUTE:SUCCESS',
  };
  return JSON.stringify({ progressInfo: JSON.stringify(progressInfo) });
}

function threeParts(parts: unknown): readonly object[] {
  const [part] = parts as readonly [Readonly<Record<string, unknown>>];
  if (part.status !== 'FAILED') return [part];
  return [
    { ...part, status: 'SUCCESS', sub_item_name: 'Check', detail: 'fine' },
    { ...part, detail: 'The disk is full.' },
    { ...part, status: 'WAITING', sub_item_name: 'Clean up', detail: 'not begun' },
  ];
}

/** The clock of the cloud's home without saying so: `2025-05-19 09:06:18.0`. */
function chinaTime(at: number): string {
  return `${new Date(at + 8 * 3600_000).toISOString().slice(0, 19).replace('T', ' ')}.0`;
}

/** Some of its errors come in both of its spellings at once. */
function inTwoSpellings(door: Door, status: number, code: string, message: string): Answer {
  return door.error(status, code, message, { errCode: code, externalMessage: message });
}
