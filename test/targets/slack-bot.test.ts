import { runContract } from './contract.ts';

runContract({
  type: 'slack-bot',
  settings: {
    token: 'env:TOKEN',
    channel: 'C0123ABCD',
    endpoint: 'https://stand-in.example.com/slack-bot/ops/api',
    mention: { users: ['U0AAAAAAA'] },
    language: 'zh',
  },
  verdicts: {
    refused: 'retry: Slack says channel_not_found',
    limited: 'retry: HTTP 429, slow, after 1000 ms',
    unknown: 'retry: Slack says invalid_auth',
  },
  rows: [
    ['200 with ratelimited', { body: { ok: false, error: 'ratelimited' } }, 'retry: Slack says ratelimited, slow'],
    ['200 with ok as text', { body: { ok: 'true' } }, 'retry: Slack says no readable code'],
  ],
  mentions: ['@U0AAAAAAA'],
});
