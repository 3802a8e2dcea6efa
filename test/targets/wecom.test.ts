import { describe, expect, it } from 'vitest';
import { byteLength } from '../../lib/core/text.ts';
import { runContract } from './contract.ts';
import { failed, succeeded, tooLong } from './events.ts';
import { ATTEMPT, prepared, TOKEN } from './stand-in.ts';

const contract = {
  type: 'wecom',
  settings: {
    url: `https://stand-in.example.com/wecom/ops/cgi-bin/webhook/send?key=${TOKEN}`,
    mention: { users: ['lisi'] },
    language: 'zh',
  },
  verdicts: {
    refused: 'retry: WeCom 93000: invalid webhook url, ended',
    limited: 'retry: WeCom 45009: api freq out of limit, slow, after 60000 ms',
    unknown: 'retry: WeCom 93000: invalid webhook url, ended',
  },
  rows: [
    ['errcode 40058 too long', { body: { errcode: 40_058 } }, 'retry: WeCom 40058'],
    ['no errcode at all', { body: { errmsg: 'ok' } }, 'retry: WeCom answered without an errcode: ok'],
  ],
  mentions: ['@lisi'],
} as const;
runContract(contract);

describe('where everybody is to be mentioned', () => {
  const loud = {
    ...contract,
    settings: { ...contract.settings, mention: { everyone: true, mobiles: ['13800138000'] } },
  };
  const { target, settings } = prepared(loud);
  const bodyOf = (event: typeof failed) => JSON.parse(target.request(event, settings, ATTEMPT).body ?? '');

  it('the message is a text of at most 2,048 bytes', () => {
    expect(bodyOf(failed)).toMatchObject({
      msgtype: 'text',
      text: { mentioned_list: ['@all'], mentioned_mobile_list: ['13800138000'] },
    });
    for (const event of tooLong) expect(byteLength(bodyOf(event).text.content)).toBeLessThanOrEqual(2_048);
  });

  it('and markdown of at most 4,096 where nobody is', () => {
    expect(bodyOf(succeeded)).toMatchObject({ msgtype: 'markdown' });
    const quiet = prepared(contract);
    for (const event of tooLong) {
      const body = JSON.parse(quiet.target.request(event, quiet.settings, ATTEMPT).body ?? '');
      expect(byteLength(body.markdown.content)).toBeLessThanOrEqual(4_096);
    }
  });
});
