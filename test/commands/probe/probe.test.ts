/** The probe against the stand-in clouds: what a person reads of each kind of answer. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProbeDeps, ProbeOptions } from '../../../lib/commands/probe/options.ts';
import { probe } from '../../../lib/commands/probe/probe.ts';
import { readConfig } from '../../../lib/config/config.ts';
import { createSecrets } from '../../../lib/config/secrets.ts';
import { createSend, type HttpAnswer } from '../../../lib/net/http.ts';
import { providers } from '../../../lib/providers/index.ts';
import { createClouds } from '../../../offline/clouds/server.ts';
import type { LocalServer } from '../../../offline/local-server.ts';
import { idsOf } from '../../offline/operations.ts';
import { ask, lookAtOne, scripted } from '../../providers/scripted.ts';

const KEY = { accessKeyId: 'AK-PROBE-1', secretAccessKey: 'the-secret-of-the-probe' };
const TEMPORARY = {
  accessKeyId: 'STS.PROBE',
  secretAccessKey: 'another-secret',
  securityToken: 'a-token-of-the-probe',
};

/** How a secret may be spelled in what a cloud gives back. */
const ENDINGS: readonly (readonly [how: string, spelled: (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['in hex', (secret) => Buffer.from(secret).toString('hex')],
  ['in upper hex', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['percent-encoded', (secret) => Buffer.from(secret).toString('hex').replace(/../g, '%$&')],
];

let clouds: LocalServer;
beforeAll(async () => {
  clouds = await createClouds({ credentials: [KEY, TEMPORARY] });
});
afterAll(() => clouds.close());
beforeEach(() => control('reset', {}));

const control = async (path: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${clouds.url}/_control/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
};

const callCount = async (): Promise<number> => {
  const answer = (await (await fetch(`${clouds.url}/_control/calls`)).json()) as { total: number };
  return answer.total;
};

/** As people submit them: with the fields by which a host is found. */
const operationOf = (provider: string): Record<string, string> => {
  const extra: Record<string, Record<string, string>> = {
    'aliyun-ehpc': { RegionId: 'cn-hangzhou' },
    'aliyun-bpstudio': { RegionId: 'cn-hangzhou' },
    'huawei-modelarts': { region: 'cn-north-4' },
    'huawei-dws': { region: 'cn-north-4' },
    'huawei-job': { service: 'ecs', region: 'cn-north-4' },
  };
  return { ...idsOf(provider), ...extra[provider] };
};

const begin = (api: string, course: object): Promise<void> =>
  control('operations', { api, operation: operationOf(api), seconds: 0, ...course });

const toolsWith = (environment: Record<string, string> = {}, more: Partial<ProbeDeps> = {}): ProbeDeps => {
  const connection = (vendor: 'aliyun' | 'huawei') => ({
    vendor,
    credentials: { accessKeyId: 'env:KEY', secretAccessKey: 'env:SECRET' },
    endpoints: { '*': clouds.url },
  });
  const config = readConfig({
    connections: {
      aliyun: connection('aliyun'),
      huawei: connection('huawei'),
      temporary: { vendor: 'huawei', credentials: 'env:TEMPORARY' },
    },
    defaults: { connections: { huawei: 'huawei' } },
  });
  const variables = {
    KEY: KEY.accessKeyId,
    SECRET: KEY.secretAccessKey,
    TEMPORARY: JSON.stringify(TEMPORARY),
    ...environment,
  };
  const noAws = { send: () => Promise.reject(new Error('no AWS here')) };
  return {
    config,
    secrets: createSecrets(noAws, variables, () => Date.now()),
    sendToCloud: createSend({ timeoutMs: 2_000, maxBytes: 100_000, onTooLong: 'fail' }),
    now: () => Date.now(),
    uniqueId: () => crypto.randomUUID(),
    ...more,
  };
};

const probed = (provider: string, more: Partial<ProbeOptions> = {}, tools = toolsWith()) =>
  probe({ provider, input: operationOf(provider), seen: false, ...more }, tools);

describe('a probe', () => {
  it.each([
    [
      'aliyun-emr',
      { scenario: 'success' },
      true,
      [
        '> POST http://127.0.0.1:',
        'x-acs-action: GetOperation',
        'authorization: ACS3-HMAC-SHA256 …',
        '< HTTP 200 after',
        '"OperationState": "COMPLETED"',
        '\nsucceeded\n',
        'why      Operation.OperationState says COMPLETED',
        'next     the watch is succeeded, and opwatch tells its targets',
      ],
    ],
    [
      'aliyun-emr',
      { scenario: 'attention', seconds: 100, agoSeconds: 50 },
      true,
      [
        '\nattention\n',
        'says HUMAN_PROCESSING',
        'the watch is attention, and opwatch tells its targets',
        'looks again in 14',
      ],
    ],
    [
      'aliyun-ehpc',
      { scenario: 'unknown-word', seconds: 100, agoSeconds: 50 },
      true,
      [
        '\nrunning\n',
        'progress 3 of 8',
        'Tasks[].Status says AWAITING_REVIEW, a word that the vendor does not document',
      ],
    ],
    [
      'aliyun-emr',
      { scenario: 'never-there' },
      true,
      [
        '\nabsent: ',
        'why      ResourceNotFound: The specified resource does not exist.',
        'next     the watch is pending',
        'if this is still so 2 min from now, the watch is lost',
      ],
    ],
    [
      'aliyun-emr',
      { scenario: 'throttled' },
      false,
      [
        '< HTTP 400',
        '\nThrottled: Throttling.User: Request was denied',
        'why      Code says Throttling.User',
        'next     opwatch slows connection aliyun down to 5 calls a second',
      ],
    ],
    [
      'aliyun-bpstudio',
      { scenario: 'retry-after' },
      false,
      [
        '\nThrottled: ServiceBusy',
        'x-acs-retry-after: 1500 (ms)',
        'opwatch makes no calls for 1.5 s, as the cloud asks',
      ],
    ],
    [
      'huawei-job',
      { scenario: 'retry-after' },
      false,
      ['\nThrottled: APIG.0308', 'error_code says APIG.0308', 'HTTP 429', 'retry-after: 2 (s, or a date)'],
    ],
    [
      'aliyun-ehpc',
      { scenario: 'denied' },
      false,
      [
        '< HTTP 407',
        '\nNotAllowed: NotAuthorized',
        'Code says NotAuthorized',
        'docs/providers.md lists the permissions to grant',
        'looks again in 5 s',
      ],
    ],
    [
      'huawei-modelarts',
      { scenario: 'denied' },
      false,
      ['\nNotAllowed: APIGW.0302', 'error_code says APIGW.0302', 'HTTP 403'],
    ],
    [
      'huawei-modelarts',
      { scenario: 'html' },
      false,
      ['< HTTP 200', '<title>SUCCESS</title>', '\nRetryLater: no_sense: HTTP 200: no JSON object', 'why      HTTP 200'],
    ],
    [
      'aliyun-ros',
      { scenario: 'reset' },
      false,
      ['< no answer after', '\nRetryLater: reset: 127.0.0.1 closed the connection'],
    ],
    ['huawei-dws', { scenario: 'rolls-back' }, true, ['\nfailed\n', 'why      status says ROLLBACK_SUCCESS']],
  ])('of %s with %j tells it', async (provider, course, isAnswered, expected) => {
    await begin(provider, course);
    const result = await probed(provider);
    for (const words of expected) expect(result.text).toContain(words);
    expect(result.isAnswered).toBe(isAnswered);
  });

  it.each([
    ['aliyun-emr', 'Code says SignatureDoesNotMatch', 'aliyun'],
    ['huawei-dws', 'error_code says APIG.0301', 'huawei'],
  ])('of %s with a wrong secret is refused', async (provider, why, connection) => {
    const { text, isAnswered } = await probed(provider, {}, toolsWith({ SECRET: 'a-wrong-secret' }));
    expect(text).toContain('\nRefused: ');
    expect(text).toContain(why);
    expect(text).toContain(`opwatch makes no calls on connection ${connection} for 3 min`);
    expect(isAnswered).toBe(false);
    expect(await callCount()).toBe(1);
  });

  it('tells an inference, and every call it took', async () => {
    await begin('huawei-dws', { scenario: 'gone' });
    const { text } = await probed('huawei-dws', { seen: true });
    expect(text).toContain('huawei-dws through connection huawei: 3 calls');
    expect(text).toContain('/actions/SNAPSHOTTING_FAILED');
    expect(text).toContain('cluster.status says AVAILABLE');
    expect(text).toContain('opwatch infers this from the cluster');
  });

  it.each(['aliyun-emr', 'huawei-job'])('of %s signs around clocks that are apart, once', async (provider) => {
    await begin(provider, { scenario: 'success', seconds: 10_000 });
    await control('settings', { clockOffsetMs: 3_600_000 });
    const { text, isAnswered } = await probed(provider);
    expect(text).toContain('2 calls');
    expect(text).toContain('The clocks differ too much: opwatch signed the request again with the time of the cloud.');
    expect(isAnswered).toBe(true);
  });

  it('says by how much the clocks are apart when that does not help', async () => {
    const date = new Date(Date.now() + 7_200_000).toUTCString();
    const body = JSON.stringify({ Code: 'InvalidTimeStamp.Expired', Message: 'expired' });
    const sendToCloud = async () => ({ status: 400, headers: { date }, body, cut: false });
    const { text } = await probed('aliyun-emr', {}, toolsWith({}, { sendToCloud }));
    expect(text).toContain('\nClockSkew: InvalidTimeStamp.Expired: expired');
    expect(text).toMatch(/date: the cloud’s clock is (2 h|120 min) ahead of this machine’s/);
  });

  it('goes through the connection and to the endpoint it is told', async () => {
    await begin('huawei-job', { scenario: 'success' });
    const { text, isAnswered } = await probed('huawei-job', { connection: 'temporary', endpoint: clouds.url });
    expect(text).toContain('huawei-job through connection temporary');
    expect(text).toContain('x-security-token: …');
    expect(isAnswered).toBe(true);
  });

  it('sends nothing without credentials, and says which are missing', async () => {
    const { text, isAnswered } = await probed('aliyun-emr', {}, toolsWith({ SECRET: '' }));
    expect(text).toContain('\nRefused: secret_unreadable: env:SECRET cannot be read');
    expect(text).toContain('why      opwatch sent no request');
    expect(isAnswered).toBe(false);
    expect(await callCount()).toBe(0);
  });

  it('says what keeps it from the credentials in AWS', async () => {
    const config = readConfig({ connections: { aliyun: { vendor: 'aliyun', credentials: 'ssm:/opwatch/aliyun' } } });
    await expect(probed('aliyun-emr', {}, toolsWith({}, { config }))).rejects.toThrow(
      'the credentials of connection aliyun could not be fetched from AWS: no AWS here',
    );
  });

  it('shows no secret that the cloud gives back, and nothing that moves a terminal', async () => {
    const told = `\u001b[2J\u009b31m<p>${KEY.secretAccessKey} ${encodeURIComponent(KEY.secretAccessKey)}`;
    const answer: HttpAnswer = {
      status: 200,
      headers: { date: 'a\u001b[1m', server: KEY.secretAccessKey },
      body: told,
      cut: false,
    };
    const { text } = await probed('huawei-dws', {}, toolsWith({}, { sendToCloud: async () => answer }));
    expect(text).toContain('<p>… …');
    expect(text).not.toContain(KEY.secretAccessKey);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('shows no part of a secret either, where an answer is cut', async () => {
    const body = `${'x'.repeat(8_180)}${KEY.secretAccessKey}`;
    const sendToCloud = async () => ({ status: 200, headers: {}, body, cut: false });
    const { text } = await probed('aliyun-emr', {}, toolsWith({}, { sendToCloud }));
    expect(text).toContain('xxx…');
    expect(text).not.toContain(KEY.secretAccessKey.slice(0, 4));
  });

  it.each(ENDINGS)('shows no part of a secret in any spelling, wherever a line is cut: %s', async (_, spelled) => {
    const secret = spelled(KEY.secretAccessKey);
    for (const before of [990, 1_000, 1_005, 1_010, 1_015, 1_020]) {
      const text = `${'x'.repeat(before)}${secret}`;
      const operation = operationOf('aliyun-emr');
      const Operation = {
        ...operation,
        OperationState: 'FAILED',
        OperationType: text,
        StateChangeReason: { Code: text, Message: text },
      };
      const answers: readonly HttpAnswer[] = [
        { status: 200, headers: {}, body: JSON.stringify({ RequestId: 'r', Operation }), cut: false },
        { status: 400, headers: {}, body: JSON.stringify({ Code: 'Odd', Message: text }), cut: false },
        {
          status: 429,
          headers: { 'retry-after': text, location: `https://x.example/${text}` },
          body: text,
          cut: false,
        },
      ];
      for (const answer of answers) {
        const shown = (await probed('aliyun-emr', {}, toolsWith({}, { sendToCloud: async () => answer }))).text;
        expect(shown).not.toContain(secret.slice(0, 6));
      }
    }
  });

  it('finds the state among words like it', async () => {
    const body = JSON.stringify({ Code: 200, Data: { Message: 'SUCCESS', Status: 'SUCCESS' } });
    const sendToCloud = async () => ({ status: 200, headers: {}, body, cut: false });
    const { text } = await probed('aliyun-bpstudio', {}, toolsWith({}, { sendToCloud }));
    expect(text).toContain('why      Data.Status says SUCCESS');
  });

  it('shows no more of a long answer than a person reads', async () => {
    const body = JSON.stringify({ Operation: { OperationState: 'COMPLETED', Description: 'x'.repeat(50_000) } });
    const sendToCloud = async () => ({ status: 200, headers: {}, body, cut: false });
    const { text } = await probed('aliyun-emr', {}, toolsWith({}, { sendToCloud }));
    expect(text.length).toBeLessThan(12_000);
    expect(text).toContain('…\n');
    expect(text).toContain('\nsucceeded\n');
  });
});

describe('what the API would refuse', () => {
  it.each<[string, string, unknown, string[]]>([
    [
      'a missing field and a strange one',
      'aliyun-emr',
      { RegionId: 'cn-hangzhou', ClusterID: 'c-1' },
      [
        '/operation/ClusterId is missing',
        '/operation/OperationId is missing',
        '/operation/ClusterID is not a known field',
      ],
    ],
    ['no such provider', 'aliyun-ecs', { a: 'b' }, ['/provider must be one of aliyun-emr, ']],
    [
      'an operation of another provider',
      'aliyun-emr',
      { provider: 'huawei-dws', operation: {} },
      ['/provider is not aliyun-emr, the provider that you named'],
    ],
    [
      'a whole submission',
      'aliyun-bpstudio',
      { operation: { OperationId: 'op/1' }, notify: ['nobody'], deadline: 'P30D' },
      ['/notify/0 is neither a configured target', '/deadline must be at most 7 days ahead'],
    ],
    ['a list', 'aliyun-emr', [{}], ['/operation must be an object']],
    ['a text', 'aliyun-emr', 'op-1', ['/operation must be an object']],
  ])('%s is refused in its words, and nothing is sent', async (_, provider, input, faults) => {
    const { text, isAnswered } = await probed(provider, { input });
    expect(text.split('\n')[0]).toBe('The API would refuse this submission:');
    for (const fault of faults) expect(text).toContain(fault);
    expect(isAnswered).toBe(false);
    expect(await callCount()).toBe(0);
  });

  it('a connection of the other cloud', async () => {
    const { text } = await probed('aliyun-emr', { connection: 'huawei' });
    expect(text).toContain('/connection is a connection of huawei, and aliyun-emr needs one of aliyun');
  });
});

describe('a recording', () => {
  const directory = mkdtempSync(join(tmpdir(), 'opwatch-probe-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  const recordedIn = (name: string) => {
    const files = readdirSync(join(directory, name)).sort();
    return files.map((file) => ({ file, text: readFileSync(join(directory, name, file), 'utf8') }));
  };

  it.each(providers.map((provider) => [provider.traits.name, provider] as const))(
    'of %s is what the contract suite replays',
    async (name, provider) => {
      await begin(name, { scenario: 'failed' });
      const { text } = await probed(name, { record: join(directory, name), about: 'It failed.' });
      const [{ file, text: json } = { file: '', text: '{}' }] = recordedIn(name);
      expect(text).toContain(`recorded ${join(directory, name, file)}`);

      const fixture = JSON.parse(json);
      const { submittedAt, lookedAt, ...rest } = fixture;
      expect(Object.keys(rest)).toEqual(['about', 'source', 'operation', 'exchanges', 'observation']);
      expect(fixture).toMatchObject({ about: 'It failed.', observation: { kind: 'seen', status: 'failed' } });

      // As test/providers/contract.ts does.
      const answers = fixture.exchanges.map((exchange: { answer: object }) => exchange.answer);
      const { cloud, requests } = scripted(answers, { now: Date.parse(lookedAt) });
      const known = { submittedAt: Date.parse(submittedAt) };
      const asked = ask(v.parse(provider.traits.operation, fixture.operation), known);
      expect(await lookAtOne(provider, asked, cloud)).toStrictEqual(fixture.observation);
      const made = requests.map(({ method, url, body }) => ({ method, url, ...(body !== undefined && { body }) }));
      expect(made).toStrictEqual(fixture.exchanges.map((exchange: { request: object }) => exchange.request));

      for (const id of [...Object.values(operationOf(name)), ...Object.values(KEY)]) {
        if (/\d{3}|secret/.test(id)) expect(json).not.toContain(id);
      }
      expect(json).not.toContain('127.0.0.1');
    },
  );

  it('of what was seen before says so', async () => {
    await begin('huawei-dws', { scenario: 'gone' });
    await probed('huawei-dws', { seen: true, record: join(directory, 'seen') });
    const [{ file, text } = { file: '', text: '{}' }] = recordedIn('seen');
    expect(file).toBe('available.json');
    expect(JSON.parse(text)).toMatchObject({ seen: true, observation: { status: 'succeeded', evidence: 'inferred' } });
  });

  it('never writes over another', async () => {
    await begin('aliyun-ros', { scenario: 'success' });
    for (const _ of [1, 2, 3]) await probed('aliyun-ros', { record: join(directory, 'twice') });
    expect(recordedIn('twice').map(({ file }) => file)).toEqual([
      'create-complete-2.json',
      'create-complete-3.json',
      'create-complete.json',
    ]);
  });

  it('is not made of a look that brought nothing', async () => {
    await begin('aliyun-emr', { scenario: 'unavailable' });
    const { text } = await probed('aliyun-emr', { record: join(directory, 'nothing') });
    expect(text).toContain('not recorded');
    expect(readdirSync(directory)).not.toContain('nothing');
  });
});
