/**
 * The words of a GaussDB(DWS) cluster about its tasks, and their meaning for the watch of one action.
 *
 * Sources: huaweicloudsdkdws 3.1.219, ClusterDetail: every value of `task_status` and `action_progress`, and those of
 * `status` and `sub_status` that tell of a task; ListClusterActions, `action_name` (RESTORING_FAILED,
 * SNAPSHOTTING_FAILED and FINE_GRAINED_RESTORING_FAILED). STANDY is the vendor's spelling. The marks of tasks that wait
 * for the payment of an order are our own conclusion. No page lists them.
 */

type Task = {
  /** The words for this task after it has failed. */
  readonly failed?: readonly string[];
  /** The words for this task before it begins. */
  readonly pending?: readonly string[];
  /** The words for this task while it waits for a person. */
  readonly attention?: readonly string[];
  /** The cloud may wait for the payment of an order before this task. */
  readonly isOrdered?: true;
  /** The status of the cluster after a success, when it is not AVAILABLE. */
  readonly leaves?: string;
};

const TASKS: Readonly<Record<string, Task>> = {
  CREATING: { failed: ['CREATE_FAILED', 'CREATION_FAILED'], isOrdered: true },
  DELETING: { failed: ['DELETE_FAILED'] },
  FREEZING: { leaves: 'FROZEN' },
  UNFREEZING: {},
  RESTORING: { failed: ['RESTORING_FAILED'] },
  FINE_GRAINED_RESTORING: { failed: ['FINE_GRAINED_RESTORING_FAILED'] },
  SNAPSHOTTING: { failed: ['SNAPSHOTTING_FAILED'] },
  GROWING: { failed: ['RESIZE_FAILURE'], isOrdered: true },
  REBOOTING: { failed: ['REBOOT_FAILURE'] },
  SETTING_CONFIGURATION: {},
  CONFIGURING_EXT_DATASOURCE: {},
  DELETING_EXT_DATASOURCE: {},
  ADD_CN_ING: {},
  DEL_CN_ING: {},
  CREATING_NODE: { failed: ['CREATE_NODE_FAILED'], isOrdered: true },
  DELETING_NODE: { failed: ['DELETE_NODE_FAILED'] },
  REDISTRIBUTING: {
    failed: ['REDISTRIBUTE_FAILURE', 'REDISTRIBUTION_FAILURE'],
    pending: ['WAITING_REDISTRIBUTION'],
    attention: ['REDISTRIBUTION_PAUSED'],
  },
  ELB_BINDING: { failed: ['ELB_BIND_FAILED'] },
  ELB_UNBINDING: { failed: ['ELB_UNBIND_FAILED'] },
  ELB_SWITCHING: { failed: ['ELB_SWITCHING_FAILED'] },
  NETWORK_CONFIGURING: { failed: ['NETWORK_CONFIG_FAILED'] },
  DISK_EXPANDING: { failed: ['DISK_EXPAND_FAILED'], isOrdered: true },
  ACTIVE_STANDY_SWITCHOVER: { failed: ['ACTIVE_STANDY_SWITCHOVER_FAILURE'] },
  CLUSTER_SHRINKING: { failed: ['CLUSTER_SHRINK_FAILED'] },
  SHRINK_CHECKING: { failed: ['SHRINK_CHECK_FAILED'] },
  FLAVOR_RESIZING: { failed: ['FLAVOR_RESIZING_FAILED'], isOrdered: true },
  MANAGE_IP_BINDING: { failed: ['MANAGE_IP_BIND_FAILED'] },
  DR_RECOVERING: {},
  REPAIRING: {},
};

const taskOf = (action: string): Task => (Object.hasOwn(TASKS, action) && TASKS[action]) || {};

/**
 * The words that a cluster shows while no task works on it. A word of failure stays until the next task. A
 * redistribution may wait until a person begins it.
 */
const RESTING: ReadonlySet<string> = new Set(
  Object.values(TASKS).flatMap(({ failed = [], pending = [] }) => [...failed, ...pending, 'REDISTRIBUTION_PAUSED']),
);

/** An order of the cluster that somebody has to pay. */
const ORDER = 'ORDER_PENDING';

const isListed = (word: string): boolean => Object.hasOwn(TASKS, word) || word === ORDER;

/** The meaning of a word of the cluster (in capitals) for the watch of `action`. */
export type Meaning =
  | 'under_way'
  | 'pending'
  | 'attention'
  /** Somebody has to pay an order, and it may be the order of this action. */
  | 'ordered'
  | 'failed'
  /** Another task is at work. */
  | 'busy'
  /** Another task is over or has not begun. */
  | 'rest'
  /** No page of the vendor lists this word. */
  | 'unlisted';

export const meaningOf = (word: string, action: string): Meaning => {
  const own = taskOf(action);
  if (word === action) return 'under_way';
  if (own.failed?.includes(word)) return 'failed';
  if (own.pending?.includes(word)) return 'pending';
  if (own.attention?.includes(word)) return 'attention';
  if (own.isOrdered && word === ORDER) return 'ordered';
  if (RESTING.has(word)) return 'rest';
  return isListed(word) ? 'busy' : 'unlisted';
};

/** Answers whether a word of `status` or `sub_status` is about a task. */
export const isTaskWord = (word: string): boolean => isListed(word) || RESTING.has(word);

/**
 * Answers whether a cluster has the status that `action` leaves after a success. The vendor uses both AVAILABLE and
 * ACTIVE.
 */
export const isWellAfter = (action: string, status: string): boolean =>
  status === 'AVAILABLE' || status === 'ACTIVE' || status === taskOf(action).leaves;

/**
 * The actions that ListClusterActions documents. The value is the name under which the API shows the action after a
 * failure.
 */
export const FAILURE_NAMES: Readonly<Record<string, string>> = {
  SNAPSHOTTING: 'SNAPSHOTTING_FAILED',
  GROWING: 'RESIZE_FAILURE',
  RESTORING: 'RESTORING_FAILED',
  FINE_GRAINED_RESTORING: 'FINE_GRAINED_RESTORING_FAILED',
};
