import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callAliyun } from '../../lib/clouds/aliyun.ts';
import { LookError } from '../../lib/core/errors.ts';
import { CREDENTIALS, NOW, type Reply, scripted, wording } from '../providers/scripted.ts';

const CALL = {
  product: 'emr',
  region: 'cn-hangzhou',
  action: 'GetOperation',
  version: '2021-03-20',
  method: 'POST',
} as const;
const OK: Reply = { body: { RequestId: 'r-1' } };

const called = async (
  call: Partial<Parameters<typeof callAliyun>[1]> = {},
  settings: Parameters<typeof scripted>[1] = {},
) => {
  const { cloud, requests } = scripted([OK], settings);
  await callAliyun(cloud, { ...CALL, ...call });
  return requests[0];
};

describe('a call of an Alibaba Cloud RPC API', () => {
  it('puts parameters into the query, sorted and encoded', async () => {
    const request = await called({ query: { RegionId: 'cn-hangzhou', ClusterId: 'c/ *~' } });
    expect(request?.method).toBe('POST');
    expect(request?.url).toBe('https://emr.cn-hangzhou.aliyuncs.com/?ClusterId=c%2F%20%2A~&RegionId=cn-hangzhou');
    expect(request?.body).toBeUndefined();
  });

  it('puts a form into the body', async () => {
    const request = await called({ product: 'bpstudio', form: { OperationId: 'op/1' } });
    expect(request?.url).toBe('https://bpstudio.cn-hangzhou.aliyuncs.com/');
    expect(request?.body).toBe('OperationId=op%2F1');
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('is signed by the cloud’s clock, with a nonce of its own', async () => {
    const request = await called();
    expect(request?.headers).toMatchObject({
      host: 'emr.cn-hangzhou.aliyuncs.com',
      'x-acs-date': '2026-01-02T03:04:05Z',
      'x-acs-signature-nonce': 'nonce-1',
      'x-acs-security-token': CREDENTIALS.securityToken,
    });
    expect(request?.headers.authorization).toMatch(/^ACS3-HMAC-SHA256 Credential=AK-EXAMPLE,/);
  });

  it.each([
    ['a host of the product', { emr: 'emr-vpc.{region}.aliyuncs.com' }, 'https://emr-vpc.cn-hangzhou.aliyuncs.com/'],
    ['an origin of the product', { emr: 'http://127.0.0.1:4010' }, 'http://127.0.0.1:4010/'],
    ['one for all', { '*': 'http://gateway.internal:8080/' }, 'http://gateway.internal:8080/'],
    ['the product before all', { '*': 'http://a', emr: 'http://b' }, 'http://b/'],
  ])('goes to %s where the connection says so', async (_, endpoints, url) => {
    const request = await called({}, { endpoints });
    expect(request?.url).toBe(url);
    expect(request?.headers.host).toBe(new URL(url).host);
  });

  it.each(['http://a/path', 'http://user:word@a', 'http://a?b=c', 'https://', 'a b', ''])(
    'refuses the endpoint "%s"',
    async (endpoint) => {
      await expect(called({}, { endpoints: { emr: endpoint } })).rejects.toMatchObject({
        name: 'Misconfigured',
        code: 'bad_endpoint',
      });
    },
  );
});

const QUERY = { OperationId: 'SecurityToken.Expired-1' };

const read = async (told: Reply, unknownCode?: RegExp) => {
  const { cloud } = scripted([told]);
  return callAliyun(cloud, { ...CALL, query: QUERY, ...(unknownCode && { unknownCode }) }).catch((error: unknown) => {
    if (error instanceof LookError) return error;
    throw error;
  });
};

const readAs = async (told: Reply): Promise<string> => {
  const it = await read(told);
  return it instanceof LookError ? wording(it) : it.kind;
};

const error = (status: number, Code: string | number, headers = {}): Reply => ({
  status,
  headers,
  body: { RequestId: 'r-1', HostId: 'h', Code, Message: 'words of the cloud' },
});

const expired = (Message: string): Reply => ({ status: 400, body: { Code: 'InvalidParameter', Message } });

const NO_SUCH_THING = ['ResourceNotFound', 'ClusterNotFound', 'StackNotFound', 'OperationNotFound', 'TaskNotFound'];

const DATE = 'Fri, 02 Jan 2026 02:04:05 GMT';

describe('an answer of Alibaba Cloud', () => {
  it.each<[string, Reply, string]>([
    ['400 Throttling', error(400, 'Throttling'), 'Throttled'],
    ['400 Throttling.User', error(400, 'Throttling.User'), 'Throttled'],
    ['400 Throttling.Api', error(400, 'Throttling.Api'), 'Throttled'],
    ['400 Throttling.Resource', error(400, 'Throttling.Resource'), 'Throttled'],
    ['503 Throttling.System', error(503, 'Throttling.System'), 'Throttled'],
    ['429 Throttling.UserConcurrentLimit', error(429, 'Throttling.UserConcurrentLimit'), 'Throttled'],
    ['400 ThrottlingException', error(400, 'ThrottlingException'), 'Throttled'],
    ['400 Rejected.Throttling', error(400, 'Rejected.Throttling'), 'Throttled'],
    ['429 with another code', error(429, 'TooManyRequests'), 'Throttled'],
    [
      '400 any code, x-acs-retry-after: 1500',
      error(400, 'Busy', { 'x-acs-retry-after': '1500' }),
      'Throttled after 1500 ms',
    ],
    [
      '500 HTML, x-acs-retry-after: 70',
      { status: 500, headers: { 'x-acs-retry-after': '70' }, body: '<p>' },
      'Throttled after 70 ms',
    ],
    ['400 Throttling, x-acs-retry-after: soon', error(400, 'Throttling', { 'x-acs-retry-after': 'soon' }), 'Throttled'],
    ['400 any code, x-acs-retry-after: 0', error(400, 'NotEnabled', { 'x-acs-retry-after': '0' }), 'Misconfigured'],
    ['400 Throttling, Retry-After: 3', error(400, 'Throttling', { 'retry-after': '3' }), 'Throttled after 3000 ms'],
    ['200, x-acs-retry-after', { body: {}, headers: { 'x-acs-retry-after': '5' } }, 'answered'],
    ['503 ServiceUnavailable', error(503, 'ServiceUnavailable'), 'RetryLater'],
    [
      '503 ServiceUnavailable, Retry-After: a date',
      error(503, 'ServiceUnavailable', { 'retry-after': 'Fri, 02 Jan 2026 02:05:05 GMT', date: DATE }),
      'RetryLater after 60000 ms',
    ],
    ['503 ServiceFailure', error(503, 'ServiceFailure'), 'RetryLater'],
    ['500 InternalError', error(500, 'InternalError'), 'RetryLater'],
    ['500 UnknownError', error(500, 'UnknownError'), 'RetryLater'],
    ['502 of another code', error(502, 'BadGateway'), 'RetryLater'],
    ['406 DbError', error(406, 'DbError'), 'RetryLater'],
    ['406 RedisError', error(406, 'RedisError'), 'RetryLater'],
    ['408 RequestTimeout', error(408, 'RequestTimeout'), 'RetryLater'],
    ['400 SignatureNonceUsed', error(400, 'SignatureNonceUsed'), 'RetryLater'],
    ['400 InvalidTimeStamp.Expired', error(400, 'InvalidTimeStamp.Expired', { date: DATE }), 'ClockSkew'],
    ['400 InvalidTimeStamp.Expired, no Date', error(400, 'InvalidTimeStamp.Expired'), 'RetryLater'],
    ['400 SignatureDoesNotMatch', error(400, 'SignatureDoesNotMatch'), 'Refused'],
    ['403 SignatureDoesNotMatch', error(403, 'SignatureDoesNotMatch'), 'Refused'],
    ['400 IncompleteSignature', error(400, 'IncompleteSignature'), 'Refused'],
    ['404 InvalidAccessKeyId.NotFound', error(404, 'InvalidAccessKeyId.NotFound'), 'Refused'],
    ['403 InvalidAccessKeyId.Inactive', error(403, 'InvalidAccessKeyId.Inactive'), 'Refused'],
    ['400 InvalidSecurityToken.Expired', error(400, 'InvalidSecurityToken.Expired'), 'Refused'],
    ['403 InvalidSecurityToken.Malformed', error(403, 'InvalidSecurityToken.Malformed'), 'Refused'],
    ['401 of any code', error(401, 'Unauthorized'), 'NotAllowed'],
    ['401 of a code that nobody knows', error(401, 'Whatever'), 'NotAllowed'],
    ['200 with Code 401', error(200, 401), 'NotAllowed'],
    ['200 with Code InvalidAccessKeyId.NotFound', error(200, 'InvalidAccessKeyId.NotFound'), 'NotAllowed'],
    ['403 Forbidden.AccessKeyDisabled', error(403, 'Forbidden.AccessKeyDisabled'), 'Refused'],
    [
      '403 InvalidSecurityToken.MismatchWithAccessKey',
      error(403, 'InvalidSecurityToken.MismatchWithAccessKey'),
      'Refused',
    ],
    ['400 MissingSecurityToken', error(400, 'MissingSecurityToken'), 'Refused'],
    ['404 EntityNotExist.Role', error(404, 'EntityNotExist.Role'), 'Refused'],
    ['404 EntityNotExist.User', error(404, 'EntityNotExist.User'), 'Refused'],
    ['404 EntityNotExist.User.AccessKey', error(404, 'EntityNotExist.User.AccessKey'), 'Refused'],
    ['404 UserNotFound', error(404, 'UserNotFound'), 'Refused'],
    ['403 InvalidAccessKeyId.Frozen', error(403, 'InvalidAccessKeyId.Frozen'), 'Refused'],
    ['403 SecurityTokenExpired', error(403, 'SecurityTokenExpired'), 'Refused'],
    ['403 AccessKeyDisabled', error(403, 'AccessKeyDisabled'), 'Refused'],
    ['404 EntityNotExist', error(404, 'EntityNotExist'), 'Refused'],
    ['404 NoSuchUser', error(404, 'NoSuchUser'), 'Refused'],
    ['404 SubUser.NotExists', error(404, 'SubUser.NotExists'), 'Refused'],
    ['404 UserGroupNotFound', error(404, 'UserGroupNotFound'), 'Misconfigured'],
    ['404 InvalidRole.NotExist', error(404, 'InvalidRole.NotExist'), 'Refused'],
    [
      '400 InvalidParameter that names SecurityToken.Expired',
      expired('The specified parameter "SecurityToken.Expired" is not valid.'),
      'Refused',
    ],
    [
      '400 InvalidParameter that names another parameter',
      expired('The specified parameter "ClusterId" is not valid.'),
      'Misconfigured',
    ],
    [
      '400 InvalidParameter that quotes an id back',
      expired('The specified parameter "SecurityToken.Expired-1" is not valid.'),
      'Misconfigured',
    ],
    ['403 Forbidden.RAM', error(403, 'Forbidden.RAM'), 'NotAllowed'],
    ['404 Forbidden.RAM', error(404, 'Forbidden.RAM'), 'NotAllowed'],
    ['403 NoPermission', error(403, 'NoPermission'), 'NotAllowed'],
    ['400 NotAuthorized', error(400, 'NotAuthorized'), 'NotAllowed'],
    ['407 NotAuthorized', error(407, 'NotAuthorized'), 'NotAllowed'],
    ['407 of another code', error(407, 'Denied'), 'NotAllowed'],
    ['403 of another code', error(403, 'Denied'), 'NotAllowed'],
    ['400 InvalidParameter', error(400, 'InvalidParameter'), 'Misconfigured'],
    ['400 InvalidParams', error(400, 'InvalidParams'), 'Misconfigured'],
    ['400 MissingClusterId', error(400, 'MissingClusterId'), 'Misconfigured'],
    ['400 NotEnabled', error(400, 'NotEnabled'), 'Misconfigured'],
    ['404 InvalidAction.NotFound', error(404, 'InvalidAction.NotFound'), 'Misconfigured'],
    ['400 InvalidVersion', error(400, 'InvalidVersion'), 'Misconfigured'],
    ['404 InvalidRegionId.NotFound', error(404, 'InvalidRegionId.NotFound'), 'Misconfigured'],
    ['404 ResourceNotFound', error(404, 'ResourceNotFound'), 'unknown'],
    ['404 ClusterNotFound', error(404, 'ClusterNotFound'), 'unknown'],
    ['400 StackNotFound', error(400, 'StackNotFound'), 'unknown'],
    ['404 InstanceNotFound', error(404, 'InstanceNotFound'), 'Misconfigured'],
    ['404 of a code that nobody knows', error(404, 'Whatever'), 'Misconfigured'],
    ['200 with Code 200', { body: { Code: 200 } }, 'answered'],
    ['200 with Code "Success"', { body: { Code: 'Success' } }, 'answered'],
    ['200 with Code 400', error(200, 400), 'Misconfigured'],
    ['200 with Code 403', error(200, 403), 'NotAllowed'],
    ['200 with Code 429', error(200, 429), 'Throttled'],
    ['200 with Code 500', error(200, 500), 'RetryLater'],
    ['200 with Code 9001', error(200, 9001), 'RetryLater'],
    ['200 with Code Throttling.User', error(200, 'Throttling.User'), 'Throttled'],
    ['200 HTML', { body: '<html>it works</html>' }, 'RetryLater'],
    ['200, nothing', { body: '' }, 'RetryLater'],
    ['200 truncated JSON', { body: '{"Operation": {"OperationState": "COMPL' }, 'RetryLater'],
    ['200 whole JSON of a body that was cut', { body: {}, cut: true }, 'RetryLater'],
    ['200 a JSON array', { body: '[]' }, 'RetryLater'],
    ['200 null', { body: 'null' }, 'RetryLater'],
    ['404 HTML', { status: 404, body: '<html>' }, 'RetryLater'],
    ['403 HTML', { status: 403, body: '<html>' }, 'RetryLater'],
    ['429 HTML', { status: 429, body: '<html>' }, 'Throttled'],
    ['302 to another host', { status: 302, headers: { location: 'https://b' }, body: '' }, 'RetryLater'],
    ['302 with JSON', error(302, 'Moved'), 'RetryLater'],
    ['404 JSON of a gateway', { status: 404, body: { message: 'no Route matched' } }, 'RetryLater'],
  ])('%s', async (_, told, expected) => {
    expect(await readAs(told)).toBe(expected);
  });

  it('hands on the cloud’s own words', async () => {
    expect(await read(error(400, 'InvalidParameter'))).toMatchObject({
      code: 'InvalidParameter',
      message: 'words of the cloud',
      status: 400,
      requestId: 'r-1',
    });
  });

  it('tells the cloud’s time', async () => {
    const skew = await read(error(400, 'InvalidTimeStamp.Expired', { date: DATE }));
    expect(skew).toMatchObject({ cloudTime: NOW - 3_600_000 });
  });

  it('takes secrets out of words that quote the request', async () => {
    const body = {
      Code: 'SignatureDoesNotMatch',
      Message: `server canonicalRequest is [x-acs-security-token:${CREDENTIALS.securityToken}]`,
    };
    expect(await read({ status: 400, body })).toMatchObject({
      message: 'server canonicalRequest is [x-acs-security-token:…]',
    });
  });

  it('knows a product’s own code for what it does not know, and then no other', async () => {
    expect(await read(error(404, 'ResourceNotFound'), /^8004$/)).toMatchObject({ name: 'Misconfigured' });
    expect(await read(error(200, 8004), /^8004$/)).toMatchObject({ kind: 'unknown', words: { code: '8004' } });
  });

  it.each([
    [429, 'Throttled'],
    [500, 'RetryLater'],
    [503, 'RetryLater'],
  ])('means nothing by that code beside HTTP %i', async (status, name) => {
    expect(await read(error(status, 'Gone'), /^Gone$/)).toMatchObject({ name });
  });

  it.each([
    ['an error without a Message', { status: 400, body: { Code: 'Odd', Detail: 'node 7 is down' } }, 'Odd'],
    ['an error without a Code', { status: 400, body: { Detail: 'node 7 is down' } }, 'no_sense'],
    ['a page', { status: 502, body: '<h1>node 7 is down</h1>' }, 'no_sense'],
  ])('quotes %s [F50]', async (_, told, code) => {
    expect(await read(told)).toMatchObject({ code, message: expect.stringContaining('node 7 is down') });
  });

  it('quotes no more than a person reads, and no secret', async () => {
    const page = await read({ status: 502, body: `${CREDENTIALS.secretAccessKey} ${'长'.repeat(10_000)}` });
    const { message } = page as LookError;
    expect(message).not.toContain(CREDENTIALS.secretAccessKey);
    expect(new TextEncoder().encode(message).length).toBeLessThan(400);
  });

  const anyCode = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[A-Z][a-z]{2,8}([A-Z][a-z]{2,8}){0,3}(\.[A-Z][a-z]{2,8})?$/),
    fc
      .array(
        fc.constantFrom(
          'Invalid',
          'Key',
          'Access',
          'User',
          'Operation',
          'Not',
          'Found',
          'Busy',
          'Token',
          'Limit',
          '.',
          '_',
        ),
        { minLength: 1, maxLength: 6 },
      )
      .map((words) => words.join('')),
  );

  it('is never an absence whose code the product does not name, and never about the key inside an HTTP 200 [F50]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 200, max: 599 }), anyCode, fc.string(), async (status, Code, Message) => {
        const answered = await read({ status, body: { Code, Message } });
        if (answered instanceof LookError) {
          if (status < 300) expect(answered.name).not.toBe('Refused');
        } else if (answered.kind === 'unknown') expect(NO_SUCH_THING).toContain(Code);
      }),
    );
  });
});
