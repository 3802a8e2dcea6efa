import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { busiest } from '../../offline/clouds/ledger.ts';
import { callFor, idsOf } from './operations.ts';
import { type Headers, huaweiCall, KEY, open } from './signed-call.ts';
import { codeOf, MINUTE, START, TOKEN_KEY, useClouds } from './stand-in.ts';

const { clock, url, close, steer, ask, create, look } = useClouds();

describe('faults, by name', () => {
  test.each<[string, string, number, string, Headers]>([
    ['aliyun-emr', 'throttled', 400, '"Code":"Throttling.User"', {}],
    ['aliyun-emr', 'retry-after', 503, '"Code":"ServiceBusy"', { 'x-acs-retry-after': '1500' }],
    ['aliyun-emr', 'retry-after-long', 503, '"Code":"ServiceBusy"', { 'x-acs-retry-after': '120000' }],
    ['aliyun-emr', 'echo', 500, 'ACS3-HMAC-SHA256 Credential=', {}],
    ['aliyun-emr', 'unavailable', 503, '"Code":"ServiceUnavailable"', {}],
    ['aliyun-emr', 'broken', 500, '"Code":"InternalError"', {}],
    ['aliyun-emr', 'denied', 403, '"NoPermissionType":"ImplicitDeny"', {}],
    ['aliyun-emr', 'error-in-200', 200, '"Code":"InternalError"', {}],
    ['aliyun-emr', 'error:429:Throttling.Api', 429, '"Code":"Throttling.Api"', {}],
    ['aliyun-ehpc', 'denied', 407, '"Code":"NotAuthorized"', {}],
    ['aliyun-ehpc', 'db-error', 406, '"Code":"DbError"', {}],
    ['aliyun-ehpc', 'redis-error', 406, '"Code":"RedisError"', {}],
    ['aliyun-bpstudio', 'error-in-200', 200, '"Code":500', {}],
    ['aliyun-bpstudio', 'code-401', 200, '"Code":401', {}],
    ['aliyun-bpstudio', 'of-another', 200, '"Status":"SUCCESS"', {}],
    ['aliyun-emr', 'of-another', 200, '"OperationId":"op-00000000000000ff"', {}],
    ['aliyun-emr', 'times-in-seconds', 200, `"StartTime":${START / 1_000}`, {}],
    ['aliyun-emr', 'times-in-microseconds', 200, `"StartTime":${START * 1_000}`, {}],
    ['aliyun-emr', 'numbers-as-text', 200, `"StartTime":"${START}"`, {}],
    ['aliyun-emr', 'empty-reason', 200, '"Message":"{}"', {}],
    ['aliyun-emr', 'token-ended', 400, 'SecurityToken.Expired', {}],
    ['aliyun-emr', 'role-gone', 404, '"Code":"EntityNotExist.Role"', {}],
    ['aliyun-emr', 'system-busy', 400, '"Code":"SystemBusy"', {}],
    ['aliyun-ehpc', 'still-processing', 403, '"Code":"LastTokenProcessing"', {}],
    ['aliyun-ehpc', 'of-another', 200, '"Status":"Success"', {}],
    ['aliyun-ehpc', 'other-case', 200, '"TaskId":"b745c159-', {}],
    ['aliyun-ehpc', 'errors-beside', 200, 'StopNodeFailed', {}],
    ['huawei-modelarts', 'throttled', 429, '"error_code":"APIG.0308"', {}],
    ['huawei-modelarts', 'retry-after', 429, '"error_code":"APIG.0308"', { 'retry-after': '2' }],
    ['huawei-modelarts', 'retry-after-long', 429, '"error_code":"APIG.0308"', { 'retry-after': '120' }],
    ['huawei-modelarts', 'unavailable', 504, '"error_code":"APIGW.0201"', {}],
    ['huawei-modelarts', 'denied', 403, '"error_code":"APIGW.0302"', {}],
    ['huawei-dws', 'error-in-200', 200, '"error_code":"InternalError"', {}],
    ['huawei-job', 'html', 200, '<!doctype html>', { 'content-type': 'text/html; charset=utf-8' }],
    ['huawei-job', 'html-503', 503, '<!doctype html>', {}],
    ['huawei-job', 'proxy-auth', 407, '<!doctype html>', {}],
    ['huawei-job', 'array', 200, '[{"job_id"', {}],
    ['huawei-job', 'empty', 200, '', {}],
  ])('%s | %s -> %i', async (api, fault, status, words, headers) => {
    await create(api, { fault, times: 1 });
    const reply = await look(api);
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject(headers);
    expect(reply.body).toContain(words);
    // One look was spoiled; the next one is well.
    const well = await look(api);
    expect(well.status).toBe(200);
    expect(well.body).toMatch(/IN_PROGRESS|INIT|Processing|pending|WAITING/);
  });

  test.each([
    ['reason-outside', '"Message":"ecs.g7.large is out of stock'],
    ['reason-in-output', '"instances":{'],
    ['reason-in-output-text', String.raw`\"instances\":{`],
    ['no-reason', '"Arguments":"{}"'],
  ])('aliyun-bpstudio | %s tells why it failed elsewhere', async (fault, words) => {
    await create('aliyun-bpstudio', { scenario: 'failed', fault, seconds: 0 });
    const { body, json } = await look('aliyun-bpstudio');
    expect(json).toMatchObject({ Code: 200, Data: { Status: 'FAILURE' } });
    expect(body).toContain(words);
  });

  test.each([
    ['list-fails', 503, '"Code":"ServiceUnavailable"'],
    ['list-refused', 400, '"Code":"InvalidParams"'],
    ['list-broken', 200, '"Tasks":null'],
  ])('aliyun-ehpc | %s spoils the list alone', async (fault, status, words) => {
    await create('aliyun-ehpc', { fault });
    const { ClusterId = '' } = idsOf('aliyun-ehpc');
    const list = await ask(callFor('aliyun-ehpc', { ClusterId }, { at: clock.now }));
    expect([list.status, list.body]).toEqual([status, expect.stringContaining(words)]);
    expect((await look('aliyun-ehpc')).json).toMatchObject({ Tasks: [{ Status: 'Processing' }] });
  });

  test('a fault named as the scenario spoils two looks on the way to success', async () => {
    await create('huawei-job', { scenario: 'throttled', seconds: 0 });
    const statuses = [await look('huawei-job'), await look('huawei-job'), await look('huawei-job')].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([429, 429, 200]);
  });

  test('back in time: ten minutes behind, but for what DWS says of its cluster', async () => {
    const ran = { seconds: 60, agoSeconds: 300, fault: 'back-in-time', times: 1 };
    await create('aliyun-emr', ran);
    expect((await look('aliyun-emr')).status).toBe(404);
    expect((await look('aliyun-emr')).json).toMatchObject({ Operation: { OperationState: 'COMPLETED' } });
    await create('huawei-dws', { ...ran, scenario: 'renamed', seconds: 1_000, agoSeconds: 1_200 });
    expect((await look('huawei-dws')).json).toMatchObject({ status: 'RUNNING' });
    expect((await look('huawei-dws')).body).toBe('');
  });

  test('flapping fails every other look', async () => {
    await create('aliyun-emr', { scenario: 'flapping' });
    const statuses = [await look('aliyun-emr'), await look('aliyun-emr'), await look('aliyun-emr')].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([503, 200, 503]);
  });

  const head = (api: string) => open(url(), callFor(api, idsOf(api), { at: clock.now }));

  test('truncated: JSON that ends too early, in an HTTP answer that is whole', async () => {
    await create('aliyun-emr', { fault: 'truncated', seconds: 0 });
    const reply = await look('aliyun-emr');
    expect([reply.status, reply.json]).toEqual([200, undefined]);
    expect(reply.body).toContain('"OperationState":"COMPLETED"');
  });

  test('reset: half of a body and no more', async () => {
    await create('aliyun-emr', { fault: 'reset' });
    await expect(look('aliyun-emr')).rejects.toThrow(/aborted|ECONNRESET/);
  });

  test('drip: a byte, and the next one much later', async () => {
    await create('aliyun-emr', { fault: 'drip' });
    const response = await head('aliyun-emr');
    const first: Buffer = await new Promise((resolve) => response.once('data', resolve));
    expect(first.toString()).toBe('{');
    expect(Number(response.headers['content-length'])).toBeGreaterThan(300);
    response.destroy();
  });

  test('huge: a hundred megabytes and more', async () => {
    await create('aliyun-emr', { fault: 'huge' });
    let size = 0;
    for await (const chunk of (await head('aliyun-emr')) as AsyncIterable<Buffer>) size += chunk.length;
    expect(size).toBeGreaterThan(100 * 1024 * 1024);
  });

  test('bomb: as much again, packed a thousandfold', async () => {
    await create('aliyun-emr', { fault: 'bomb' });
    const response = await head('aliyun-emr');
    const packed = await buffer(response);
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(packed.length).toBeLessThan(200_000);
    const unpacked = gunzipSync(packed);
    expect(unpacked.length).toBeGreaterThan(100 * 1024 * 1024);
    expect(unpacked.subarray(-500).toString()).toContain('"OperationState":"IN_PROGRESS"');
  });

  test('hang: no answer at all, and the server closes all the same', async () => {
    await create('aliyun-emr', { fault: 'hang' });
    const unanswered = look('aliyun-emr').then(
      () => 'answered',
      () => 'ended',
    );
    // The call has arrived once the log knows it.
    await expect.poll(async () => (await steer('GET', 'calls')).json).toMatchObject({ calls: [{ status: 0 }] });
    await close();
    expect(await unanswered).toBe('ended');
  });

  test('redirect: to another host, where nobody should be seen', async () => {
    await create('huawei-job', { fault: 'redirect' });
    const reply = await ask(
      huaweiCall(`/v1/${idsOf('huawei-job').project_id}/jobs/${idsOf('huawei-job').job_id}`, {
        at: clock.now,
        before: { host: new URL(url()).host },
      }),
    );
    expect([reply.status, reply.headers.location]).toEqual([302, `http://localhost:${new URL(url()).port}/_elsewhere`]);
    await ask({ method: 'GET', target: '/_elsewhere', headers: {} });
    expect((await steer('GET', 'calls')).json).toMatchObject({ calls: [{ status: 302 }, { api: 'elsewhere' }] });
  });
});

describe('settings', () => {
  test('a limit of calls a second, in each cloud’s words', async () => {
    await steer('POST', 'settings', { callsPerSecond: 2 });
    await create('aliyun-emr');
    await create('huawei-job');
    const emr = async () => (await look('aliyun-emr')).status;
    expect([await emr(), await emr(), await emr()]).toEqual([200, 200, 400]);
    const throttled = await look('huawei-job');
    expect([throttled.status, codeOf(throttled)]).toEqual([429, 'APIG.0308']);
    clock.now += 999;
    expect(await emr()).toBe(400);
    clock.now += 1;
    expect([(await look('huawei-job')).status, await emr(), await emr()]).toEqual([200, 200, 400]);
    expect((await steer('GET', 'calls')).json).toMatchObject({
      total: 8,
      busiest: { [KEY.accessKeyId]: 5 },
      perSecond: { [START / 1000]: { [KEY.accessKeyId]: 5 }, [START / 1000 + 1]: { [KEY.accessKeyId]: 3 } },
    });
  });

  test('a clock that is ahead, told by the Date header', async () => {
    await steer('POST', 'settings', { clockOffsetMs: 20 * MINUTE });
    const reply = await look('aliyun-emr');
    expect([codeOf(reply), reply.headers.date]).toEqual([
      'InvalidTimeStamp.Expired',
      new Date(START + 20 * MINUTE).toUTCString(),
    ]);
    const again = callFor('aliyun-emr', idsOf('aliyun-emr'), { at: clock.now + 20 * MINUTE });
    expect((await ask(again)).status).toBe(404);
  });

  test('keys that were withdrawn, and what else stands', async () => {
    await steer('POST', 'settings', { credentials: [TOKEN_KEY] });
    expect(codeOf(await look('aliyun-emr'))).toBe('InvalidAccessKeyId.NotFound');
    const { json, body } = await steer('GET', 'settings');
    expect(json).toMatchObject({ credentials: ['STS.TEST'], callsPerSecond: null, lockSeconds: 300 });
    expect(body).not.toContain(TOKEN_KEY.secretAccessKey);
  });

  test('an outage of one cloud', async () => {
    await steer('POST', 'settings', { outage: { fault: 'html-503', vendor: 'huawei' } });
    await create('aliyun-emr');
    expect([(await look('huawei-job')).status, (await look('aliyun-emr')).status]).toEqual([503, 200]);
    await steer('POST', 'settings', { outage: null, absences: { 'huawei-job': 'flat' } });
    expect((await look('huawei-job')).json).toEqual({ code: 'Common.0011', message: 'Job not found.' });
  });

  test.each<[unknown]>([
    [{ speed: 1 }],
    [{ clockOffsetMs: 'x' }],
    [{ pageSize: 0 }],
    [{ outage: { fault: 'none' } }],
    [{ absences: { 'aliyun-emr': 'none' } }],
    [{ credentials: [{}] }],
    [[]],
  ])('refuses %o', async (settings) => {
    expect((await steer('POST', 'settings', settings)).status).toBe(400);
  });
});

describe('the control plane', () => {
  const ids = idsOf('aliyun-bpstudio');
  test.each<[unknown, RegExp]>([
    [{ api: 'aliyun-none', operation: ids }, /api must be one of aliyun-emr, /],
    [{ api: 'aliyun-bpstudio', operation: {} }, /operation.OperationId must be a text/],
    [{ api: 'aliyun-bpstudio', operation: ids, scenario: 'partial' }, /has no word for partial/],
    [
      { api: 'aliyun-bpstudio', operation: ids, scenario: 'nonsense' },
      /has no scenario nonsense; it has success, failed/,
    ],
    [{ api: 'aliyun-bpstudio', operation: ids, scenario: 'toString' }, /has no scenario/],
    [{ api: 'aliyun-bpstudio', operation: ids, timeline: [[0, 'renamed']] }, /has no word for renamed/],
    [{ api: 'aliyun-bpstudio', operation: ids, fault: 'nonsense' }, /has no fault nonsense/],
    [{ api: 'aliyun-bpstudio', operation: ids, absence: 'http-404' }, /can be absent as no-data/],
    [{ api: 'aliyun-bpstudio', operation: ids, seconds: -1 }, /seconds must be a number/],
    [{ api: 'aliyun-bpstudio', operation: ids, colour: 'red' }, /there is no field colour/],
    [7, /must be a JSON object/],
  ])('refuses %o', async (body, words) => {
    const reply = await steer('POST', 'operations', body);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatch(words);
  });

  test('refuses what is no JSON and what it does not know', async () => {
    expect((await ask({ method: 'POST', target: '/_control/operations', headers: {}, body: '{' })).status).toBe(400);
    expect((await steer('GET', 'nothing')).status).toBe(404);
  });

  test('tells what there is to play, and every scenario of every API can be created', async () => {
    const { json } = await steer('GET', 'scenarios');
    for (const [api, { scenarios }] of Object.entries(json as Record<string, { scenarios: string[] }>)) {
      expect(scenarios).toContain('success');
      for (const scenario of scenarios) await create(api, { scenario });
    }
  });

  test('logs calls with their key and what they named, counts looks, and forgets on reset', async () => {
    await create('aliyun-emr');
    await look('aliyun-emr');
    await look('huawei-job');
    expect((await steer('GET', 'operations')).json).toMatchObject({
      operations: [{ api: 'aliyun-emr', phase: 'waiting', word: 'IN_PROGRESS', looks: 1 }],
    });
    const calls = [
      {
        n: 1,
        at: START,
        api: 'aliyun-emr',
        action: 'GetOperation',
        status: 200,
        key: KEY.accessKeyId,
        params: idsOf('aliyun-emr'),
      },
      {
        n: 2,
        at: START,
        api: 'huawei-job',
        action: 'ShowJob',
        status: 404,
        key: KEY.accessKeyId,
        params: idsOf('huawei-job'),
      },
    ];
    expect((await steer('GET', 'calls')).json).toMatchObject({ total: 2, calls });
    expect((await steer('GET', 'calls?since=1&limit=1')).json).toMatchObject({ total: 2, calls: [calls[1]] });
    for (const method of ['DELETE', 'POST']) expect((await steer(method, 'reset')).status).toBe(200);
    expect((await steer('GET', 'calls')).json).toEqual({ total: 0, busiest: {}, perSecond: {}, calls: [] });
    expect(codeOf(await look('aliyun-emr'))).toBe('ResourceNotFound');
  });

  test('the same operation created again begins anew', async () => {
    await create('aliyun-emr', { seconds: 0 });
    await create('aliyun-emr', { scenario: 'failed', seconds: 20 });
    expect((await look('aliyun-emr')).json).toMatchObject({ Operation: { OperationState: 'IN_PROGRESS' } });
  });

  test('the busiest second may begin anywhere', () => {
    const at = (ms: number, key = 'a') => ({ at: ms, key });
    expect(busiest([at(0), at(900), at(1000), at(1899), at(1900), at(5000, 'b')])).toEqual({ a: 3, b: 1 });
  });
});
