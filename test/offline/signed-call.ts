import { randomUUID } from 'node:crypto';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { ACS3, acs3 } from '../../offline/clouds/acs3.ts';
import { SDK_HMAC, sdkHmac } from '../../offline/clouds/sdk-hmac.ts';
import { encode, sha256 } from '../../offline/clouds/signing.ts';
import type { LocalRequest } from '../../offline/local-server.ts';

/** Calls to the stand-ins, signed by their own reading of the rules; the published vectors hold that reading to the rules. */

export type Headers = Readonly<Record<string, string>>;
export type Sent = {
  readonly method: string;
  readonly target: string;
  readonly headers: Headers;
  readonly body?: string;
};
export type Reply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: unknown;
};
export type Key = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly securityToken?: string };

export const KEY: Key = { accessKeyId: 'AK-TEST', secretAccessKey: 'a-secret-of-the-test' };

/** The head of the answer, its body still to be read. `node:http`, since the fetch of Node cannot read a 407. */
export function open(url: string, { method, target, headers, body }: Sent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    http
      .request({ hostname, port, method, path: target, headers, agent: false }, resolve)
      .on('error', reject)
      .end(body);
  });
}

export async function send(url: string, sent: Sent): Promise<Reply> {
  const response = await open(url, sent);
  const body = await text(response);
  return { status: response.statusCode ?? 0, headers: response.headers, body, json: parsed(body) };
}

export async function control(url: string, method: string, path: string, json?: unknown): Promise<Reply> {
  const body = json === undefined ? '' : JSON.stringify(json);
  return send(url, { method, target: `/_control/${path}`, headers: {}, body });
}

export type AliyunRpc = {
  readonly action: string;
  readonly version: string;
  readonly method: string;
  readonly query?: Headers;
  readonly form?: Headers;
};

/** `before` changes the headers that are signed, `after` what is sent. */
export type Signing = { readonly key?: Key; readonly at: number; readonly before?: Headers; readonly after?: Headers };

export function aliyunCall(rpc: AliyunRpc, { key = KEY, at, before = {}, after = {} }: Signing): Sent {
  const query = pairs(rpc.query ?? {});
  const body = pairs(rpc.form ?? {});
  const headers: Headers = {
    host: 'cloud.test',
    'x-acs-action': rpc.action,
    'x-acs-version': rpc.version,
    'x-acs-date': new Date(at).toISOString().replace(/\.\d+/, ''),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': sha256(body),
    ...(rpc.form && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(key.securityToken && { 'x-acs-security-token': key.securityToken }),
    ...before,
  };
  const names = Object.keys(headers).sort();
  const request: LocalRequest = { method: rpc.method, path: '/', query, headers, body: Buffer.from(body) };
  const { signature } = acs3(request, names, key.secretAccessKey);
  const authorization = `${ACS3} Credential=${key.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return {
    method: rpc.method,
    target: query ? `/?${query}` : '/',
    headers: { ...headers, authorization, ...after },
    body,
  };
}

export function huaweiCall(path: string, { key = KEY, at, before = {}, after = {} }: Signing): Sent {
  const headers: Headers = {
    host: 'cloud.test',
    'content-type': 'application/json',
    'x-sdk-date': new Date(at).toISOString().replace(/\.\d+|[-:]/g, ''),
    ...(key.securityToken && { 'x-security-token': key.securityToken }),
    ...before,
  };
  const names = Object.keys(headers).sort();
  const request: LocalRequest = { method: 'GET', path, query: '', headers, body: Buffer.alloc(0) };
  const signature = sdkHmac(request, names, key.secretAccessKey);
  const authorization = `${SDK_HMAC} Access=${key.accessKeyId}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { method: 'GET', target: path, headers: { ...headers, authorization, ...after } };
}

const pairs = (params: Headers): string =>
  Object.entries(params)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
