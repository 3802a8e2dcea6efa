import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed, tooLong } from './events.ts';
import { ATTEMPT, prepared } from './stand-in.ts';

const contract = {
  type: 'telegram',
  settings: {
    token: 'env:TOKEN',
    chat: -1001234567890,
    thread: 7,
    endpoint: 'https://stand-in.example.com/telegram/ops',
    mention: { users: ['@on_call', { id: 42, name: 'Ann <3' }] },
  },
  verdicts: {
    refused: 'retry: Telegram 400: Bad Request: chat not found, ended',
    limited: 'retry: HTTP 429: Telegram 429: Too Many Requests: retry after 3, slow, after 3000 ms',
    unknown: 'retry: HTTP 401: Telegram 401: Unauthorized, ended',
  },
  rows: [
    [
      'an edit that changes nothing',
      {
        status: 400,
        body: { ok: false, error_code: 400, description: 'Bad Request: message is not modified: specified' },
      },
      'delivered',
    ],
    [
      '403 thrown out',
      { status: 403, body: { ok: false, error_code: 403, description: 'Forbidden' } },
      'retry: HTTP 403: Telegram 403: Forbidden',
    ],
    ['429 without a word', { status: 429 }, 'retry: HTTP 429, slow'],
  ],
  mentions: ['@on_call', 'Ann <3'],
} as const;
runContract(contract);

it('goes to its chat and topic, without a preview of links', () => {
  const { target, settings } = prepared(contract);
  const { url, body = '' } = target.request(failed, settings, ATTEMPT);
  expect(url).toMatch(/^https:\/\/stand-in\.example\.com\/telegram\/ops\/bot[\w-]+\/sendMessage$/);
  expect(JSON.parse(body)).toMatchObject({
    chat_id: -1001234567890,
    message_thread_id: 7,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  });
});

it('stays within 4,096 characters, tags and all', () => {
  const { target, settings } = prepared(contract);
  const textOf = ({ body = '' }: { body?: string }): string => JSON.parse(body).text;
  for (const event of tooLong)
    expect(textOf(target.request(event, settings, ATTEMPT)).length).toBeLessThanOrEqual(4_096);
});
