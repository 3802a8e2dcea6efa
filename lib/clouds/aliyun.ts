import { readAliyun } from './aliyun-answer.ts';
import { sign } from './aliyun-signer.ts';
import type { Answer } from './answer.ts';
import type { Cloud } from './cloud.ts';
import { encodePairs } from './encoding.ts';
import { endpointOf } from './endpoint.ts';

export type AliyunCall = {
  /**
   * The product of the API. It selects the endpoint override. Without `host`, it is also part of the usual host
   * `{product}.{region}.aliyuncs.com`.
   */
  readonly product: string;
  readonly region: string;
  readonly host?: string;
  readonly action: string;
  readonly version: string;
  readonly method: 'GET' | 'POST';
  readonly query?: Readonly<Record<string, string>>;
  /** Parameters of an API that takes them in the body, as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Codes by which this product says "no such thing". No other code counts as absence. */
  readonly unknownCode?: RegExp;
};

/**
 * Makes one signed call of an Alibaba Cloud RPC API. It sends one request and never repeats it. Throws a LookError:
 * that of `cloud.send`, or the one that `readAliyun` makes from the answer.
 */
export const callAliyun = async (cloud: Cloud, call: AliyunCall): Promise<Answer> => {
  const usual = call.host ?? `${call.product}.{region}.aliyuncs.com`;
  const { origin, host } = endpointOf(cloud.endpoints, call.product, call.region, usual);
  const query = call.query ?? {};
  const body = call.form ? encodePairs(call.form) : '';
  const headers = {
    host,
    'x-acs-action': call.action,
    'x-acs-version': call.version,
    ...(call.form && { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  const now = cloud.now + cloud.skewMs;
  const signed = sign({ method: call.method, path: '/', query, headers, body }, cloud.credentials, now, cloud.nonce());
  const search = encodePairs(query);
  const answer = await cloud.send({
    method: call.method,
    url: `${origin}/${search && `?${search}`}`,
    headers: { ...signed, accept: 'application/json' },
    ...(call.form && { body }),
  });
  const sent = [...Object.values(query), ...Object.values(call.form ?? {})];
  return readAliyun(answer, { ...cloud, now, sent, ...(call.unknownCode && { unknownCode: call.unknownCode }) });
};
