/**
 * Alibaba Cloud's gateway for RPC calls: finds the API, checks the signature, the date, the nonce and the parameters.
 * Source of codes and messages: the vendor's public error pages ("Common error codes" of the products, error-center.aliyun.com).
 */
import { elsewhereThan, type LocalRequest } from '../local-server.ts';
import { ACS3, acs3, unsigned } from './acs3.ts';
import type { Answer } from './answer.ts';
import type { AliyunApi, AliyunCall } from './api.ts';
import type { Admission, Admitted } from './gateway.ts';
import type { Responder } from './responder.ts';
import { authorizationForm, pairs, readAuthorization } from './signing.ts';
import type { State } from './state.ts';

const SKEW_MS = 15 * 60_000;
const KEPT_NONCES = 100_000;
const FORM = authorizationForm(ACS3, 'Credential');

type Called = Pick<Admitted, 'params'> & { readonly api: AliyunApi; readonly call: AliyunCall };

const headerIn =
  ({ headers }: LocalRequest) =>
  (name: string): string =>
    headers[name] ?? '';

/** Returns the request of any sender, or undefined for a call that is none of these APIs. */
export const aliyunCallIn = (apis: readonly AliyunApi[], request: LocalRequest): Called | undefined => {
  const header = headerIn(request);
  const isMeant = ({ action, version }: AliyunCall) =>
    action === header('x-acs-action') && version === header('x-acs-version');
  const api = apis.find(({ calls }) => calls.some(isMeant));
  const call = api?.calls.find(isMeant);
  if (!api || !call || call.method !== request.method || request.path !== '/') return undefined;
  const isForm = header('content-type').startsWith('application/x-www-form-urlencoded');
  const form = isForm ? request.body.toString() : '';
  return { api, call, params: Object.fromEntries(pairs(call.paramsIn === 'form' ? form : request.query)) };
};

/** Refuses what the gateway refuses, and lets in the rest. */
export const admitAliyun = (
  apis: readonly AliyunApi[],
  request: LocalRequest,
  state: State,
  now: number,
): Admission => {
  const time = now + state.settings.clockOffsetMs;
  const responder = aliyunResponder(request, state.uniqueId(), time);
  const header = headerIn(request);
  const action = header('x-acs-action');
  const version = header('x-acs-version');
  const authorization = readAuthorization(header('authorization'), FORM);
  const visitor = { responder, vendor: 'aliyun' as const, action, key: authorization?.accessKeyId ?? '' };
  const refuse = (status: number, code: string, message: string) => ({
    ...visitor,
    refusal: responder.error(status, code, message),
  });
  const missing = (name: string) => refuse(400, `Missing${name}`, `${name} is mandatory for this action.`);

  if (!action) return missing('Action');
  if (!version) return missing('Version');
  const called = aliyunCallIn(apis, request);
  if (!called) {
    const versions = apis.flatMap(({ calls }) =>
      calls.filter((call) => call.action === action).map((call) => call.version),
    );
    return versions.length > 0 && !versions.includes(version)
      ? refuse(400, 'InvalidVersion', 'Specified parameter Version is not valid.')
      : refuse(404, 'InvalidAction.NotFound', 'Specified api is not found, please check your url and method.');
  }

  if (!header('authorization')) return missing('AccessKeyId');
  const incomplete = 'The request signature does not conform to Aliyun standards.';
  if (!authorization || unsigned(request, authorization.signedHeaders).length > 0)
    return refuse(400, 'IncompleteSignature', incomplete);
  const date = header('x-acs-date');
  const nonce = header('x-acs-signature-nonce');
  if (!date) return missing('Timestamp');
  if (!nonce) return missing('SignatureNonce');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date))
    return refuse(400, 'InvalidTimeStamp.Format', 'Specified time stamp or date value is not well formatted.');
  if (Math.abs(time - Date.parse(date)) > SKEW_MS)
    return refuse(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');

  const key = state.settings.credentials.find(({ accessKeyId }) => accessKeyId === authorization.accessKeyId);
  if (!key) return refuse(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
  const token = header('x-acs-security-token');
  if (key.securityToken !== undefined && !token) return missing('SecurityToken');
  if ((key.securityToken ?? '') !== token)
    return refuse(400, 'InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.');
  if ((key.expiresAt ?? Number.POSITIVE_INFINITY) <= time)
    return refuse(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');

  const { toSign, signature } = acs3(request, authorization.signedHeaders, key.secretAccessKey);
  if (signature !== authorization.signature)
    return refuse(
      400,
      'SignatureDoesNotMatch',
      `Specified signature does not match our calculation. server StringToSign is [${toSign}]`,
    );
  if (state.nonces.has(nonce)) return refuse(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
  remember(state.nonces, nonce);

  const lacking = called.call.required.find((name) => !called.params[name]);
  return lacking ? missing(lacking) : { ...visitor, ...called };
};

const aliyunResponder = ({ headers: sent }: LocalRequest, id: string, time: number): Responder => {
  const requestId = id.toUpperCase();
  const { host = '' } = sent;
  const headers = {
    date: new Date(time).toUTCString(),
    'content-type': 'application/json;charset=utf-8',
    'x-acs-request-id': requestId,
    'x-acs-trace-id': requestId.replaceAll('-', '').toLowerCase(),
  };
  const error = (status: number, code: string, message: string, more: object = {}): Answer => {
    const recommend = `https://api.alibabacloud.com/troubleshoot?q=${code}&requestId=${requestId}`;
    const json = { RequestId: requestId, HostId: host, Code: code, Message: message, Recommend: recommend, ...more };
    return { status, headers, body: JSON.stringify(json), code };
  };
  return {
    error,
    ok: (json) => ({ status: 200, headers, body: JSON.stringify({ RequestId: requestId, ...json }) }),
    throttled: () => error(400, 'Throttling.User', 'Request was denied due to user flow control.'),
    // No word of throttling: the header alone says it, in ms (aliyun/darabonba-openapi, pull request 283).
    backOff: (ms) => {
      const answer = error(503, 'ServiceBusy', 'The service is busy.');
      return { ...answer, headers: { ...answer.headers, 'x-acs-retry-after': String(ms) } };
    },
    unavailable: () =>
      error(503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'),
    broken: () => error(500, 'InternalError', 'The request processing has failed due to some unknown error.'),
    denied: () => {
      const detail = {
        AuthAction: sent['x-acs-action'] ?? '',
        AuthPrincipalType: 'SubUser',
        NoPermissionType: 'ImplicitDeny',
      };
      return error(403, 'NoPermission', 'You are not authorized to do this operation.', { AccessDeniedDetail: detail });
    },
    sent,
    elsewhere: elsewhereThan(host),
  };
};

const remember = (nonces: Set<string>, nonce: string): void => {
  nonces.add(nonce);
  const [oldest] = nonces;
  if (nonces.size > KEPT_NONCES && oldest !== undefined) nonces.delete(oldest);
};
