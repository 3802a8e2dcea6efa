import { expect, test } from 'vitest';
import { maskAnswer, partsOfAddress, partsOfRequest } from '../../lib/net/secret-parts.ts';
import { targetOf } from '../../lib/targets/index.ts';

test.each([
  ['slack', 'https://hooks.slack.com/services/T1/B1/tok', ['/services/T1/B1/tok', 'T1', 'B1', 'tok']],
  ['discord', 'https://discord.com/api/webhooks/12/tok?wait=true', ['12', 'tok', '/api/webhooks/12/tok']],
  ['dingtalk', 'https://oapi.dingtalk.com/robot/send?access_token=tok', ['tok', '/robot/send?access_token=tok']],
  ['feishu', 'https://open.feishu.cn/open-apis/bot/v2/hook/tok', ['tok']],
  ['wecom', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=tok', ['tok']],
  ['google-chat', 'https://chat.googleapis.com/v1/spaces/AB/messages?key=k1&token=t1', ['AB', 'k1', 't1']],
  [
    'teams',
    'https://x.logic.azure.com/workflows/w1/triggers/manual/paths/invoke?sp=%2Frun&sig=s%2B1',
    ['w1', 's%2B1', 's+1'],
  ],
  ['teams', 'https://x.webhook.office.com/webhookb2/g@t/IncomingWebhook/i/o', ['g', 't', 'i', 'o']],
  ['aliyun-flow', 'https://flow-openapi.aliyun.com/pipeline/webhook/tok', ['tok']],
  ['jenkins-generic', 'https://ci.example.com/generic-webhook-trigger/invoke?token=tok', ['tok']],
  [
    'webhook',
    'https://u:p%40@ci.example.com/deploy/abc45678?k=abcdefghijklmnopqrst&m=fast',
    ['u', 'p%40', 'p@', 'abc45678', 'abcdefghijklmnopqrst'],
  ],
])('the address of a %s target: %s', (type, address, parts) => {
  expect(partsOfAddress(address, targetOf(type)?.addresses)).toEqual(expect.arrayContaining([address, ...parts]));
});

test('words of a plain address are no secrets, and a text that is no address has no parts', () => {
  const parts = partsOfAddress('https://ci.example.com/hooks/opwatch?mode=fast');
  for (const word of ['hooks', 'opwatch', 'fast', 'ci.example.com']) expect(parts).not.toContain(word);
  expect(partsOfAddress('whsec_abc')).toEqual([]);
  expect(partsOfAddress('ssm:/a/b')).toEqual([]);
});

test('of a request: credentials in headers, tokens in the body', () => {
  const basic = Buffer.from('ann:pass:word').toString('base64');
  const headers = {
    Authorization: `Basic ${basic}`,
    'private-token': 'glpat-1',
    'x-amz-date': '20260504T030201Z',
    'content-type': 'application/x-www-form-urlencoded',
  };
  const parts = partsOfRequest({ method: 'POST', url: 'https://a.example/', headers, body: 'token=t%2B1&ref=main' });
  expect(parts).toEqual([`Basic ${basic}`, basic, 'ann:pass:word', 'pass:word', 'glpat-1', 't+1']);
});

test('a body that was cut ends before half a secret could stand', () => {
  const answer = { status: 500, headers: {}, body: `${'x'.repeat(900)} hunter2hun`, cut: true };
  expect(maskAnswer(answer, ['hunter2hunter2']).body).not.toContain('hunter');
  expect(maskAnswer({ ...answer, cut: false }, ['hunter2hunter2']).body).toContain('hunter2hun');
});
