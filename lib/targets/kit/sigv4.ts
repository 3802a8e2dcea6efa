/**
 * Signs requests to AWS: Signature Version 4 (docs.aws.amazon.com, IAM User Guide, "Create a signed AWS API request").
 * The code is our own, because the SDK's signer is asynchronous and a target's request is a pure function. A test
 * compares both.
 */
import { createHash, createHmac } from 'node:crypto';
import * as v from 'valibot';
import type { HttpRequest } from '../../net/http.ts';
import { Reference } from './settings.ts';

/** The default is the function's own credentials. */
export const Credentials = v.optional(
  v.strictObject({ accessKeyId: Reference, secretAccessKey: Reference, sessionToken: v.optional(Reference) }),
  {
    accessKeyId: 'env:AWS_ACCESS_KEY_ID',
    secretAccessKey: 'env:AWS_SECRET_ACCESS_KEY',
    sessionToken: 'env:AWS_SESSION_TOKEN',
  },
);

export type Scope = { readonly region: string; readonly service: string };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Returns the signed request, made at `at` (epoch ms). Its URL has a plain path and no query. */
export const signedForAws = (
  request: HttpRequest,
  { region, service }: Scope,
  { accessKeyId, secretAccessKey, sessionToken }: v.InferOutput<typeof Credentials>,
  at: number,
): HttpRequest => {
  const { host, pathname } = new URL(request.url);
  const time = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const date = time.slice(0, 8);
  const added = { 'x-amz-date': time, ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }) };
  const headers = { ...request.headers, ...added };
  const signed = Object.entries({ host, ...headers }).sort(([a], [b]) => (a < b ? -1 : 1));
  const signedNames = signed.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    pathname,
    '',
    ...signed.map(([name, value]) => `${name}:${value.trim()}`),
    '',
    signedNames,
    sha256(request.body ?? ''),
  ].join('\n');

  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = ['aws4_request', service, region, date].reduceRight<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
  return { ...request, headers: { ...headers, authorization } };
};

/** Returns the address of a service in a region. China's regions have a domain of their own. */
export const awsEndpoint = (service: string, region: string): string =>
  `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
