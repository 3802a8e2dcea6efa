/** An operation of each API of the stand-ins, how it is asked about, and what they answer. */
import { APIS } from '../../offline/clouds/apis.ts';
import { parseOperation } from '../../offline/clouds/create.ts';
import { play } from '../../offline/clouds/play.ts';
import { begin, createState } from '../../offline/clouds/state.ts';
import { aliyunCall, type Headers, huaweiCall, KEY, type Sent, type Signing } from './signed-call.ts';

const project_id = '05f2cff45100d5112f4bc00b794ea08e';

/** The fields that identify it. */
const IDS: Readonly<Record<string, Headers>> = {
  'aliyun-emr': { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe0000', OperationId: 'op-13c37a77c5050000' },
  'aliyun-ehpc': { ClusterId: 'ehpc-hz-FYUr320000', TaskId: 'B745C159-3155-4B94-95D0-4B73D4D20000' },
  'aliyun-bpstudio': { OperationId: 'op/0123456789abcdef' },
  'aliyun-ros': { RegionId: 'cn-hangzhou', StackId: 'c754d2a4-28f1-46df-b557-9586173a0000' },
  'huawei-modelarts': {
    project_id,
    id: '5f9e2c1a-0b4d-4c6e-8a1f-0123456789ab',
    operation_id: '0d2f6a1e-1b2c-4d3e-9f40-abcdefabcdef',
  },
  'huawei-dws': { project_id, cluster_id: '9f76c502-fc9c-4a52-8656-65d0da6e3d57', action_name: 'SNAPSHOTTING' },
  'huawei-job': { project_id, job_id: 'ff808082739334d80173941ec8b42929' },
};

export const idsOf = (api: string): Headers => IDS[api] ?? {};

/** A signed call for what `ids` name. */
export const callFor = (name: string, ids: Headers, signing: Signing): Sent => {
  const api = APIS.find((each) => each.name === name);
  if (api?.vendor === 'aliyun' && api.calls[0]) {
    const { action, version, method, paramsIn } = api.calls[0];
    return aliyunCall({ action, version, method, [paramsIn]: ids }, signing);
  }
  const path = api?.vendor === 'huawei' ? api.calls[0]?.path : undefined;
  if (path === undefined) throw new Error(`no such API: ${name}`);
  return huaweiCall(
    path.replace(/\{(\w+)\}/g, (_, field: string) => ids[field] ?? ''),
    signing,
  );
};

/** The body of the answer about an operation that began at `beganAt` and is at `word`. */
export const bodyStating = (api: string, word: string, beganAt: number): Record<string, unknown> => {
  const state = createState([KEY]);
  begin(state, parseOperation({ api, operation: idsOf(api), timeline: [[0, `=${word}`]] }, beganAt));
  const { method, target, headers, body = '' } = callFor(api, idsOf(api), { at: beganAt });
  const [path = '', query = ''] = target.split('?');
  const { answer } = play({ method, path, query, headers, body: Buffer.from(body) }, state, beganAt);
  return JSON.parse(answer.body) as Record<string, unknown>;
};
