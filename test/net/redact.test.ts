import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactHeaders, redactUrl } from '../../lib/net/redact.ts';
import { anyText } from '../helpers/any-text.ts';
import { MINUTE } from '../samples.ts';

describe('redactUrl', () => {
  test.for([
    ['https://hooks.slack.com/services/T0/B0/XXXX', 'https://hooks.slack.com/services/…'],
    ['https://api.telegram.org/bot110201543:AAHdqTcvCH1v/sendMessage', 'https://api.telegram.org/…'],
    ['https://discord.com/api/webhooks/1/token?wait=true', 'https://discord.com/api/…'],
    ['https://oapi.dingtalk.com/robot/send?access_token=T&sign=S', 'https://oapi.dingtalk.com/robot/…'],
    ['https://open.feishu.cn/open-apis/bot/v2/hook/token', 'https://open.feishu.cn/open-apis/…'],
    ['https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K', 'https://qyapi.weixin.qq.com/cgi-bin/…'],
    ['https://chat.googleapis.com/v1/spaces/S/messages?key=K&token=T', 'https://chat.googleapis.com/v1/…'],
    [
      'https://ci.example.com:8443/generic-webhook-trigger/invoke?token=T',
      'https://ci.example.com:8443/generic-webhook-trigger/…',
    ],
    ['https://emr.cn-hangzhou.aliyuncs.com/?Signature=S', 'https://emr.cn-hangzhou.aliyuncs.com/?…'],
    ['https://example.com/3f9a0c1e7b2d4a6c8e0f', 'https://example.com/…'],
    ['https://example.com/hook?a=b', 'https://example.com/hook?…'],
    ['https://example.com/hook#frag', 'https://example.com/hook?…'],
    ['https://example.com/hook', 'https://example.com/hook'],
    ['https://example.com', 'https://example.com/'],
    ['https://user:password@example.com/a/b', 'https://…@example.com/a/…'],
    ['https://token@example.com/a', 'https://…@example.com/a'],
    ['https://:password@example.com/a', 'https://…@example.com/a'],
    ['https://example.com/v12/hooks', 'https://example.com/v12/…'],
    ['ssm:/opwatch/hook', 'ssm:…'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '…'],
  ] as const)('%s', ([url, shown]) => expect(redactUrl(url)).toBe(shown));
});

test('redactHeaders shows what cannot be a secret, and masks what may be one', () => {
  const shown = {
    'content-type': 'application/json',
    Date: 'Sun, 06 Nov 1994 08:49:37 GMT',
    'retry-after': '120',
    'webhook-id': 'dlv_1',
    'x-acs-action': 'GetOperation',
    'X-Sdk-Date': '20260504T030201Z',
  };
  const masked = {
    'x-api-key': 'k',
    Cookie: 'c=1',
    'set-cookie': 'c=1',
    'x-security-token': 't',
    'x-acs-security-token': 't',
    'x-acs-credentials-provider': 'p',
    'webhook-signature': 'v1,s',
    'X-Anything-Else': 'x',
    'x-callback': 'https://example.com/hook',
  };
  expect(redactHeaders({ ...shown, ...masked })).toEqual({
    ...shown,
    ...Object.fromEntries(Object.keys(masked).map((name) => [name, '…'])),
  });
  expect(
    redactHeaders({ Authorization: 'Bearer abc', 'proxy-authorization': 'Basic eHl6', authorization: 'ab/cd ef' }),
  ).toEqual({
    Authorization: 'Bearer …',
    'proxy-authorization': 'Basic …',
    authorization: '…',
  });
  expect(redactHeaders({ authorization: 'SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=abc' })).toEqual({
    authorization: 'SDK-HMAC-SHA256 …',
  });
  expect(redactHeaders({ location: 'https://example.com/login/abc?token=x' })).toEqual({
    location: 'https://example.com/login/…',
  });
});

describe('redact', () => {
  test.for([
    ['the key is s3cr/et".', 'the key is ….'],
    ['{"echo":"s3cr/et\\""}', '{"echo":"…"}'],
    ['{"echo":"s3cr\\/et\\u0022"}', '{"echo":"…"}'],
    ['GET /?key=s3cr%2Fet%22&a=b', 'GET /?key=…&a=b'],
    ['GET /?key=%73%33%63%72%2f%65%74%22', 'GET /?key=…'],
    ['{"echo":"cut s3cr\\/et\\"', '{"echo":"cut …'],
    ['twice: s3cr/et"s3cr/et"', 'twice: ……'],
    ['s3cr/et', 's3cr/et'],
  ] as const)('%s', ([text, shown]) => expect(redact(text, ['s3cr/et"', 'other'])).toBe(shown));

  test('finds it in text that is cut off, however its characters are escaped', () => {
    const secret = 'key\t"😀';
    expect(redact('{"echo":"key\\u0009\\u0022\\uD83D\\ude00', [secret])).toBe('{"echo":"…');
    expect(redact('{"echo":"key\\t\\"😀', [secret])).toBe('{"echo":"…');
    expect(redact('a=key%09%22%F0%9F%98%80&b', [secret])).toBe('a=…&b');
  });

  test.for([
    ['hexadecimal', Buffer.from('the key s3cr/et"!').toString('hex'), `${Buffer.from('the key ').toString('hex')}…21`],
    ['HEXADECIMAL', `x 733363722F657422 y`, 'x … y'],
    ['base64', `Basic ${Buffer.from('s3cr/et"').toString('base64')}`, 'Basic …'],
    ['base64 of a longer text', Buffer.from('key=s3cr/et"&a=b').toString('base64'), 'a2V5P…JmE9Yg=='],
    ['base64 for URLs', Buffer.from('k=s3cr/et"?>').toString('base64url'), 'az…8-'],
    ['HTML', 's3cr&#x2F;et&quot; and s3cr&#47;et&#0034;', '… and …'],
    ['URL-encoded three times', 'a=s3cr%25252Fet%252522', 'a=…'],
    ['JavaScript', String.raw`s3cr\x2Fet\x22`, '…'],
  ] as const)('%s', ([, text, shown]) => expect(redact(text, ['s3cr/et"'])).toBe(shown));

  test('takes the longer secret where one begins like another', () => {
    expect(redact('token-abcdef token-abc', ['token-abc', 'token-abcdef'])).toBe('… …');
  });

  test('leaves text alone that holds none, and does not look for what is too short to be one', () => {
    const text = '{"a" : 1.0, "b":"\\u0041"}';
    expect(redact(text, ['secret'])).toBe(text);
    expect(redact('abc abcd', ['abc', ''])).toBe('abc abcd');
    expect(redact(text, [])).toBe(text);
  });

  test('leaves JSON as it was around a mask: numbers, order and spaces', () => {
    const text = '{ "b": 12345678901234567890, "hunter2": [1.0, "hunter2\\n"], "n": 98765432 }';
    expect(redact(text, ['hunter2', '8765'])).toBe('{ "b": 12345678901234567890, "…": [1.0, "…\\n"], "n": "9…432" }');
    // More digits than a number keeps.
    expect(redact('{"n": 12345678901234567890}', ['4567890123456789'])).toBe('{"n": "123…0"}');
  });

  test('does not take half an escape with it', () => {
    expect(redact('{"a":"1\\nabcd","b":"1\\u0061abcd"}', ['abcd'])).toBe('{"a":"1\\n…","b":"1a…"}');
    expect(redact('{"a":"x\\\\nabcd"}', ['nabcd'])).toBe('{"a":"x\\\\…"}');
  });

  test('gives up a whole text of JSON rather than leave a secret that stands across its parts', () => {
    expect(redact('{"a":"b","c":"d"}', ['b","c'])).toBe('"…"');
  });

  // A secret that is made of the mask itself is none.
  const secret = anyText({ minLength: 4, maxLength: 24 }).filter((text) => !text.includes('…'));
  const keyLike = fc.base64String({ minLength: 8, maxLength: 40 });
  const secrets = fc.array(fc.oneof(secret, keyLike), { minLength: 1, maxLength: 4 });
  const text = anyText();

  test('lets no secret through in plain text [S4]', () => {
    fc.assert(
      fc.property(secrets, fc.nat(), fc.array(text, { minLength: 2, maxLength: 5 }), (known, at, parts) => {
        const shown = redact(parts.join(known[at % known.length]), known);
        for (const one of known) expect(shown).not.toContain(one);
      }),
    );
  });

  test('lets no secret through in JSON, at any depth, and leaves it JSON [S4]', () => {
    const json = fc.tuple(secrets, fc.array(text, { minLength: 2, maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2), ([known, parts, around], indent) => {
        const hidden = known.map((each) => parts.join(each));
        const value = { around, hidden, [hidden[0] ?? '']: { inner: JSON.stringify(hidden) } };
        const shown = redact(JSON.stringify(value, null, indent), known);
        for (const one of known) {
          expect(shown).not.toContain(one);
          expect(JSON.stringify(JSON.parse(shown))).not.toContain(JSON.stringify(one).slice(1, -1));
        }
      }),
    );
  });

  test('lets no secret through percent-encoded [S4]', () => {
    fc.assert(
      fc.property(fc.oneof(keyLike, fc.string({ minLength: 4, unit: 'grapheme' })), (one) => {
        fc.pre(one.isWellFormed() && !one.includes('…'));
        const shown = redact(`https://example.com/?a=${encodeURIComponent(one)}&b=1`, [one]);
        expect(shown).toBe('https://example.com/?a=…&b=1');
      }),
    );
  });

  test('takes time in proportion to the text [S12]', async () => {
    // Linear, this takes a second. If it read the rest of the text again at every character, it would take hours: then the
    // process is ended, however slow the machine is.
    const script = `
      import { redact } from '${new URL('../../lib/net/redact.ts', import.meta.url)}';
      const known = ['a'.repeat(63) + 'b', 'a/'.repeat(20), 'hunter2hunter2'];
      const hostile = 'a'.repeat(2_000_000) + 'a\\\\/'.repeat(700_000);
      for (const text of [hostile, JSON.stringify({ hostile })]) console.log(redact(text, known).length < text.length);`;
    const args = ['--input-type=module-typescript', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 5 * MINUTE });
    expect(stdout).toBe('true\ntrue\n');
  });
});
