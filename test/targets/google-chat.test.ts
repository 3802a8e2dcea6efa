import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed, succeeded } from './events.ts';
import { ATTEMPT, prepared, TOKEN } from './stand-in.ts';

const contract = {
  type: 'google-chat',
  settings: {
    url: `https://stand-in.example.com/google-chat/ops/v1/spaces/AAAA/messages?key=k&token=${TOKEN}`,
    mention: { users: ['123456789'], everyone: true },
  },
  verdicts: {
    refused: 'retry: Google Chat answered without the message: Sign in',
    limited: 'retry: HTTP 429: Google Chat RESOURCE_EXHAUSTED, slow',
    unknown: 'retry: HTTP 403: Google Chat PERMISSION_DENIED, ended',
  },
  rows: [
    [
      'an error in a 200',
      { body: { error: { code: 400, status: 'INVALID_ARGUMENT' } } },
      'retry: Google Chat INVALID_ARGUMENT',
    ],
  ],
  mentions: ['@all', '@123456789'],
} as const;
runContract(contract);

it('keeps what concerns one watch in one thread, and a digest out of it', () => {
  const { target, settings } = prepared(contract);
  const one = target.request(failed, settings, ATTEMPT);
  expect(one.url).toBe(`${contract.settings.url}&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD`);
  expect(JSON.parse(one.body ?? '').thread).toEqual({ threadKey: 'w_sample' });
  const several = target.digest?.([failed, succeeded], settings, ATTEMPT);
  expect(several?.url).toBe(contract.settings.url);
  expect(JSON.parse(several?.body ?? '').thread).toBeUndefined();
});
