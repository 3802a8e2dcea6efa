import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import * as v from 'valibot';
import { afterEach, describe, expect, test } from 'vitest';
import { Misconfigured } from '../../lib/core/errors.ts';
import type { OperationEvent } from '../../lib/core/event.ts';
import { createSend } from '../../lib/net/http.ts';
import { targetOf, targetTypes } from '../../lib/targets/index.ts';
import { webhook } from '../../lib/targets/webhook.ts';
import { closeServers, serve } from '../helpers/network.ts';
import { runContract } from './contract.ts';
import * as events from './events.ts';
import { AT } from './events.ts';
import { ATTEMPT, prepared, SECRETS } from './stand-in.ts';

afterEach(closeServers);

const OLD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEW = `whsec_${Buffer.alloc(32, 'n').toString('base64')}`;

const event: OperationEvent = {
  type: 'operation.failed',
  timestamp: '2026-05-04T03:02:01.000Z',
  data: {
    version: 1,
    watch: {
      id: 'w_1',
      url: 'https://opwatch.example.com/watches/w_1',
      submittedAt: '2026-05-04T03:00:00.000Z',
      deadline: '2026-05-05T03:00:00.000Z',
      labels: { team: '数据' },
    },
    provider: 'aliyun-emr',
    connection: 'main',
    operation: { RegionId: 'cn-hangzhou', ClusterId: 'c-1', OperationId: 'op-1' },
    console: 'https://emr-next.console.aliyun.com/',
    status: 'failed',
    providerStatus: 'FAILED',
    reason: { code: 'NoStock', message: '库存不足' },
  },
};

describe('a delivery', () => {
  test('verifies with each of its secrets, at every attempt, under one id [F46] [S7]', async () => {
    const taken: { headers: Record<string, string>; body: string }[] = [];
    const { port } = await serve((incoming, outgoing) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      incoming.on('end', () => {
        taken.push({ headers: incoming.headers as Record<string, string>, body });
        outgoing.writeHead(204).end();
      });
    });
    const send = createSend({
      timeoutMs: 5_000,
      maxBytes: 1_024,
      onTooLong: 'cut',
      guard: { rules: { allowLoopback: true } },
    });
    const settings = { url: `http://127.0.0.1:${port}/hook`, secrets: [NEW, OLD], headers: { 'X-Team': 'data' } };
    const now = Date.now();
    for (const at of [now, now + 5_000]) {
      const answer = await send(webhook.request(event, settings, { id: 'dlv_1', at }));
      expect(webhook.verdict(answer, AT)).toEqual({ kind: 'delivered' });
    }
    for (const { headers, body } of taken) {
      expect(headers).toMatchObject({ 'webhook-id': 'dlv_1', 'content-type': 'application/json', 'x-team': 'data' });
      for (const secret of [OLD, NEW]) expect(new Webhook(secret).verify(body, headers)).toEqual(event);
    }
    const [first, second] = taken.map(({ headers }) => headers);
    expect(Number(second?.['webhook-timestamp']) - Number(first?.['webhook-timestamp'])).toBe(5);
    expect(second?.['webhook-signature']).not.toBe(first?.['webhook-signature']);
  });

  test('takes one secret as well as several', () => {
    const url = 'https://hooks.example.com/';
    const attempt = { id: 'dlv_1', at: 0 };
    expect(webhook.request(event, { url, secrets: OLD }, attempt)).toEqual(
      webhook.request(event, { url, secrets: [OLD] }, attempt),
    );
  });

  test('is not sent unsigned [S7]', () => {
    const settings = { url: 'https://hooks.example.com/', secrets: [] };
    expect(() => webhook.request(event, settings, { id: 'dlv_1', at: 0 })).toThrow(Misconfigured);
  });
});

describe('the verdict', () => {
  const verdict = (status: number, headers: Record<string, string> = {}) =>
    webhook.verdict({ status, headers, body: '', cut: false }, AT);
  const DATE = 'Sun, 06 Nov 1994 08:49:00 GMT';

  test.for([200, 201, 202, 204, 206, 299])('HTTP %i is delivered', (status) => {
    expect(verdict(status)).toEqual({ kind: 'delivered' });
  });

  test('HTTP 410 is gone, whatever else it says', () => {
    expect(verdict(410, { 'retry-after': '5' })).toEqual({
      kind: 'gone',
      reason: 'HTTP 410: the receiver wants no more',
    });
  });

  test.for([300, 301, 302, 303, 304, 307, 308])('HTTP %i is tried again, and not followed [F45]', (status) => {
    expect(verdict(status, { location: 'https://elsewhere.example.com/' })).toEqual({
      kind: 'retry',
      reason: 'redirects are not followed',
    });
  });

  test.for([100, 400, 401, 403, 404, 407, 409, 413, 422, 500, 501, 599])('HTTP %i is tried again', (status) => {
    expect(verdict(status)).toEqual({ kind: 'retry', reason: `HTTP ${status}` });
  });

  test.for([429, 502, 503, 504])('HTTP %i is tried again, and slows the receiver’s lane down', (status) => {
    expect(verdict(status)).toEqual({ kind: 'retry', reason: `HTTP ${status}`, slow: true });
  });

  test.for([302, 400, 429, 500, 502, 503, 504])('HTTP %i is tried again when the receiver asked', (status) => {
    expect(verdict(status, { 'retry-after': '90' })).toMatchObject({ kind: 'retry', afterMs: 90_000 });
  });

  test.for([
    ['120', 120_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
    ['Sun Nov  6 08:49:37 1994', 37_000],
    ['31536000', 86_400_000],
    ['Mon, 06 Nov 1995 08:49:37 GMT', 86_400_000],
  ] as const)('Retry-After: %s', ([value, afterMs]) => {
    const expected = { kind: 'retry', reason: 'HTTP 500', afterMs };
    expect(verdict(500, { date: DATE, 'retry-after': value })).toEqual(expected);
  });
});

describe('the settings', () => {
  const good = { url: 'https://hooks.example.com/a', secrets: 'ssm:/opwatch/hook' };
  const faults = (settings: unknown) => v.safeParse(webhook.settings, settings).issues?.map(({ message }) => message);

  test.for([
    good,
    { ...good, url: 'env:HOOK_URL' },
    { ...good, url: 'http://127.0.0.1:4000/inbox' },
    { ...good, secrets: ['env:NEW', 'secret:old'] },
    { ...good, headers: { 'X-Team': 'data', Authorization: 'ssm:/opwatch/hook-token', 'user-agent': 'me' } },
  ])('%j are taken', (settings) => expect(faults(settings)).toBeUndefined());

  test.for([
    [
      { ...good, url: 'hooks.example.com' },
      'must be an https URL, or a reference to one (ssm:/path, secret:name or env:NAME)',
    ],
    [
      { ...good, url: 'ftp://hooks.example.com' },
      'must be an https URL, or a reference to one (ssm:/path, secret:name or env:NAME)',
    ],
    [{ ...good, secrets: OLD }, 'must be a reference (ssm:/path, secret:name or env:NAME), never the secret itself'],
    [{ ...good, headers: { 'a b': 'c' } }, 'must have a name of 1 to 100 of A-Z, a-z, 0-9, "_" and "-"'],
    [{ ...good, headers: { a: 'b\nc' } }, 'must be at most 4096 printable ASCII characters'],
  ] as const)('%j are not', ([settings, message]) => expect(faults(settings)).toEqual([message]));

  test.for(['secrets', 'url'])('without %s are not', (key) => {
    expect(faults({ ...good, [key]: undefined })).toHaveLength(1);
  });
  test('with a field nobody knows are not', () => expect(faults({ ...good, secret: 'ssm:/x' })).toHaveLength(1));
  test('without any secret are not', () => expect(faults({ ...good, secrets: [] })).toHaveLength(1));

  test.for([
    'Host',
    'content-type',
    'Content-Length',
    'Transfer-Encoding',
    'connection',
    'Webhook-Id',
    'webhook-signature',
    'accept-encoding',
  ])('may not set the header %s', (name) =>
    expect(faults({ ...good, headers: { [name]: 'x' } })).toEqual([
      'must have another name: this header is set by opwatch or by HTTP itself',
    ]),
  );
});

test('targets are found by their type', () => {
  expect(targetTypes).toContain('webhook');
  for (const type of targetTypes) expect(targetOf(type)?.type).toBe(type);
  expect(targetOf('carrier-pigeon')).toBeUndefined();
  expect(targetOf('constructor')).toBeUndefined();
});

const contract = {
  type: 'webhook',
  settings: { url: 'https://stand-in.example.com/hooks/ci', secrets: ['env:WEBHOOK'] },
  verdicts: {
    refused: 'gone: HTTP 410: the receiver wants no more',
    limited: 'retry: HTTP 429, slow, after 5000 ms',
    unknown: 'retry: HTTP 401: no signature matches',
  },
  believesAny2xx: true,
} as const;
runContract(contract);

describe('a body of another form', () => {
  const made = (more: object) => {
    const { target, settings } = prepared({ ...contract, settings: { ...contract.settings, ...more } });
    const { headers, body = '' } = target.request(events.failed, settings, ATTEMPT);
    const fresh = target.request(events.failed, settings, { ...ATTEMPT, at: Date.now() });
    expect(new Webhook(SECRETS['env:WEBHOOK'] ?? '').verify(fresh.body ?? '', fresh.headers)).toEqual(JSON.parse(body));
    return { type: headers['content-type'], body: JSON.parse(body) };
  };

  test('is a CloudEvent, signed as every webhook is', () => {
    expect(made({ format: 'cloudevents' })).toEqual({
      type: 'application/cloudevents+json',
      body: {
        specversion: '1.0',
        id: ATTEMPT.id,
        source: 'https://opwatch.example.com/watches/w_sample',
        type: 'opwatch.operation.failed',
        subject: 'w_sample',
        time: events.failed.timestamp,
        datacontenttype: 'application/json',
        data: events.failed.data,
      },
    });
  });

  test('is one’s own template', () => {
    const template = { text: '{{title}}', key: 'env:TOKEN', status: '{{data.status}}' };
    expect(made({ template, language: 'zh' })).toEqual({
      type: 'application/json',
      body: { text: '❌ aliyun-emr RESIZE_CLUSTER 失败，历时 12 分 3 秒', key: SECRETS['env:TOKEN'], status: 'failed' },
    });
  });

  test('is only one of them', () => {
    const both = { ...contract.settings, format: 'cloudevents', template: {} };
    expect(v.safeParse(webhook.settings, both).issues?.map(({ message }) => message)).toEqual([
      'must have either a format or a template',
    ]);
    const unknown = { ...contract.settings, template: { a: '{{data.secret}}' } };
    expect(v.safeParse(webhook.settings, unknown).success).toBe(false);
  });
});

test('every attempt verifies, whatever the cloud and the caller say [S7]', () => {
  const { target, settings } = prepared(contract);
  const receiver = new Webhook(SECRETS['env:WEBHOOK'] ?? '');
  fc.assert(
    fc.property(events.anyEvent, fc.integer({ min: -200, max: 200 }), (event, seconds) => {
      const attempt = { ...ATTEMPT, at: Date.now() + seconds * 1_000 };
      const { headers, body = '' } = target.request(event, settings, attempt);
      expect(receiver.verify(body, headers)).toEqual(JSON.parse(body));
    }),
  );
});
