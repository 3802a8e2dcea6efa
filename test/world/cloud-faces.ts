/** What each of the APIs is asked and how it answers. Sources: the vendors' pages named in lib/providers/. */

import type { Vendor } from '../../lib/clouds/cloud.ts';
import type { HttpRequest } from '../../lib/net/http.ts';
import { bpstudio, ehpc, emr, ros } from './fake-aliyun.ts';
import type { CloudState, FakeApi } from './fake-api.ts';
import { dws, job, modelarts } from './fake-huawei.ts';

export type { CloudState } from './fake-api.ts';

export type ProviderName =
  | 'aliyun-emr'
  | 'aliyun-ehpc'
  | 'aliyun-bpstudio'
  | 'aliyun-ros'
  | 'huawei-modelarts'
  | 'huawei-dws'
  | 'huawei-job';

export type Asked = {
  readonly provider: ProviderName;
  readonly vendor: Vendor;
  readonly host: string;
  /** What is asked about: one operation by its id, or (without one) all of a group. */
  readonly id?: string;
  readonly group?: string;
  /** What permissions are given by: a project of Huawei Cloud, a region of Alibaba Cloud. */
  readonly project: string;
  /** DWS: which of an operation's witnesses. */
  readonly witness?: 'action' | 'failure' | 'cluster';
  readonly accessKeyId: string;
  /** The date in the signature, epoch ms. */
  readonly signedAt: number;
};

/** The states an API has words for: an operation of it is only ever in these. */
export const END_STATES: Readonly<Record<ProviderName, readonly CloudState[]>> = {
  'aliyun-emr': ['succeeded', 'partial', 'failed', 'canceled'],
  'aliyun-ehpc': ['succeeded', 'partial', 'failed'],
  'aliyun-bpstudio': ['succeeded', 'failed'],
  'aliyun-ros': ['succeeded', 'failed'],
  'huawei-modelarts': ['succeeded', 'failed'],
  'huawei-dws': ['succeeded', 'failed'],
  'huawei-job': ['succeeded', 'failed'],
};

/** What it has words for beside "it runs". */
export const MIDDLE_STATES: Readonly<Record<ProviderName, readonly CloudState[]>> = {
  'aliyun-emr': ['attention', 'attention'],
  'aliyun-ehpc': [],
  'aliyun-bpstudio': ['pending'],
  'aliyun-ros': [],
  'huawei-modelarts': ['pending'],
  'huawei-dws': [],
  'huawei-job': ['pending', 'attention'],
};

const FACES: Readonly<Record<ProviderName, FakeApi>> = {
  'aliyun-emr': emr,
  'aliyun-ehpc': ehpc,
  'aliyun-bpstudio': bpstudio,
  'aliyun-ros': ros,
  'huawei-modelarts': modelarts,
  'huawei-dws': dws,
  'huawei-job': job,
};

export const faceOf = (provider: ProviderName): FakeApi => FACES[provider];

/** `2026-01-05T08:00:00Z`, or the same without its marks. */
const utc = (stamp: string): number =>
  Date.parse(stamp.includes('-') ? stamp : stamp.replace(/^(.{4})(..)(..T..)(..)/, '$1-$2-$3:$4:'));

/** Several ask what a request asks. */
const known = new WeakMap<HttpRequest, Asked>();

/** Reads out of a request what it asks. Throws on one that none of the APIs has. */
export const askedIn = (request: HttpRequest): Asked => {
  const asked = known.get(request) ?? read(request);
  known.set(request, asked);
  return asked;
};

const read = ({ url, headers, body = '' }: HttpRequest): Asked => {
  const { hostname: host, pathname, searchParams: query } = new URL(url);
  const accessKeyId =
    /(?:Credential|Access)=([^,\s]+)/.exec(headers.authorization ?? headers.Authorization ?? '')?.[1] ?? '';
  const common = { host, accessKeyId, signedAt: utc(headers['x-acs-date'] ?? headers['x-sdk-date'] ?? '') };
  const [, , project = '', kind, id = '', sort, name = ''] = pathname.split('/');
  const aliyun = { ...common, vendor: 'aliyun', project: query.get('RegionId') ?? '' } as const;
  const huawei = { ...common, vendor: 'huawei', project } as const;

  switch (headers['x-acs-action']) {
    case 'GetOperation':
      return { ...aliyun, provider: 'aliyun-emr', id: query.get('OperationId') ?? '' };
    case 'ListTasks': {
      const taskId = query.get('TaskId');
      const group = query.get('ClusterId') ?? '';
      // Its region stands in the host alone.
      const [, region = ''] = host.split('.');
      const asked = { ...aliyun, project: region, provider: 'aliyun-ehpc', group } as const;
      return taskId === null ? asked : { ...asked, id: taskId };
    }
    case 'GetStack':
      return { ...aliyun, provider: 'aliyun-ros', id: query.get('StackId') ?? '' };
    case 'GetExecuteOperationResult':
      return { ...aliyun, provider: 'aliyun-bpstudio', id: new URLSearchParams(body).get('OperationId') ?? '' };
  }
  if (kind === 'dev-servers') return { ...huawei, provider: 'huawei-modelarts', id: name };
  if (kind === 'jobs') return { ...huawei, provider: 'huawei-job', id };
  if (kind === 'clusters') {
    const witness = sort === undefined ? 'cluster' : /_FAIL(ED|URE)$/.test(name) ? 'failure' : 'action';
    return { ...huawei, provider: 'huawei-dws', id, witness };
  }
  throw new Error(`no API answers ${url}`);
};
