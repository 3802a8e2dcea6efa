import { describe, expect, it } from 'vitest';
import { byteLength } from '../../lib/core/text.ts';
import { runContract } from './contract.ts';
import { failed, succeeded, tooLong } from './events.ts';
import { ATTEMPT, prepared, received, TOKEN } from './stand-in.ts';

const contract = {
  type: 'feishu',
  settings: {
    url: `https://stand-in.example.com/feishu/ops/open-apis/bot/v2/hook/${TOKEN}`,
    secret: 'env:SIGN',
    mention: { users: ['ou_0123abcd'], everyone: true },
    language: 'zh',
  },
  verdicts: {
    refused: 'retry: Feishu 19024: Key Words Not Found',
    limited: 'retry: Feishu 11232: frequency limited psm[lark.oapi.app_platform_runtime], slow',
    unknown: 'retry: Feishu 19001: param invalid: incoming webhook access token invalid, ended',
  },
  rows: [
    ['StatusCode 0 of an old bot', { body: { StatusCode: 0, StatusMessage: 'success' } }, 'delivered'],
    ['code 19021 beside StatusCode 0', { body: { code: 19_021, StatusCode: 0 } }, 'retry: Feishu 19021'],
    ['no code at all', { body: { msg: 'success' } }, 'retry: Feishu answered without a code: success'],
  ],
  mentions: ['@all', '@ou_0123abcd'],
} as const;
runContract(contract);

describe('a Feishu card', () => {
  const { target, settings } = prepared(contract);
  const bodyOf = (event: typeof failed) => JSON.parse(target.request(event, settings, ATTEMPT).body ?? '');

  it('is signed in its body, with seconds', () => {
    expect(bodyOf(failed)).toMatchObject({ timestamp: String(ATTEMPT.at / 1_000), msg_type: 'interactive' });
    const made = target.request(failed, settings, ATTEMPT);
    expect(received(made, [TOKEN, 'SECanother']).fault).toBe('sign match fail');
  });

  it('is red for a failure and green for a success', () => {
    expect(bodyOf(failed).card.header.template).toBe('red');
    expect(bodyOf(succeeded).card.header.template).toBe('green');
  });

  it('stays within 20 KB, signature and all', () => {
    const made = [
      ...tooLong.map((event) => target.request(event, settings, ATTEMPT)),
      target.digest?.([...tooLong, ...tooLong], settings, ATTEMPT),
    ];
    for (const request of made) expect(byteLength(request?.body ?? '')).toBeLessThanOrEqual(20_000);
  });
});
