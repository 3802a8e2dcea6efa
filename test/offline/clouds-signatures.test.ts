import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { acs3 } from '../../offline/clouds/acs3.ts';
import { sdkHmac } from '../../offline/clouds/sdk-hmac.ts';
import { idsOf } from './operations.ts';
import { aliyunCall, type Headers, huaweiCall, KEY, type Sent } from './signed-call.ts';
import { codeOf, MINUTE, TOKEN_KEY, useClouds } from './stand-in.ts';

const { clock, steer, ask, create } = useClouds();

describe('signatures, as published', () => {
  type Vector = {
    request: { method: string; host?: string; path: string; query: Headers; headers: Headers; body?: string };
    credentials: { accessKeyId: string; accessKeySecret: string } & { ak: string; sk: string };
    signature?: string;
    signaturePublished?: string;
    authorization?: string;
    name?: string;
    source?: string;
    signedHeaders?: string;
  };
  const read = (file: string): { official: Vector | Vector[]; vectors: Vector[] } =>
    JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8'));
  const all = (file: string) => {
    const { official, vectors } = read(file);
    return [official, vectors].flat().map((vector) => ({ ...vector, title: vector.name ?? vector.source }));
  };

  const arrived = ({ request: { method, host, path, query, headers, body = '' } }: Vector) => {
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const withHost = host === undefined || 'host' in lower ? lower : { ...lower, host };
    return { method, path, query: new URLSearchParams(query).toString(), headers: withHost, body: Buffer.from(body) };
  };
  const signed = ({ signedHeaders }: Vector, headers: Headers) =>
    signedHeaders?.split(';') ?? Object.keys(headers).sort();

  test.each(all('alibaba-acs3.json'))('ACS3-HMAC-SHA256 | $title', (vector) => {
    const request = arrived(vector);
    const { signature } = acs3(request, signed(vector, request.headers), vector.credentials.accessKeySecret);
    expect(signature).toBe(vector.signature ?? vector.signaturePublished);
  });

  test.each(all('huawei-sdk-hmac-sha256.json'))('SDK-HMAC-SHA256 | $title', (vector) => {
    const request = arrived(vector);
    const signature = sdkHmac(request, signed(vector, request.headers), vector.credentials.sk);
    expect(signature).toBe(vector.signature ?? vector.signaturePublished);
  });

  const sendable = [...all('alibaba-acs3.json'), ...all('huawei-sdk-hmac-sha256.json')].filter(
    (one) => one.authorization,
  );
  test.each(sendable)('the stand-in accepts the plain request | $title', async (vector) => {
    const { method, path, query, headers, body } = arrived(vector);
    const { accessKeyId, accessKeySecret, ak, sk } = vector.credentials;
    const credentials = [{ accessKeyId: accessKeyId ?? ak, secretAccessKey: accessKeySecret ?? sk }];
    expect((await steer('POST', 'settings', { credentials })).status).toBe(200);
    const sent = {
      method,
      target: query ? `${path}?${query}` : path,
      headers: { ...headers, authorization: vector.authorization ?? '' },
      body: body.toString(),
    };
    const reply = await ask(sent);
    expect(['SignatureDoesNotMatch', 'APIG.0301', 'InvalidTimeStamp.Expired', 'APIGW.0301']).not.toContain(
      codeOf(reply),
    );
    expect((await ask({ ...sent, headers: { ...sent.headers, host: 'other.test' } })).body).toMatch(
      /SignatureDoesNotMatch|APIG.0301/,
    );
  });

  // No published example has these characters: the signatures were worked out from the rules apart from this code.
  const nasty = { method: 'GET', query: 'c&b=2&a=x+y%2a&a=1', body: Buffer.alloc(0) };

  test('pairs are sorted and escaped by RFC 3986, a key without a value keeps its "="', () => {
    const headers = { host: 'cloud.test', 'x-acs-date': '2026-01-02T03:04:05Z' };
    expect(acs3({ ...nasty, path: '/', headers }, ['host', 'x-acs-date'], 'secret').signature).toBe(
      'af3e8c9ae1a32d841cffb45b95fdcf7024e58e013221d7d8122324f4b061053e',
    );
  });

  test('a segment of a path is escaped once, and the slash at its end is only in the canonical form', async () => {
    const headers = { host: 'cloud.test', 'x-sdk-date': '20260102T030405Z' };
    const path = '/v1/p/jobs/a%20b+c%2F%c3%bc*~';
    expect(sdkHmac({ ...nasty, path, headers }, ['x-sdk-date', 'host'], 'secret')).toBe(
      'de060fe324dcd819dece25db7b105551fd53844bf9c11f78fc13c508f1e02fa5',
    );
    await create('huawei-job', {}, { project_id: 'p', job_id: 'a b+c/ü*~' });
    expect((await ask(huaweiCall(path, { at: clock.now }))).json).toMatchObject({ job_id: 'a b+c/ü*~' });
  });
});

describe('what Alibaba Cloud refuses', () => {
  const emr = { action: 'GetOperation', version: '2021-03-20', method: 'POST', query: idsOf('aliyun-emr') };
  const signed = (change: Partial<typeof emr> = {}, signing: object = {}): Sent =>
    aliyunCall({ ...emr, ...change }, { at: clock.now, ...signing });
  const without = (sent: Sent, name: string): Sent => ({
    ...sent,
    headers: Object.fromEntries(Object.entries(sent.headers).filter(([one]) => one !== name)),
  });
  const fresh = { accessKeyId: KEY.accessKeyId, secretAccessKey: 'wrong' };

  test.each<[string, () => Sent, number, string]>([
    ['another version', () => signed({ version: '2016-04-08' }), 400, 'InvalidVersion'],
    ['another action', () => signed({ action: 'RunCluster' }), 404, 'InvalidAction.NotFound'],
    ['another method', () => signed({ method: 'GET' }), 404, 'InvalidAction.NotFound'],
    ['no version', () => without(signed(), 'x-acs-version'), 400, 'MissingVersion'],
    [
      'a missing parameter',
      () => signed({ query: { RegionId: 'cn-hangzhou', ClusterId: 'c-1' } }),
      400,
      'MissingOperationId',
    ],
    [
      'parameters of BPStudio in the query',
      () =>
        aliyunCall(
          { action: 'GetExecuteOperationResult', version: '2021-09-31', method: 'POST', query: { OperationId: 'op' } },
          { at: clock.now },
        ),
      400,
      'MissingOperationId',
    ],
    ['no signature', () => without(signed(), 'authorization'), 400, 'MissingAccessKeyId'],
    [
      'a signature of another kind',
      () => signed({}, { after: { authorization: 'Bearer x' } }),
      400,
      'IncompleteSignature',
    ],
    [
      'an x-acs header that is not signed',
      () => signed({}, { after: { 'x-acs-extra': '1' } }),
      400,
      'IncompleteSignature',
    ],
    [
      'an unknown key',
      () => signed({}, { key: { ...fresh, accessKeyId: 'LTAI-none' } }),
      404,
      'InvalidAccessKeyId.NotFound',
    ],
    ['a wrong secret', () => signed({}, { key: fresh }), 400, 'SignatureDoesNotMatch'],
    [
      'a changed query',
      () => ({ ...signed(), target: '/?RegionId=cn-hangzhou&ClusterId=c-1&OperationId=op-2' }),
      400,
      'SignatureDoesNotMatch',
    ],
    ['a changed header', () => signed({}, { after: { 'x-acs-signature-nonce': 'n' } }), 400, 'SignatureDoesNotMatch'],
    ['a body that was not signed', () => ({ ...signed(), body: 'x=1' }), 400, 'SignatureDoesNotMatch'],
    [
      'a date 15 minutes and a second old',
      () => signed({}, { at: clock.now - 15 * MINUTE - 1000 }),
      400,
      'InvalidTimeStamp.Expired',
    ],
    [
      'a date 15 minutes and a second ahead',
      () => signed({}, { at: clock.now + 15 * MINUTE + 1000 }),
      400,
      'InvalidTimeStamp.Expired',
    ],
    ['a date in another form', () => signed({}, { before: { 'x-acs-date': 'today' } }), 400, 'InvalidTimeStamp.Format'],
    [
      'a temporary key without its token',
      () => signed({}, { key: { ...TOKEN_KEY, securityToken: '' } }),
      400,
      'MissingSecurityToken',
    ],
    [
      'a temporary key with another token',
      () => signed({}, { key: { ...TOKEN_KEY, securityToken: 'x' } }),
      400,
      'InvalidSecurityToken.Malformed',
    ],
  ])('%s', async (_what, sent, status, code) => {
    const reply = await ask(sent());
    expect([reply.status, codeOf(reply)]).toEqual([status, code]);
    expect(reply.json).toMatchObject({
      RequestId: reply.headers['x-acs-request-id'],
      HostId: 'cloud.test',
      Message: expect.any(String),
      Recommend: expect.any(String),
    });
  });

  test('a nonce that was used', async () => {
    const sent = signed();
    expect(codeOf(await ask(sent))).toBe('ResourceNotFound');
    expect(codeOf(await ask(sent))).toBe('SignatureNonceUsed');
  });

  test('a token that has expired, which was good before', async () => {
    expect((await ask(signed({}, { key: TOKEN_KEY }))).status).toBe(404);
    clock.now += 60 * MINUTE;
    expect(codeOf(await ask(signed({}, { key: TOKEN_KEY })))).toBe('InvalidSecurityToken.Expired');
  });
});

describe('what Huawei Cloud refuses', () => {
  const path = '/v1/p/jobs/j';
  const wrong = { accessKeyId: KEY.accessKeyId, secretAccessKey: 'wrong' };
  const auth = 'Incorrect IAM authentication information: ';

  test.each<[string, () => Sent, number, string, string]>([
    ['another path', () => huaweiCall('/v9/p/jobs/j', { at: clock.now }), 404, 'APIGW.0101', 'The API does not exist'],
    [
      'another method',
      () => ({ ...huaweiCall(path, { at: clock.now }), method: 'POST' }),
      404,
      'APIGW.0101',
      'The API does not exist',
    ],
    [
      'no signature',
      () => ({ method: 'GET', target: path, headers: {} }),
      401,
      'APIG.0301',
      `${auth}x-auth-token not found`,
    ],
    [
      'a token',
      () => ({ method: 'GET', target: path, headers: { 'x-auth-token': 't' } }),
      401,
      'APIG.0301',
      `${auth}decrypt token fail`,
    ],
    [
      'an unknown key',
      () => huaweiCall(path, { at: clock.now, key: { ...wrong, accessKeyId: 'NONE' } }),
      401,
      'APIG.0301',
      `${auth}Get secretKey failed,ak:NONE,err:ak not exist`,
    ],
    [
      'a wrong secret',
      () => huaweiCall(path, { at: clock.now, key: wrong }),
      401,
      'APIG.0301',
      `${auth}verify aksk signature fail`,
    ],
    [
      'another path than the signed one',
      () => ({ ...huaweiCall(path, { at: clock.now }), target: '/v1/p/jobs/k' }),
      401,
      'APIG.0301',
      `${auth}verify aksk signature fail`,
    ],
    [
      'a date 15 minutes and a second old',
      () => huaweiCall(path, { at: clock.now - 15 * MINUTE - 1000 }),
      401,
      'APIGW.0301',
      `${auth}signature expired`,
    ],
    [
      'a temporary key without its token',
      () => huaweiCall(path, { at: clock.now, key: { ...TOKEN_KEY, securityToken: '' } }),
      401,
      'APIG.0301',
      `${auth}check securityToken fail`,
    ],
  ])('%s', async (_what, sent, status, code, words) => {
    const reply = await ask(sent());
    expect([reply.status, codeOf(reply)]).toEqual([status, code]);
    expect(reply.json).toMatchObject({
      error_msg: expect.stringContaining(words),
      request_id: reply.headers['x-request-id'],
    });
    expect(reply.headers.date).toBe(new Date(clock.now).toUTCString());
  });

  test('a temporary key with its token is good', async () => {
    expect((await ask(huaweiCall(path, { at: clock.now, key: TOKEN_KEY }))).status).toBe(404);
  });

  test('a key that failed more than five times in a row, for five minutes', async () => {
    const good = () => ask(huaweiCall(path, { at: clock.now }));
    const bad = () => ask(huaweiCall(path, { at: clock.now, key: wrong }));
    for (let i = 0; i < 5; i++) await bad();
    expect((await good()).status).toBe(404);
    for (let i = 0; i < 5; i++) await bad();
    expect((await steer('GET', 'locks')).json).toEqual({ [KEY.accessKeyId]: { failures: 5 } });
    expect((await bad()).body).toContain('verify aksk signature fail');
    expect((await good()).json).toMatchObject({
      error_code: 'APIG.0301',
      error_msg: `${auth}AK access failed to reach the limit,forbidden.`,
    });
    expect((await steer('GET', 'locks')).json).toEqual({
      [KEY.accessKeyId]: { failures: 6, until: clock.now + 5 * MINUTE },
    });
    clock.now += 5 * MINUTE;
    expect((await good()).status).toBe(404);
    expect((await steer('GET', 'locks')).json).toEqual({});
  });
});
