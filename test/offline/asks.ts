import { aliyunCall, huaweiCall, type Sent, type Signing } from './signed-call.ts';

/** For each API: ids of an operation, the call that asks for it, and where in the answer its state stands. */
export type Ask = {
  readonly ids: Readonly<Record<string, string>>;
  readonly call: (ids: Readonly<Record<string, string>>, signing: Signing) => Sent;
  readonly stated: (word: string) => object;
  /** What an answer must hold besides, so that its word is of the operation asked about (looked at 10 s after submission). */
  readonly beside?: object;
};

const project_id = '05f2cff45100d5112f4bc00b794ea08e';

export const asks: Readonly<Record<string, Ask>> = {
  'aliyun-emr': {
    ids: { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe0000', OperationId: 'op-13c37a77c5050000' },
    call: (query, signing) =>
      aliyunCall({ action: 'GetOperation', version: '2021-03-20', method: 'POST', query }, signing),
    stated: (OperationState) => ({ Operation: { OperationState } }),
  },
  'aliyun-ehpc': {
    ids: { ClusterId: 'ehpc-hz-FYUr320000', TaskId: 'B745C159-3155-4B94-95D0-4B73D4D20000' },
    call: (query, signing) => aliyunCall({ action: 'ListTasks', version: '2018-04-12', method: 'GET', query }, signing),
    stated: (Status) => ({ Tasks: [{ Status }] }),
  },
  'aliyun-bpstudio': {
    ids: { OperationId: 'op/0123456789abcdef' },
    call: (form, signing) =>
      aliyunCall({ action: 'GetExecuteOperationResult', version: '2021-09-31', method: 'POST', form }, signing),
    stated: (Status) => ({ Code: 200, Data: { Status } }),
  },
  'aliyun-ros': {
    ids: { RegionId: 'cn-hangzhou', StackId: 'c754d2a4-28f1-46df-b557-9586173a0000' },
    call: (query, signing) => aliyunCall({ action: 'GetStack', version: '2019-09-10', method: 'POST', query }, signing),
    stated: (Status) => ({ Status }),
    beside: { CreateTime: '2026-01-02T03:03:54', UpdateTime: '2026-01-02T03:03:54' },
  },
  'huawei-modelarts': {
    ids: {
      project_id,
      id: '5f9e2c1a-0b4d-4c6e-8a1f-0123456789ab',
      operation_id: '0d2f6a1e-1b2c-4d3e-9f40-abcdefabcdef',
    },
    call: (ids, signing) =>
      huaweiCall(`/v1/${ids.project_id}/dev-servers/${ids.id}/operation/${ids.operation_id}`, signing),
    stated: (operation_status) => ({ operation_status }),
  },
  'huawei-dws': {
    ids: { project_id, cluster_id: '9f76c502-fc9c-4a52-8656-65d0da6e3d57', action_name: 'SNAPSHOTTING' },
    call: (ids, signing) =>
      huaweiCall(`/v1/${ids.project_id}/clusters/${ids.cluster_id}/actions/${ids.action_name}`, signing),
    stated: (status) => ({ status }),
    beside: { submit_time: '2026-01-02T03:03:54Z' },
  },
  'huawei-job': {
    ids: { project_id, job_id: 'ff808082739334d80173941ec8b42929' },
    call: (ids, signing) => huaweiCall(`/v1/${ids.project_id}/jobs/${ids.job_id}`, signing),
    stated: (status) => ({ status }),
  },
};
