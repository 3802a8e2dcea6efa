import { describe, expect, it } from 'vitest';
import { callHuawei } from '../../lib/clouds/huawei.ts';
import { LookError } from '../../lib/core/errors.ts';
import { CREDENTIALS, NOW, type Reply, scripted, wording } from '../providers/scripted.ts';

type Call = Parameters<typeof callHuawei>[1];
const CALL: Call = { product: 'dws', region: 'cn-north-4', project: 'p1', path: ['v1', 'p1', 'clusters', 'c1'] };

const called = async (call: Partial<Call> = {}, settings: Parameters<typeof scripted>[1] = {}) => {
  const { cloud, requests } = scripted([{ body: {} }], settings);
  await callHuawei(cloud, { ...CALL, ...call });
  return requests[0];
};

describe('a call of a Huawei Cloud REST API', () => {
  it('is a signed GET', async () => {
    const request = await called();
    expect(request).toMatchObject({
      method: 'GET',
      url: 'https://dws.cn-north-4.myhuaweicloud.com/v1/p1/clusters/c1',
      headers: {
        host: 'dws.cn-north-4.myhuaweicloud.com',
        'x-sdk-date': '20260102T030405Z',
        'x-project-id': 'p1',
        'x-security-token': CREDENTIALS.securityToken,
      },
    });
    expect(request?.headers.authorization).toMatch(
      /^SDK-HMAC-SHA256 Access=AK-EXAMPLE, SignedHeaders=content-type;host;x-project-id;x-sdk-date;x-security-token, Signature=[0-9a-f]{64}$/,
    );
  });

  it.each([
    ['dws', 'cn-south-4', 'dws.cn-south-4.myhuaweicloud.cn'],
    ['dws', 'cn-north-12', 'dws.cn-north-12.myhuaweicloud.cn'],
    ['dws', 'cn-east-4', 'dws.cn-east-4.myhuaweicloud.cn'],
    ['dws', 'tr-west-1', 'dws.tr-west-1.myhuaweicloud.cn'],
    ['dws', 'ap-southeast-4', 'dws.ap-southeast-4.myhuaweicloud.cn'],
    ['dws', 'eu-west-101', 'dws.eu-west-101.myhuaweicloud.eu'],
    ['dws', 'ap-southeast-1', 'dws.ap-southeast-1.myhuaweicloud.com'],
    ['modelarts', 'ap-southeast-1', 'modelarts.ap-southeast-1.myhuaweicloud.cn'],
    ['modelarts', 'tr-west-1', 'modelarts.tr-west-1.myhuaweicloud.com'],
    ['ecs', 'cn-north-4', 'ecs.cn-north-4.myhuaweicloud.com'],
  ])('finds %s in %s at %s', async (product, region, host) => {
    expect((await called({ product, region }))?.headers.host).toBe(host);
  });

  it('encodes each segment once, and no segment reaches another path', async () => {
    const request = await called({ path: ['v1', 'p1', '../../v2/secret?x=1#', 'a%2Fb'] });
    expect(request?.url).toBe(
      'https://dws.cn-north-4.myhuaweicloud.com/v1/p1/..%2F..%2Fv2%2Fsecret%3Fx%3D1%23/a%252Fb',
    );
    expect(new URL(request?.url ?? '').pathname).toBe('/v1/p1/..%2F..%2Fv2%2Fsecret%3Fx%3D1%23/a%252Fb');
  });

  it.each(['', '.', '..'])('refuses the segment "%s"', async (segment) => {
    await expect(called({ path: ['v1', segment] })).rejects.toMatchObject({ name: 'Misconfigured', code: 'bad_path' });
  });
});

const read = async (told: Reply, call: Partial<Call> = {}) => {
  const { cloud } = scripted([told]);
  return callHuawei(cloud, { ...CALL, ...call }).catch((error: unknown) => {
    if (error instanceof LookError) return error;
    throw error;
  });
};

const error = (status: number, error_code: string, headers = {}): Reply => ({
  status,
  headers: { 'x-request-id': 'r-1', ...headers },
  body: { error_code, error_msg: 'words of the cloud' },
});

const SOON = { date: 'Fri, 02 Jan 2026 03:10:00 GMT' };
const HOUR_OFF = { date: 'Fri, 02 Jan 2026 04:04:05 GMT' };

describe('an answer of Huawei Cloud', () => {
  it.each<[string, Reply, string]>([
    ['429 APIG.0308', error(429, 'APIG.0308'), 'Throttled'],
    ['429 APIGW.0308', error(429, 'APIGW.0308'), 'Throttled'],
    ['429 APIGW.0308, Retry-After: 4', error(429, 'APIGW.0308', { 'retry-after': '4' }), 'Throttled after 4000 ms'],
    ['429 HTML', { status: 429, body: '<html>' }, 'Throttled'],
    ['504 APIGW.0201', error(504, 'APIGW.0201'), 'RetryLater'],
    ['500 of a service', error(500, 'DWS.9999'), 'RetryLater'],
    ['503, Retry-After: 10', error(503, 'DWS.5000', { 'retry-after': '10' }), 'RetryLater after 10000 ms'],
    ['502 HTML', { status: 502, body: '<html>' }, 'RetryLater'],
    ['401 APIG.0301', error(401, 'APIG.0301'), 'Refused'],
    ['401 APIGW.0301, clocks agree', error(401, 'APIGW.0301', SOON), 'Refused'],
    ['401 APIGW.0301, clocks an hour apart', error(401, 'APIGW.0301', HOUR_OFF), 'ClockSkew'],
    ['401 APIGW.0303, clocks an hour apart', error(401, 'APIGW.0303', HOUR_OFF), 'ClockSkew'],
    ['401 APIGW.0307', error(401, 'APIGW.0307'), 'Refused'],
    ['401 of IAM', { status: 401, body: { error: { code: 401, message: 'Unauthorized' } } }, 'Refused'],
    ['403 APIGW.0302', error(403, 'APIGW.0302'), 'NotAllowed'],
    ['403 of a service', error(403, 'ModelArts.0107'), 'NotAllowed'],
    ['404 APIGW.0101', error(404, 'APIGW.0101'), 'Misconfigured'],
    ['404 APIG.0101', error(404, 'APIG.0101'), 'Misconfigured'],
    ['404 of a service', error(404, 'DWS.3027'), 'unknown'],
    ['404 without a code', { status: 404, body: { message: 'no route' } }, 'RetryLater'],
    ['404 HTML', { status: 404, body: '<html>' }, 'RetryLater'],
    ['400 APIGW.0201', error(400, 'APIGW.0201'), 'Misconfigured'],
    ['400 of a service', error(400, 'DWS.0002'), 'Misconfigured'],
    [
      '400 errCode, externalMessage',
      { status: 400, body: { errCode: 'DWS.0002', externalMessage: 'm' } },
      'Misconfigured',
    ],
    [
      '400 error {code, message}',
      { status: 400, body: { error: { code: 'Ecs.0005', message: 'm' } } },
      'Misconfigured',
    ],
    ['400 code, message', { status: 400, body: { code: 'IMG.0001', message: 'm' } }, 'Misconfigured'],
    ['200 with DWS.0000', error(200, 'DWS.0000'), 'answered'],
    ['200 with DWS.9999', error(200, 'DWS.9999'), 'RetryLater'],
    ['200 with errCode', { body: { errCode: 'DWS.9999' } }, 'RetryLater'],
    ['200 with error_code null', { body: { error_code: null } }, 'answered'],
    ['200, nothing', { body: ' ' }, 'answered'],
    ['204, nothing', { status: 204, body: '' }, 'answered'],
    ['200, nothing left of a body that was cut', { body: '', cut: true }, 'RetryLater'],
    ['200 HTML', { body: '<html>it works</html>' }, 'RetryLater'],
    ['200 truncated JSON', { body: '{"status": "SUCC' }, 'RetryLater'],
    ['200 a JSON array', { body: '[]' }, 'RetryLater'],
    ['302 to another host', { status: 302, headers: { location: 'https://b' }, body: '' }, 'RetryLater'],
  ])('%s', async (_, told, expected) => {
    const it = await read(told);
    expect(it instanceof LookError ? wording(it) : it.kind).toBe(expected);
  });

  it('that says the key is locked is a refusal for five minutes, whatever the clocks say', async () => {
    const error_msg = 'Incorrect IAM authentication information: AK access failed to reach the limit,forbidden.';
    const it = await read({ status: 401, headers: HOUR_OFF, body: { error_code: 'APIG.0301', error_msg } });
    expect(it).toMatchObject({ name: 'Refused', lockedForMs: 5 * 60_000 });
  });

  it.each<[string, unknown]>([
    ['error_code, error_msg', { error_code: 'X.1', error_msg: 'words' }],
    ['errCode, externalMessage', { errCode: 'X.1', externalMessage: 'words' }],
    ['error {code, message}', { error: { code: 'X.1', message: 'words' } }],
    ['code, message', { code: 'X.1', message: 'words' }],
  ])('has its words in %s', async (_, body) => {
    const headers = { 'x-request-id': 'r-1' };
    expect(await read({ status: 400, headers, body })).toMatchObject({
      code: 'X.1',
      message: 'words',
      requestId: 'r-1',
    });
  });

  it('tells the cloud’s time', async () => {
    expect(await read(error(401, 'APIGW.0301', HOUR_OFF))).toMatchObject({ cloudTime: NOW + 3_600_000 });
  });

  it.each<[string, Reply, string]>([
    ['503 DWS.3027', error(503, 'DWS.3027'), 'RetryLater'],
    ['500 DWS.0001', error(500, 'DWS.0001'), 'RetryLater'],
    ['429 DWS.0001', error(429, 'DWS.0001'), 'Throttled'],
    ['408 DWS.0047', error(408, 'DWS.0047'), 'RetryLater'],
    ['404 DWS.0047', error(404, 'DWS.0047'), 'unknown'],
    ['400 DWS.0047', error(400, 'DWS.0047'), 'unknown'],
  ])('%s: a busy or broken service says nothing about what was asked', async (_, told, expected) => {
    const it = await read(told, { unknownCode: /^DWS\.(0001|0047|3027)$/ });
    expect(it instanceof LookError ? it.name : it.kind).toBe(expected);
  });

  it.each<[number, string, string, string]>([
    // We ask too often.
    [400, 'CBC.0250', 'Flow control is triggered.', 'Throttled'],
    [400, 'SYS.0429', 'Too Many Requests', 'Throttled'],
    [403, 'ModelArts.81101', 'Too many requests, exceeded rate limit is 60 times per minute.', 'Throttled'],
    [404, 'SVC.0001', 'The throttling threshold has been reached: policy user over ratelimit', 'Throttled'],
    [400, 'DMS.0001', '请求过于频繁，请稍后再试', 'Throttled'],
    [400, 'QpsLimitExceeded', 'm', 'Throttled'],
    // It passes.
    [409, 'DWS.0011', 'Another operation is being performed on the instance.', 'RetryLater'],
    [403, 'DWS.7023', 'The cluster status does not allow this operation.', 'RetryLater'],
    [400, 'DWS.9998', 'System busy.', 'RetryLater'],
    [400, 'Ecs.0002', 'A system exception occurred. Try again later or contact customer service.', 'RetryLater'],
    [400, 'DMS.00400026', 'The instance is being upgraded.', 'RetryLater'],
    [400, 'ModelArts.0001', 'The request is still being processed.', 'RetryLater'],
    [404, 'EVS.5400', 'Request timed out, please retry later.', 'RetryLater'],
    [400, 'IMG.0003', 'Service temporarily unavailable', 'RetryLater'],
    [400, 'SDRS.0001', '系统繁忙，请稍后重试', 'RetryLater'],
    [400, 'BMS.0001', '操作正在处理中', 'RetryLater'],
    [423, 'BMS.0002', 'm', 'RetryLater'],
    [400, 'SYSTEM_BUSY', 'm', 'RetryLater'],
    // The caller is gone, and not the operation.
    [404, 'IAM.0004', 'Could not find user: 0760a9e2a60026664f1fc0031f9f205e.', 'Refused'],
    [404, 'PAP5.0025', 'the agency does not exist', 'Refused'],
    [404, 'SVCSTG.0404', 'The IAM user does not exist.', 'Refused'],
    [400, 'Ecs.0004', 'Assume role failed: the agency has been deleted', 'Refused'],
    [404, 'ModelArts.0404', '委托不存在', 'Refused'],
    [403, 'DWS.0099', 'The token has expired.', 'Refused'],
    // The key is good.
    [401, 'DWS.0008', 'Authentication failed.', 'NotAllowed'],
    [401, 'ModelArts.0104', 'The user has no permission.', 'NotAllowed'],
    [403, 'PAP5.0001', 'access denied: the user is not authorized', 'NotAllowed'],
    [403, 'DWS.0015', 'Resource not found or permission denied.', 'NotAllowed'],
    // Absence, and mistakes.
    [404, 'ModelArts.0404', 'The operation does not exist.', 'unknown'],
    [404, 'Ecs.0114', 'The ECS does not exist.', 'unknown'],
    [400, 'DWS.0001', 'Incorrect parameter.', 'Misconfigured'],
    [404, 'APIGW.0101', 'The API does not exist or has not been published in the environment.', 'Misconfigured'],
  ])('an unlisted code is read by its family: %i %s "%s" is %s', async (status, error_code, error_msg, expected) => {
    const it = await read({ status, body: { error_code, error_msg } });
    expect(it instanceof LookError ? it.name : it.kind).toBe(expected);
  });

  it('reads no family out of what the request held', async () => {
    const body = { error_code: 'DWS.0001', error_msg: 'Incorrect parameter: system-busy-user-not-found' };
    const path = ['v1', 'p1', 'clusters', 'system-busy-user-not-found'];
    expect(await read({ status: 400, body }, { path })).toMatchObject({ name: 'Misconfigured' });
  });

  it.each<[string, Reply]>([
    ['an empty 401', { status: 401, body: '' }],
    ['a 401 of HTML', { status: 401, body: '<html>Unauthorized</html>' }],
    ['a 401 without a code', { status: 401, body: { message: 'no' } }],
    ['a 401 that was cut', { status: 401, body: '{"error_code"', cut: true }],
  ])('%s may lock the key: it is not repeated with the same one', async (_, told) => {
    expect(await read(told)).toMatchObject({ name: 'Refused' });
  });

  it('quotes a body that nobody understands, without secrets', async () => {
    const told = { status: 400, body: { oops: `the key ${CREDENTIALS.secretAccessKey}` } };
    expect(await read(told)).toMatchObject({ message: expect.stringContaining('oops') });
    const unworded = { status: 400, body: { error_code: 'DWS.1', detail: `of ${CREDENTIALS.secretAccessKey}` } };
    expect(await read(unworded)).toMatchObject({ code: 'DWS.1', message: expect.stringContaining('detail') });
    for (const each of [told, unworded]) {
      expect((await read(each)) as LookError).not.toMatchObject({
        message: expect.stringContaining(CREDENTIALS.secretAccessKey),
      });
    }
  });

  it('knows a product’s own codes for what it does not know, whatever their status', async () => {
    const unknownCode = /^DWS\.0047$/;
    expect(await read(error(401, 'DWS.0047'), { unknownCode })).toMatchObject({
      kind: 'unknown',
      words: { status: 401 },
    });
    expect(await read(error(200, 'DWS.0047'), { unknownCode })).toMatchObject({ kind: 'unknown' });
  });

  it('leaves an error code to the thing asked about where the answer tells a state of it', async () => {
    const told = (more: object): Reply => ({ body: { error_code: 'Ecs.0208', ...more } });
    expect(await read(told({ status: 'FAIL' }), { stateIn: 'status' })).toMatchObject({ kind: 'answered' });
    expect(await read(told({}), { stateIn: 'status' })).toMatchObject({ name: 'RetryLater', code: 'Ecs.0208' });
    expect(await read(told({ status: 'FAIL' }))).toMatchObject({ name: 'RetryLater', code: 'Ecs.0208' });
  });
});
