import { randomUUID } from 'node:crypto';
import { elsewhereThan, type LocalRequest } from '../local-server.ts';
import type { Admission } from './admission.ts';
import type { Answer } from './answer.ts';
import type { HuaweiApi } from './api.ts';
import type { Door, Params } from './door.ts';
import { SDK_HMAC, sdkDate, sdkHmac } from './sdk-hmac.ts';
import { decode, readAuthorization } from './signing.ts';
import { cloudTime, type Key, type World } from './world.ts';

const SKEW_MS = 15 * 60_000;
/** "AK/SK authentication fails for more than five consecutive times, and the AK/SK pair is locked for five minutes" (API Request Signing Guide, FAQs). */
const FAILURES_ALLOWED = 5;

/** Huawei Cloud's API gateway: finds the API by method and path, checks the signature and the date, locks keys that fail too often. */
export function admitHuawei(apis: readonly HuaweiApi[], request: LocalRequest, world: World): Admission {
  const door = huaweiDoor(request, world);
  const found = apis
    .flatMap((api) => api.calls.map((call) => ({ api, call, params: match(call.path, request.path) })))
    .find(({ params }) => params !== undefined && request.method === 'GET');
  const authorization = readAuthorization(request.headers.authorization ?? '', SDK_HMAC, 'Access');
  const accessKeyId = authorization?.accessKeyId ?? '';
  const visitor = { door, vendor: 'huawei' as const, action: found?.call.action ?? '', key: accessKeyId };
  if (!found?.params)
    return {
      ...visitor,
      refusal: door.error(404, 'APIGW.0101', 'The API does not exist or has not been published in the environment.'),
    };

  const unauthorized = (words: string, code = 'APIG.0301') => ({
    ...visitor,
    refusal: door.error(401, code, `Incorrect IAM authentication information: ${words}`),
  });
  const fail = (words: string, code?: string) => {
    lockAfterTooMany(world, accessKeyId);
    return unauthorized(words, code);
  };

  if (request.headers['x-auth-token']) return unauthorized('decrypt token fail');
  if (!authorization) return unauthorized('x-auth-token not found');
  if ((world.locks.get(accessKeyId)?.until ?? 0) > world.now())
    return unauthorized('AK access failed to reach the limit,forbidden.');
  if (!authorization.signedHeaders.includes('x-sdk-date')) return fail('x-sdk-date is not a signed header');
  const date = sdkDate(request.headers['x-sdk-date'] ?? '');
  if (!(Math.abs(cloudTime(world) - date) <= SKEW_MS)) return fail('signature expired', 'APIGW.0301');
  const key = world.settings.credentials.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (!key) return fail(`Get secretKey failed,ak:${accessKeyId},err:ak not exist`);
  const token = tokenFault(key, request.headers['x-security-token'] ?? '', cloudTime(world));
  if (token) return fail(token);
  if (sdkHmac(request, authorization.signedHeaders, key.secretAccessKey) !== authorization.signature)
    return fail('verify aksk signature fail');

  world.locks.delete(accessKeyId);
  return { ...visitor, api: found.api, call: found.call, params: found.params };
}

function tokenFault(key: Key, token: string, now: number): string | undefined {
  if ((key.securityToken ?? '') !== token) return 'check securityToken fail';
  return (key.expiresAt ?? Number.POSITIVE_INFINITY) <= now ? 'securityToken expired' : undefined;
}

function lockAfterTooMany(world: World, accessKeyId: string): void {
  const before = world.locks.get(accessKeyId);
  const failures = (before?.until === undefined ? (before?.failures ?? 0) : 0) + 1;
  const until = world.now() + world.settings.lockSeconds * 1000;
  world.locks.set(accessKeyId, failures > FAILURES_ALLOWED ? { failures, until } : { failures });
}

/** The parameters of a path of that form; undefined for any other path. */
function match(template: string, path: string): Params | undefined {
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
}

function huaweiDoor(request: LocalRequest, world: World): Door {
  const requestId = randomUUID().replaceAll('-', '');
  const headers = {
    date: new Date(cloudTime(world)).toUTCString(),
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
  const limit = world.settings.callsPerSecond ?? 1;
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
    backOff: () => ({ ...throttled(), headers: { ...headers, 'retry-after': '2' } }),
    unavailable: () => error(504, 'APIGW.0201', 'Backend timeout.'),
    broken: () => error(500, 'APIGW.9999', 'System error.'),
    denied: () => error(403, 'APIGW.0302', 'The IAM user is not authorized to access the API.'),
    elsewhere: elsewhereThan(request.headers.host ?? ''),
  };
}
