import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createInbox, type Inbox } from '../../offline/inbox.ts';
import { type Headers, open, type Reply, send } from './signed-call.ts';

const SECRET = `whsec_${randomBytes(24).toString('base64')}`;
const OLDER = `whsec_${randomBytes(32).toString('base64')}`;
const START = Date.parse('2026-01-02T03:04:05Z');

let inbox: Inbox;
let now = START;

beforeEach(async () => {
  now = START;
  inbox = await createInbox({ secrets: [SECRET, OLDER], now: () => now, limit: 5 });
});
afterEach(() => inbox.close());

const event = { type: 'operation.failed', timestamp: '2026-01-02T03:04:05Z', data: { status: 'failed' } };

/** A webhook as a sender would make it, signed by the reference library. */
function webhook(id: string, { secret = SECRET, at = now, body = JSON.stringify(event), to = 'hooks/ci' } = {}) {
  const timestamp = new Date(at);
  const headers: Headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, timestamp, body),
  };
  return { method: 'POST', target: `/${to}`, headers, body };
}
type Sent = ReturnType<typeof webhook>;

const post = (sent: Sent): Promise<Reply> => send(inbox.url, sent);
const get = (target: string, headers: Headers = {}): Promise<Reply> =>
  send(inbox.url, { method: 'GET', target, headers });
const change = (method: string, target: string, json?: unknown): Promise<Reply> =>
  send(inbox.url, {
    method,
    target: `/_control/${target}`,
    headers: {},
    body: json === undefined ? '' : JSON.stringify(json),
  });

describe('a webhook', () => {
  test('well signed is answered 204 and kept with its JSON', async () => {
    const reply = await post(webhook('msg_1'));
    expect([reply.status, reply.body]).toEqual([204, '']);
    expect(inbox.received()).toEqual([
      {
        to: 'hooks/ci',
        id: 'msg_1',
        verified: true,
        attempts: [{ at: START, status: 204 }],
        attemptCount: 1,
        body: event,
      },
    ]);
  });

  test('may be signed with any of the secrets, and any of its signatures may be the right one', async () => {
    expect((await post(webhook('msg_1', { secret: OLDER }))).status).toBe(204);
    const rotating = webhook('msg_2');
    const stranger = webhook('msg_2', { secret: `whsec_${randomBytes(24).toString('base64')}` });
    const both = `v1a,${randomBytes(64).toString('base64')} ${stranger.headers['webhook-signature']} ${rotating.headers['webhook-signature']}`;
    expect((await post({ ...rotating, headers: { ...rotating.headers, 'webhook-signature': both } })).status).toBe(204);
  });

  const changed = (more: Headers): Sent => ({ ...webhook('msg_1'), headers: { ...webhook('msg_1').headers, ...more } });
  test.each<[string, () => Sent, string]>([
    [
      'signed with another secret',
      () => webhook('msg_1', { secret: `whsec_${randomBytes(24).toString('base64')}` }),
      'no signature matches',
    ],
    ['whose body was changed', () => ({ ...webhook('msg_1'), body: '{}' }), 'no signature matches'],
    ['whose id was changed', () => changed({ 'webhook-id': 'msg_2' }), 'no signature matches'],
    [
      'whose time was changed',
      () => changed({ 'webhook-timestamp': String(START / 1000 + 1) }),
      'no signature matches',
    ],
    ['with a part of a signature', () => changed({ 'webhook-signature': 'v1,AAAA' }), 'no signature matches'],
    ['with another kind of signature', () => changed({ 'webhook-signature': 'v2,AAAA' }), 'there is no v1 signature'],
    ['301 s old', () => webhook('msg_1', { at: START - 301_000 }), 'webhook-timestamp is 301 s old'],
    ['301 s ahead', () => webhook('msg_1', { at: START + 301_000 }), 'webhook-timestamp is -301 s old'],
    [
      'with a time that is no number',
      () => changed({ 'webhook-timestamp': '1767323045abc' }),
      'webhook-timestamp is not a number of seconds',
    ],
    [
      'without any of it',
      () => ({ ...webhook('msg_1'), headers: {} as Headers }),
      'a webhook-id, webhook-timestamp or webhook-signature is missing',
    ],
  ])('%s is answered 401 and shown as not verified', async (_what, sent, fault) => {
    const reply = await post(sent());
    expect([reply.status, reply.body]).toEqual([401, fault]);
    expect(inbox.received()).toMatchObject([{ verified: false, attempts: [{ at: START, status: 401, fault }] }]);
  });

  test.each([300, -300])('%i s old is still believed', async (seconds) => {
    expect((await post(webhook('msg_1', { at: START - seconds * 1000 }))).status).toBe(204);
  });

  test('under the same id is another attempt at the same message, and a forged one does not change it', async () => {
    await post(webhook('msg_1'));
    now += 5000;
    await post(webhook('msg_1'));
    await post({ ...webhook('msg_1'), body: '{"forged":true}' });
    await post(webhook('msg_1', { to: 'hooks/other' }));
    expect(inbox.received()).toMatchObject([
      {
        to: 'hooks/ci',
        verified: true,
        body: event,
        attemptCount: 3,
        attempts: [{ status: 204 }, { at: START + 5000, status: 204 }, { status: 401 }],
      },
      { to: 'hooks/other', attemptCount: 1 },
    ]);
  });

  test('goes nowhere but to /hooks/{name}', async () => {
    for (const to of ['hooks', 'hooks/', 'nobody/ci', 'toString/ci', ''])
      expect((await post(webhook('msg_1', { to }))).status).toBe(404);
    expect((await get('/hooks/ci')).status).toBe(404);
    expect((await get('/hooks/%zz')).status).toBe(400);
    expect(inbox.received()).toEqual([]);
  });

  test('too many of them push out the oldest', async () => {
    for (let i = 0; i < 7; i++) await post(webhook(`msg_${i}`));
    expect(inbox.received().map(({ id }) => id)).toEqual(['msg_2', 'msg_3', 'msg_4', 'msg_5', 'msg_6']);
  });

  test('that is no JSON is kept as text', async () => {
    await post(webhook('msg_1', { body: 'plain {' }));
    expect(inbox.received()).toMatchObject([{ verified: true, body: 'plain {' }]);
  });
});

describe('a name can misbehave', () => {
  const mode = (settings: object) => change('POST', 'modes/ci', settings);

  test('with a status for a number of attempts, and only that name', async () => {
    await mode({ status: 503, retryAfter: '7', body: 'later', times: 2 });
    const first = await post(webhook('msg_1'));
    expect([first.status, first.headers['retry-after'], first.body]).toEqual([503, '7', 'later']);
    expect((await post(webhook('msg_1', { to: 'hooks/other' }))).status).toBe(204);
    expect([(await post(webhook('msg_1'))).status, (await post(webhook('msg_1'))).status]).toEqual([503, 204]);
    expect(inbox.received()[0]).toMatchObject({ attempts: [{ status: 503 }, { status: 503 }, { status: 204 }] });
  });

  test('until it is taken back', async () => {
    expect((await mode({ status: 410 })).json).toEqual({ status: 410 });
    expect([(await post(webhook('msg_1'))).status, (await post(webhook('msg_1'))).status]).toEqual([410, 410]);
    expect((await change('DELETE', 'modes/ci')).json).toEqual({});
    expect((await post(webhook('msg_1'))).status).toBe(204);
  });

  test('redirect: to another host, and who follows is counted', async () => {
    await mode({ manner: 'redirect' });
    const sent = webhook('msg_1');
    const reply = await post({ ...sent, headers: { ...sent.headers, host: new URL(inbox.url).host } });
    expect([reply.status, reply.headers.location]).toEqual([
      307,
      `http://localhost:${new URL(inbox.url).port}/_elsewhere`,
    ]);
    await get('/_elsewhere');
    expect((await get('/messages.json')).json).toMatchObject({ strays: 1 });
  });

  test('slow: the answer comes, later', async () => {
    await mode({ manner: 'slow', delayMs: 30 });
    expect((await post(webhook('msg_1'))).status).toBe(204);
  });

  test('huge: a body without an end to speak of', async () => {
    await mode({ manner: 'huge' });
    const response = await open(inbox.url, webhook('msg_1'));
    expect([response.statusCode, (await text(response)).length]).toEqual([200, 100 * 1024 * 1024]);
  });

  test('reset: the connection breaks', async () => {
    await mode({ manner: 'reset' });
    await expect(post(webhook('msg_1'))).rejects.toThrow(/ECONNRESET|socket hang up/);
    expect(inbox.received()).toMatchObject([{ attempts: [{ status: 0 }] }]);
  });

  test('hang: no answer, and the inbox closes all the same', async () => {
    await mode({ manner: 'hang' });
    const unanswered = post(webhook('msg_1')).then(
      () => 'answered',
      () => 'ended',
    );
    await expect.poll(() => inbox.received()).toHaveLength(1);
    await inbox.close();
    expect(await unanswered).toBe('ended');
  });

  test.each([
    [{ status: 99 }, 'status'],
    [{ manner: 'rude' }, 'manner'],
    [{ times: 0 }, 'times'],
    [{ hue: 1 }, 'hue'],
    ['x', 'JSON'],
  ])('but not as %o', async (settings, word) => {
    const reply = await change('POST', 'modes/ci', settings);
    expect(reply.status).toBe(400);
    expect(reply.body).toContain(word);
  });
});

describe('for programs', () => {
  test('messages.json has the newest first, and says by its tag when nothing has changed', async () => {
    await post(webhook('msg_1'));
    await post(webhook('msg_2'));
    const reply = await get('/messages.json');
    expect(reply.json).toMatchObject({ messages: [{ id: 'msg_2' }, { id: 'msg_1' }], strays: 0 });
    const etag = String(reply.headers.etag);
    expect((await get('/messages.json', { 'if-none-match': etag })).status).toBe(304);
    await post(webhook('msg_2'));
    expect((await get('/messages.json', { 'if-none-match': etag })).status).toBe(200);
  });

  test('reset forgets messages and modes', async () => {
    await change('POST', 'modes/ci', { status: 500 });
    await post(webhook('msg_1'));
    expect((await change('POST', 'reset')).status).toBe(200);
    expect(inbox.received()).toEqual([]);
    expect((await post(webhook('msg_1'))).status).toBe(204);
  });
});

describe('for people', () => {
  test('one page that needs nothing from outside and runs no script but its own', async () => {
    const { headers, body } = await get('/');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; connect-src 'self'/,
    );
    expect(body).not.toMatch(/\b(src|href)=|@import|url\(|https?:/);
    expect(body).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|\bon\w+=/);
  });
});
