import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { byteLength } from '../../lib/core/text.ts';
import { runContract } from './contract.ts';
import { failed, succeeded, tooLong } from './events.ts';
import { ATTEMPT, prepared, received, SECRETS, TOKEN } from './stand-in.ts';

const contract = {
  type: 'dingtalk',
  settings: {
    url: `https://stand-in.example.com/dingtalk/ops/robot/send?access_token=${TOKEN}`,
    secret: 'env:SIGN',
    mention: { mobiles: ['13800138000'], users: ['zhang.san'], everyone: true },
    language: 'zh',
  },
  verdicts: {
    refused: 'retry: DingTalk 310000: description:keywords not in content',
    limited: 'retry: DingTalk 130101: send too fast, exceed 20 times per minute, slow, after 600000 ms',
    unknown: 'retry: DingTalk 300001: token is not exist, ended',
  },
  rows: [
    ['errcode 0 as text', { body: { errcode: '0' } }, 'delivered'],
    ['errcode 410100', { body: { errcode: 410_100 } }, 'retry: DingTalk 410100, slow, after 600000 ms'],
    ['errcode -1 busy', { body: { errcode: -1 } }, 'retry: DingTalk -1, slow'],
    [
      'a throttling gateway',
      { body: { status: 1111, wait: 5, punish: 'deny' } },
      'retry: DingTalk 1111: throttled, slow, after 5000 ms',
    ],
    ['no errcode at all', { body: { errmsg: 'ok' } }, 'retry: DingTalk answered without an errcode: ok'],
  ],
  mentions: ['@13800138000', '@zhang.san', '@all'],
} as const;
runContract(contract);

describe('a DingTalk message', () => {
  const { target, settings } = prepared(contract);

  it('is signed with the milliseconds of the attempt, encoded once', () => {
    const { url } = target.request(failed, settings, ATTEMPT);
    const { searchParams } = new URL(url);
    const key = SECRETS['env:SIGN'] ?? '';
    expect(searchParams.get('timestamp')).toBe(String(ATTEMPT.at));
    expect(searchParams.get('sign')).toBe(createHmac('sha256', key).update(`${ATTEMPT.at}\n${key}`).digest('base64'));
  });

  it('is refused under another signature', () => {
    const made = target.request(failed, settings, ATTEMPT);
    expect(received(made, [TOKEN, 'SECanother']).fault).toBe('sign not match');
    const late = { ...made, url: made.url.replace(/timestamp=\d+/, `timestamp=${ATTEMPT.at - 3_600_001}`) };
    expect(received(late).fault).toBe('invalid timestamp');
  });

  it('is not signed where no secret is set', () => {
    const { secret: _, ...rest } = contract.settings;
    const unsigned = prepared({ ...contract, settings: rest });
    expect(unsigned.target.request(failed, unsigned.settings, ATTEMPT).url).toBe(contract.settings.url);
  });

  it('mentions everybody for a failure and nobody for a success', () => {
    const at = (event: typeof failed) => JSON.parse(target.request(event, settings, ATTEMPT).body ?? '').at;
    expect(at(failed)).toEqual({ atMobiles: ['13800138000'], atUserIds: ['zhang.san'], isAtAll: true });
    expect(at(succeeded)).toEqual({ atMobiles: [], atUserIds: [], isAtAll: false });
  });

  it('stays within 20,000 bytes', () => {
    for (const event of tooLong) {
      expect(byteLength(target.request(event, settings, ATTEMPT).body ?? '')).toBeLessThanOrEqual(20_000);
    }
  });
});
