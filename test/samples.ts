/** Watches and operations as tests need them: valid, small, and the same everywhere. */
import type { Announced } from '../lib/core/event.ts';
import type { Owed, Watch } from '../lib/core/watch.ts';

export const T0 = Date.UTC(2026, 0, 5, 8);
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** One operation of each API, in its cloud's own names. */
export const OPERATIONS = {
  'aliyun-emr': { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe6a4c', OperationId: 'op-13c37a77c505' },
  'aliyun-ehpc': { RegionId: 'cn-hangzhou', ClusterId: 'ehpc-hz-FYUr32', TaskId: 'F2D5-8A31' },
  'aliyun-bpstudio': { OperationId: '1f1e2c3d' },
  'huawei-modelarts': { region: 'cn-north-4', project_id: '89cd04f1', id: '28d1dcb4', operation_id: '6e1fe2a1' },
  'huawei-dws': { region: 'cn-north-4', project_id: '89cd04f1', cluster_id: '7d85f602', action_name: 'SNAPSHOTTING' },
} as const;

export const watchWith = (more: Partial<Watch> = {}): Watch => ({
  id: 'w_sample',
  tenant: 'default',
  provider: 'aliyun-emr',
  connection: 'aliyun',
  operation: OPERATIONS['aliyun-emr'],
  generation: 1,
  labels: {},
  notify: ['chat'],
  submittedAt: T0,
  deadline: T0 + DAY,
  status: 'pending',
  facts: {},
  memo: {},
  misses: 0,
  history: [{ at: T0, status: 'pending' }],
  looks: 0,
  nextLookAt: T0,
  owed: [],
  ...more,
});

/** A debt as an event is built from it. */
export const announced = ({ to: _, ...debt }: Owed): Announced => {
  if ('status' in debt) return debt;
  const { event, ...more } = debt;
  if (event === 'progress') throw new Error('progress is no event');
  return { event, ...more };
};
