import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed, succeeded } from './events.ts';
import { ATTEMPT, prepared, TOKEN } from './stand-in.ts';

const contract = {
  type: 'discord',
  settings: {
    url: `https://stand-in.example.com/discord/ops/api/webhooks/123456789012345678/${TOKEN}`,
    thread: '223456789012345678',
    mention: { users: ['323456789012345678'], roles: ['423456789012345678'], everyone: 'here' },
  },
  verdicts: {
    refused: 'retry: Discord answered without the message: no readable code',
    limited: 'retry: HTTP 429, slow, after 1000 ms',
    unknown: 'gone: Discord 10015: unknown webhook',
  },
  rows: [
    ['429 without the header', { status: 429, body: { retry_after: 0.65 } }, 'retry: HTTP 429, slow, after 650 ms'],
    ['404 of something else', { status: 404, body: { code: 10_003 } }, 'retry: HTTP 404'],
    ['400 invalid form', { status: 400, body: { code: 50_035 } }, 'retry: HTTP 400'],
  ],
  mentions: ['@here', '@&423456789012345678', '@323456789012345678'],
} as const;
runContract(contract);

const { target, settings } = prepared(contract);

it('asks for the message, in its thread, and lets only the configured be mentioned', () => {
  const { url, body = '' } = target.request(failed, settings, ATTEMPT);
  expect(url).toBe(`${contract.settings.url}?wait=true&thread_id=223456789012345678`);
  expect(JSON.parse(body).allowed_mentions).toEqual({
    parse: ['everyone'],
    users: ['323456789012345678'],
    roles: ['423456789012345678'],
  });
  const calm = target.request(succeeded, settings, ATTEMPT);
  expect(JSON.parse(calm.body ?? '')).toMatchObject({
    content: '',
    allowed_mentions: { parse: [], users: [], roles: [] },
  });
});

it('edits by PATCH', () => {
  const made = target.edit?.request(succeeded, settings, ATTEMPT, '523456789012345678');
  expect(made).toMatchObject({
    method: 'PATCH',
    url: `${contract.settings.url}/messages/523456789012345678?thread_id=223456789012345678`,
  });
});
