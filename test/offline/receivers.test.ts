import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dingtalkRuns,
  discordRuns,
  googleRuns,
  larkRuns,
  slackRuns,
  telegramRuns,
  wecomRuns,
} from '../../offline/inbox/markup.ts';
import { receivers } from '../../offline/inbox/receivers.ts';
import { runsOf } from '../../offline/inbox/shown.ts';
import { createInbox, type Inbox } from '../../offline/inbox.ts';
import { type Reply, send } from './signed-call.ts';

const TOKEN = 'token-1';
const START = Date.parse('2026-01-02T03:04:05Z');

let inbox: Inbox;
let now = START;
beforeEach(async () => {
  now = START;
  inbox = await createInbox({ secrets: [TOKEN], now: () => now });
});
afterEach(() => inbox.close());

const post = (target: string, body: unknown, method = 'POST'): Promise<Reply> =>
  send(inbox.url, {
    method,
    target,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
const markdown = { msgtype: 'markdown', markdown: { content: '**hello**' } };
const tellWecom = (name = 'ops') => post(`/wecom/${name}/cgi-bin/webhook/send?key=${TOKEN}`, markdown);

describe('a receiver with a rate of its own', () => {
  it('says no, in its own way, to more than that in a minute, and not to another name', async () => {
    for (let i = 0; i < 20; i++) expect((await tellWecom()).json).toMatchObject({ errcode: 0 });
    const reply = await tellWecom();
    expect([reply.status, reply.json]).toEqual([200, { errcode: 45_009, errmsg: 'api freq out of limit' }]);
    expect((await tellWecom('others')).json).toMatchObject({ errcode: 0 });
    now += 61_000;
    expect((await tellWecom()).json).toMatchObject({ errcode: 0 });
    const faults = inbox.received().flatMap(({ attempts }) => attempts.map(({ fault }) => fault));
    expect(faults.filter((fault) => fault !== undefined)).toEqual(['told too often']);
  });
});

describe('a name can be told', () => {
  const mode = (settings: object) => post('/_control/modes/ops', settings);

  it('to be limited, for a number of messages', async () => {
    await mode({ play: 'limited', times: 1 });
    expect((await tellWecom()).json).toMatchObject({ errcode: 45_009 });
    expect((await tellWecom()).json).toMatchObject({ errcode: 0 });
  });

  it('to refuse, inside a 200 where its kind does so', async () => {
    await mode({ play: 'refused' });
    const reply = await tellWecom();
    expect([reply.status, reply.json]).toMatchObject([200, { errcode: 93_000 }]);
    expect(inbox.received()[0]).toMatchObject({
      verified: false,
      attempts: [{ fault: 'refused, as it was told to be' }],
    });
  });

  it('nothing that no receiver plays', async () => {
    expect((await mode({ play: 'dead' })).status).toBe(400);
  });
});

describe('an edit', () => {
  it('changes the message that is there', async () => {
    const first = await post('/slack-bot/ops/api/chat.postMessage', { channel: 'C1', text: 'running' });
    now += 5_000;
    const { ts } = first.json as { ts: string };
    await post('/slack-bot/ops/api/chat.update', { channel: 'C1', ts, text: 'done' });
    expect(inbox.received()).toMatchObject([
      { attemptCount: 2, body: { text: 'done' }, shown: { lines: [{ runs: [{ text: 'done' }] }] } },
    ]);
  });

  it('may come by PATCH', async () => {
    const first = await post(`/discord/ops/api/webhooks/1/${TOKEN}?wait=true`, { content: 'running' });
    const { id } = first.json as { id: string };
    await post(`/discord/ops/api/webhooks/1/${TOKEN}/messages/${id}`, { content: 'done' }, 'PATCH');
    expect(inbox.received()).toMatchObject([{ id, attemptCount: 2, body: { content: 'done' } }]);
  });
});

it('every kind is behind its own path and believes nobody without a secret', async () => {
  for (const kind of Object.keys(receivers)) {
    await send(inbox.url, { method: 'POST', target: `/${kind}/ops/x`, headers: {}, body: '{}' });
  }
  expect(inbox.received().length).toBe(Object.keys(receivers).length);
  expect(inbox.received().filter(({ verified }) => verified)).toEqual([]);
});

describe('what a reader sees of a markup', () => {
  const EVIL = 'https://evil.example/';
  it.each([
    ['slack', slackRuns('a *b* &lt;!here&gt;'), [{ text: 'a ' }, { text: 'b', bold: true }, { text: ' <!here>' }]],
    [
      'slack',
      slackRuns('<!here> <@U1>'),
      [{ text: '@here', mention: true }, { text: ' ' }, { text: '@U1', mention: true }],
    ],
    ['slack', slackRuns(`<${EVIL}|x &amp; y>`), [{ text: 'x & y', link: EVIL }]],
    ['slack', slackRuns('<javascript:alert(1)|x>'), [{ text: 'x (javascript:alert(1))' }]],
    ['discord', discordRuns('\\*a\\* **b**'), [{ text: '*a* ' }, { text: 'b', bold: true }]],
    ['discord', discordRuns(`[x](${EVIL})`), [{ text: 'x', link: EVIL }]],
    [
      'discord',
      discordRuns('@everyone <@&12>'),
      [{ text: '@everyone', mention: true }, { text: ' ' }, { text: '@&12', mention: true }],
    ],
    ['dingtalk', dingtalkRuns('@1380 @1381', ['1380']), [{ text: '@1380', mention: true }, { text: ' @1381' }]],
    ['dingtalk', dingtalkRuns('<font color="#c62828">x</font>', []), [{ text: 'x', color: '#c62828' }]],
    [
      'wecom',
      wecomRuns('<@lisi> <font color="info">x</font>'),
      [{ text: '@lisi', mention: true }, { text: ' ' }, { text: 'x', color: '#2e7d32' }],
    ],
    [
      'feishu',
      larkRuns('<at id=all></at> &#60;at&#62; **b**'),
      [{ text: '@all', mention: true }, { text: ' <at> ' }, { text: 'b', bold: true }],
    ],
    [
      'telegram',
      telegramRuns('<b>x</b> @ops_team <code>@ops_team</code>'),
      [
        { text: 'x', bold: true },
        { text: ' ' },
        { text: '@ops_team', mention: true },
        { text: ' ' },
        { text: '@ops_team', code: true },
      ],
    ],
    ['telegram', telegramRuns('<a href="tg://user?id=1">Ann</a>'), [{ text: 'Ann', mention: true }]],
    [
      'google-chat',
      googleRuns(`<b>x</b> <a href="${EVIL}?a=1&amp;b=2">y</a>`),
      [{ text: 'x', bold: true }, { text: ' ' }, { text: 'y', link: `${EVIL}?a=1&b=2` }],
    ],
  ])('%s: %j', (_, runs, expected) => expect(runs).toEqual(expected));

  it('reads text without any rule as it is', () => {
    expect(runsOf('a<b>', [])).toEqual([{ text: 'a<b>' }]);
    expect(runsOf('', [])).toEqual([]);
  });
});
