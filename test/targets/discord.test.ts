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
    refused: 'retry: HTTP 204: Discord answered without the message',
    limited: 'retry: HTTP 429: You are being rate limited., slow, after 1000 ms',
    unknown: 'gone: HTTP 404: Discord 10015: Unknown Webhook',
  },
  rows: [
    ['429 without the header', { status: 429, body: { retry_after: 0.65 } }, 'retry: HTTP 429, slow, after 650 ms'],
    ['404 of something else', { status: 404, body: { code: 10_003 } }, 'retry: HTTP 404: Discord 10003, ended'],
    ['400 invalid form', { status: 400, body: { code: 50_035 } }, 'retry: HTTP 400: Discord 50035'],
  ],
  mentions: ['@here', '@&423456789012345678', '@323456789012345678'],
} as const;
runContract(contract);

const { target, settings } = prepared(contract);
/** The version that speaks of seconds, whatever the URL that was handed out has. */
const versioned = contract.settings.url.replace('/api/', '/api/v10/');

it('asks for the message, in its thread, and lets only the configured be mentioned', () => {
  const { url, body = '' } = target.request(failed, settings, ATTEMPT);
  expect(url).toBe(`${versioned}?wait=true&thread_id=223456789012345678`);
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

it.each(['/api/webhooks/1/t', '/api/v6/webhooks/1/t', '/api/v9/webhooks/1/t', '/api/v10/webhooks/1/t'])(
  'asks the version that speaks of seconds, whatever was handed out: %s',
  (path) => {
    const { url } = target.request(failed, { ...(settings as object), url: `https://discord.com${path}` }, ATTEMPT);
    expect(new URL(url).pathname).toBe('/api/v10/webhooks/1/t');
  },
);

it('edits by PATCH', () => {
  const made = target.edit?.request(succeeded, settings, ATTEMPT, '523456789012345678');
  expect(made).toMatchObject({
    method: 'PATCH',
    url: `${versioned}/messages/523456789012345678?thread_id=223456789012345678`,
  });
});
