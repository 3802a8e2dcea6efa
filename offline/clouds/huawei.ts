/**
 * Huawei Cloud's API gateway: finds the API by method and path, checks the signature and the date, locks keys that fail too often.
 * Source of the codes: support.huaweicloud.com, API Gateway, "Error Codes".
 */
import { elsewhereThan, type LocalRequest } from '../local-server.ts';
import type { Answer } from './answer.ts';
import type { HuaweiApi } from './api.ts';
import type { Admission, Admitted } from './gateway.ts';
import type { Params, Responder } from './responder.ts';
import { SDK_HMAC, sdkDate, sdkHmac } from './sdk-hmac.ts';
import { authorizationForm, decode, readAuthorization } from './signing.ts';
import type { Key, State } from './state.ts';

const SKEW_MS = 15 * 60_000;
const FORM = authorizationForm(SDK_HMAC, 'Access');
/** "AK/SK authentication fails for more than five consecutive times, and the AK/SK pair is locked for five minutes" (API Request Signing Guide, FAQs). */
const FAILURES_ALLOWED = 5;

type Called = Pick<Admitted, 'api' | 'call' | 'params'>;

/** Returns the request of any sender, or undefined for a call that is none of these APIs. */
export const huaweiCallIn = (apis: readonly HuaweiApi[], { method, path }: LocalRequest): Called | undefined => {
  if (method !== 'GET') return undefined;
  for (const api of apis)
    for (const call of api.calls) {
      const params = match(call.path, path);
      if (params) return { api, call, params };
    }
  return undefined;
};

/** Refuses what the gateway refuses, and lets in the rest. Keys that fail too often are locked. */
export const admitHuawei = (
  apis: readonly HuaweiApi[],
  request: LocalRequest,
  state: State,
  now: number,
): Admission => {
  const time = now + state.settings.clockOffsetMs;
  const responder = huaweiResponder(request, state, time);
  const called = huaweiCallIn(apis, request);
  const authorization = readAuthorization(request.headers.authorization ?? '', FORM);
  const accessKeyId = authorization?.accessKeyId ?? '';
  const visitor = { responder, vendor: 'huawei' as const, action: called?.call.action ?? '', key: accessKeyId };
  if (!called)
    return {
      ...visitor,
      refusal: responder.error(
        404,
        'APIGW.0101',
        'The API does not exist or has not been published in the environment.',
      ),
    };

  const unauthorized = (words: string, code = 'APIG.0301') => ({
    ...visitor,
    refusal: responder.error(401, code, `Incorrect IAM authentication information: ${words}`),
  });
  const fail = (words: string, code?: string) => {
    lockAfterTooMany(state, accessKeyId, now);
    return unauthorized(words, code);
  };

  if (request.headers['x-auth-token']) return unauthorized('decrypt token fail');
  if (!authorization) return unauthorized('x-auth-token not found');
  if ((state.locks.get(accessKeyId)?.until ?? 0) > now)
    return unauthorized('AK access failed to reach the limit,forbidden.');
  if (!authorization.signedHeaders.includes('x-sdk-date')) return fail('x-sdk-date is not a signed header');
  const date = sdkDate(request.headers['x-sdk-date'] ?? '');
  if (!(Math.abs(time - date) <= SKEW_MS)) return fail('signature expired', 'APIGW.0301');
  const key = state.settings.credentials.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (!key) return fail(`Get secretKey failed,ak:${accessKeyId},err:ak not exist`);
  const token = tokenFault(key, request.headers['x-security-token'] ?? '', time);
  if (token) return fail(token);
  if (sdkHmac(request, authorization.signedHeaders, key.secretAccessKey) !== authorization.signature)
    return fail('verify aksk signature fail');

  state.locks.delete(accessKeyId);
  return { ...visitor, ...called };
};

const tokenFault = (key: Key, token: string, now: number): string | undefined => {
  if ((key.securityToken ?? '') !== token) return 'check securityToken fail';
  return (key.expiresAt ?? Number.POSITIVE_INFINITY) <= now ? 'securityToken expired' : undefined;
};

const lockAfterTooMany = (state: State, accessKeyId: string, now: number): void => {
  const before = state.locks.get(accessKeyId);
  const failures = (before?.until === undefined ? (before?.failures ?? 0) : 0) + 1;
  const until = now + state.settings.lockSeconds * 1000;
  state.locks.set(accessKeyId, failures > FAILURES_ALLOWED ? { failures, until } : { failures });
};

/** The parameters of a path of that form; undefined for any other path. */
const match = (template: string, path: string): Params | undefined => {
  const names = template.split('/');
  const values = path.split('/');
  if (names.length !== values.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, name] of names.entries()) {
    const value = decode(values[i] ?? '');
    if (name.startsWith('{') && value !== '') params[name.slice(1, -1)] = value;
    else if (name !== value) return undefined;
  }
  return params;
};

const huaweiResponder = ({ headers: sent }: LocalRequest, state: State, time: number): Responder => {
  const requestId = state.uniqueId().replaceAll('-', '');
  const headers = {
    date: new Date(time).toUTCString(),
    server: 'api-gateway',
    'content-type': 'application/json;charset=utf-8',
    'x-request-id': requestId,
  };
  const error = (status: number, code: string, message: string, more: object = {}): Answer => ({
    status,
    headers,
    body: JSON.stringify({ error_code: code, error_msg: message, request_id: requestId, ...more }),
    code,
  });
  const limit = state.settings.callsPerSecond ?? 1;
  const throttled = () =>
    error(
      429,
      'APIG.0308',
      `The throttling threshold has been reached: policy user over ratelimit,limit:${limit},time:1 second`,
    );
  return {
    error,
    ok: (json) => ({ status: 200, headers, body: JSON.stringify(json) }),
    throttled,
    // Whether the gateway ever sends this header is not documented.
    backOff: (ms) => ({ ...throttled(), headers: { ...headers, 'retry-after': String(Math.ceil(ms / 1000)) } }),
    unavailable: () => error(504, 'APIGW.0201', 'Backend timeout.'),
    broken: () => error(500, 'APIGW.9999', 'System error.'),
    denied: () => error(403, 'APIGW.0302', 'The IAM user is not authorized to access the API.'),
    sent,
    elsewhere: elsewhereThan(sent.host ?? ''),
  };
};
