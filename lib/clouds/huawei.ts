import { Misconfigured } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';
import type { Answer } from './answer.ts';
import type { Cloud } from './cloud.ts';
import { encode } from './encoding.ts';
import { endpointOf } from './endpoint.ts';
import { readHuawei } from './huawei-answer.ts';
import { sign } from './huawei-signer.ts';

export type HuaweiCall = {
  /**
   * The product of the API. It selects the endpoint override, and it is part of the usual host
   * `{product}.{region}.myhuaweicloud.com`.
   */
  readonly product: string;
  readonly region: string;
  readonly project: string;
  /** Path segments, not encoded. `callHuawei` encodes each once. */
  readonly path: readonly string[];
  readonly unknownCode?: RegExp;
  /** See `HuaweiReading`. */
  readonly stateIn?: string;
};

/**
 * The regions that Huawei Cloud serves under .cn (huaweicloud/huaweicloud-sdk-nodejs-v3, the region file of each
 * service).
 */
const CN_REGIONS: Readonly<Record<string, readonly string[]>> = {
  dws: ['cn-south-4', 'cn-north-12', 'cn-east-4', 'tr-west-1', 'ap-southeast-4'],
  modelarts: ['ap-southeast-1'],
};

const usualHost = (product: string, region: string): string => {
  const site = region.startsWith('eu-') ? 'eu' : CN_REGIONS[product]?.includes(region) ? 'cn' : 'com';
  return `${product}.{region}.myhuaweicloud.${site}`;
};

/**
 * Joins the segments to a path. Throws for an empty segment, for `.` and for `..`. Percent-encoding keeps the dots, and
 * every URL parser removes such segments, so the request would reach another path.
 */
const pathOf = (segments: readonly string[]): string => {
  const folded = segments.find((segment) => segment === '' || segment === '.' || segment === '..');
  if (folded !== undefined) {
    throw new Misconfigured({ code: 'bad_path', message: sentence('bad_path', { words: folded }) });
  }
  return `/${segments.map(encode).join('/')}`;
};

/**
 * Makes one signed GET of a Huawei Cloud REST API. It sends one request and never repeats it. Throws a LookError: that
 * of `cloud.send`, or the one that `readHuawei` makes from the answer.
 */
export const callHuawei = async (cloud: Cloud, call: HuaweiCall): Promise<Answer> => {
  const { origin, host } = endpointOf(cloud.endpoints, call.product, call.region, usualHost(call.product, call.region));
  const path = pathOf(call.path);
  const headers = { host, 'content-type': 'application/json', 'x-project-id': call.project };
  const now = cloud.now + cloud.skewMs;
  const signed = sign({ method: 'GET', path, query: {}, headers, body: '' }, cloud.credentials, now);
  const answer = await cloud.send({
    method: 'GET',
    url: `${origin}${path}`,
    headers: { ...signed, accept: 'application/json' },
  });
  return readHuawei(answer, { ...cloud, ...call, now, sent: call.path });
};
