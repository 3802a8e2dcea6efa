/** What each of the APIs is asked and how it answers. Sources: the vendors' pages named in lib/providers/. */
import type { HttpRequest } from '../../lib/http.ts';
import type { Vendor } from '../../lib/providers/provider.ts';

export type ProviderName =
  | 'aliyun-emr'
  | 'aliyun-ehpc'
  | 'aliyun-bpstudio'
  | 'huawei-modelarts'
  | 'huawei-dws'
  | 'huawei-job';

/** `odd` is a word no page knows. */
export type CloudState =
  | 'absent'
  | 'pending'
  | 'running'
  | 'attention'
  | 'odd'
  | 'succeeded'
  | 'partial'
  | 'failed'
  | 'canceled';

export type Asked = {
  readonly provider: ProviderName;
  readonly vendor: Vendor;
  readonly host: string;
  /** What is asked about: one operation by its id, or (without one) all of a group. */
  readonly id?: string;
  readonly group?: string;
  /** DWS: which of an operation's witnesses. */
  readonly witness?: 'action' | 'failure' | 'cluster';
  readonly accessKeyId: string;
  /** The date in the signature, epoch ms. */
  readonly signedAt: number;
};

type Told = { readonly status?: number; readonly body: unknown };

type Face = {
  readonly idOf: (operation: Readonly<Record<string, string>>) => string;
  readonly groupOf?: (operation: Readonly<Record<string, string>>) => string;
  readonly tell: (state: CloudState, asked: Asked) => Told;
  readonly list?: (members: readonly { readonly id: string; readonly state: CloudState }[]) => unknown;
};

const missing = (code: string): Told => ({
  status: 404,
  body: { RequestId: 'R-0', Code: code, Message: 'not found', error_code: code, error_msg: 'not found' },
});

type Words = Readonly<Partial<Record<CloudState, string>>>;
const worded = (words: Words, state: CloudState): string =>
  state === 'odd' ? 'REBALANCING' : (words[state] ?? words.running ?? '');

const EMR: Words = {
  running: 'IN_PROGRESS',
  attention: 'HUMAN_PROCESSING',
  succeeded: 'COMPLETED',
  partial: 'PARTIAL_COMPLETED',
  failed: 'FAILED',
  canceled: 'TERMINATED',
};
const EHPC: Words = { running: 'Processing', succeeded: 'Success', partial: 'PartialFail', failed: 'Failed' };
const BPSTUDIO: Words = { pending: 'init', running: 'running', succeeded: 'success', failed: 'failure' };
const MODELARTS: Words = { pending: 'pending', running: 'running', succeeded: 'success', failed: 'failed' };
const JOB: Words = {
  pending: 'INIT',
  running: 'RUNNING',
  attention: 'PENDING_PAYMENT',
  succeeded: 'SUCCESS',
  failed: 'FAIL',
};

/** The states an API has words for: an operation of it is only ever in these. */
export const END_STATES: Readonly<Record<ProviderName, readonly CloudState[]>> = {
  'aliyun-emr': ['succeeded', 'partial', 'failed', 'canceled'],
  'aliyun-ehpc': ['succeeded', 'partial', 'failed'],
  'aliyun-bpstudio': ['succeeded', 'failed'],
  'huawei-modelarts': ['succeeded', 'failed'],
  'huawei-dws': ['succeeded', 'failed'],
  'huawei-job': ['succeeded', 'failed'],
};

const task = (id: string, state: CloudState) => ({
  TaskId: id,
  TaskType: 'StopCluster',
  Status: worded(EHPC, state),
  CurrentStep: 1,
  TotalSteps: 4,
});

const isUnderWay = (state: CloudState): boolean =>
  state === 'pending' || state === 'running' || state === 'attention' || state === 'odd';

/** An action that is over is gone; one that failed is found under its failure name. */
const tellDws = (state: CloudState, { witness, id }: Asked): Told => {
  if (witness === 'cluster') {
    const task_status = isUnderWay(state) ? 'SNAPSHOTTING' : state === 'failed' ? 'SNAPSHOTTING_FAILED' : null;
    return { body: { cluster: { id, status: 'AVAILABLE', task_status } } };
  }
  if (witness === 'failure')
    return state === 'failed'
      ? { body: { action_name: 'SNAPSHOTTING_FAILED', status: 'FAILED' } }
      : missing('DWS.3027');
  if (!isUnderWay(state)) return missing('DWS.3027');
  return { body: { action_name: 'SNAPSHOTTING', status: state === 'odd' ? 'REBALANCING' : 'RUNNING' } };
};

const FACES: Readonly<Record<ProviderName, Face>> = {
  'aliyun-emr': {
    idOf: ({ OperationId = '' }) => OperationId,
    tell: (state) => {
      if (state === 'absent') return missing('OperationNotFound');
      const reason = state === 'failed' && {
        StateChangeReason: { Code: 'NodeCreateFailed', Message: 'The stock is not enough.' },
      };
      return {
        body: {
          RequestId: 'R-1',
          Operation: { OperationState: worded(EMR, state), OperationType: 'CREATE_CLUSTER', ...reason },
        },
      };
    },
  },
  'aliyun-ehpc': {
    idOf: ({ TaskId = '' }) => TaskId,
    groupOf: ({ ClusterId = '' }) => ClusterId,
    tell: (state, { id = '' }) => ({
      body: {
        RequestId: 'R-2',
        TotalCount: 1,
        PageSize: 50,
        PageNumber: 1,
        Tasks: state === 'absent' ? [] : [task(id, state)],
      },
    }),
    list: (members) => {
      const Tasks = members.filter(({ state }) => isUnderWay(state)).map(({ id, state }) => task(id, state));
      return { RequestId: 'R-2', TotalCount: Tasks.length, PageSize: 50, PageNumber: 1, Tasks };
    },
  },
  'aliyun-bpstudio': {
    idOf: ({ OperationId = '' }) => OperationId,
    tell: (state, { id }) => ({
      body: {
        RequestId: 'R-3',
        Code: '200',
        Data: state === 'absent' ? {} : { OperationId: id, Status: worded(BPSTUDIO, state) },
      },
    }),
  },
  'huawei-modelarts': {
    idOf: ({ operation_id = '' }) => operation_id,
    tell: (state) =>
      state === 'absent'
        ? missing('ModelArts.6404')
        : { body: { operation_status: worded(MODELARTS, state), operation_type: 'node_detach_volume' } },
  },
  'huawei-dws': { idOf: ({ cluster_id = '' }) => cluster_id, tell: tellDws },
  'huawei-job': {
    idOf: ({ job_id = '' }) => job_id,
    tell: (state) =>
      state === 'absent' ? missing('Common.0011') : { body: { status: worded(JOB, state), job_type: 'createServer' } },
  },
};

export const faceOf = (provider: ProviderName): Face => FACES[provider];

/** `2026-01-05T08:00:00Z`, or the same without its marks. */
const utc = (stamp: string): number =>
  Date.parse(stamp.includes('-') ? stamp : stamp.replace(/^(.{4})(..)(..T..)(..)/, '$1-$2-$3:$4:'));

/** Reads out of a request what it asks. Throws on one that none of the APIs has. */
export const askedIn = ({ url, headers, body = '' }: HttpRequest): Asked => {
  const { hostname: host, pathname, searchParams: query } = new URL(url);
  const accessKeyId =
    /(?:Credential|Access)=([^,\s]+)/.exec(headers.authorization ?? headers.Authorization ?? '')?.[1] ?? '';
  const common = { host, accessKeyId, signedAt: utc(headers['x-acs-date'] ?? headers['x-sdk-date'] ?? '') };
  const aliyun = { ...common, vendor: 'aliyun' } as const;
  const huawei = { ...common, vendor: 'huawei' } as const;

  switch (headers['x-acs-action']) {
    case 'GetOperation':
      return { ...aliyun, provider: 'aliyun-emr', id: query.get('OperationId') ?? '' };
    case 'ListTasks': {
      const id = query.get('TaskId');
      return { ...aliyun, provider: 'aliyun-ehpc', group: query.get('ClusterId') ?? '', ...(id !== null && { id }) };
    }
    case 'GetExecuteOperationResult':
      return { ...aliyun, provider: 'aliyun-bpstudio', id: new URLSearchParams(body).get('OperationId') ?? '' };
  }
  const [, , , kind, id = '', sort, name = ''] = pathname.split('/');
  if (kind === 'dev-servers') return { ...huawei, provider: 'huawei-modelarts', id: name };
  if (kind === 'jobs') return { ...huawei, provider: 'huawei-job', id };
  if (kind === 'clusters') {
    const witness = sort === undefined ? 'cluster' : name.endsWith('_FAILED') ? 'failure' : 'action';
    return { ...huawei, provider: 'huawei-dws', id, witness };
  }
  throw new Error(`no API answers ${url}`);
};
