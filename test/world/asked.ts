/** What a request to a cloud asks about, read as the stand-ins read it. */
import type { HttpRequest } from '../../lib/net/http.ts';
import { callIn } from '../../offline/clouds/play.ts';
import type { LocalRequest } from '../../offline/local-server.ts';

/** The field that tells the operations of an API apart in the world. */
const ID_FIELDS = {
  'aliyun-emr': 'OperationId',
  'aliyun-ehpc': 'TaskId',
  'aliyun-bpstudio': 'OperationId',
  'aliyun-ros': 'StackId',
  'huawei-modelarts': 'operation_id',
  'huawei-dws': 'cluster_id',
  'huawei-job': 'job_id',
} as const;

export type ProviderName = keyof typeof ID_FIELDS;

export type Fields = Readonly<Record<string, string>>;

export const idOf = (provider: ProviderName, fields: Fields): string => fields[ID_FIELDS[provider]] ?? '';

/** The operations of a group can be asked about together. */
export const groupOf = (provider: ProviderName, fields: Fields): string | undefined =>
  provider === 'aliyun-ehpc' ? fields.ClusterId : undefined;

export type Asked = {
  readonly provider: ProviderName;
  readonly vendor: 'aliyun' | 'huawei';
  /** One operation by its id, or (without one) all of a group. */
  readonly id?: string;
  readonly group?: string;
};

type Read = { readonly asked: Asked; readonly local: LocalRequest };

/** Several ask what a request asks. */
const known = new WeakMap<HttpRequest, Read>();

/** Reads a request. Throws on one that none of the APIs has. */
export const read = (request: HttpRequest): Read => {
  const before = known.get(request);
  if (before) return before;
  const { method, url, headers, body = '' } = request;
  const at = url.indexOf('/', 'https://'.length);
  const [path = '', query = ''] = url.slice(at).split('?');
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const local = { method, path, query, headers: Object.fromEntries(lower), body: Buffer.from(body) };
  const called = callIn(local);
  if (!called) throw new Error(`no API answers ${url}`);
  const provider = called.api.name as ProviderName;
  const id = idOf(provider, called.params) || undefined;
  const group = groupOf(provider, called.params);
  const asked: Asked = { provider, vendor: called.api.vendor, ...(id && { id }), ...(!id && group && { group }) };
  const both = { asked, local };
  known.set(request, both);
  return both;
};

export const askedIn = (request: HttpRequest): Asked => read(request).asked;
