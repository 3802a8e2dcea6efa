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
    refused: 'retry: Slack channel_not_found, ended',
    limited: 'retry: HTTP 429: Slack ratelimited, slow, after 1000 ms',
    unknown: 'retry: Slack invalid_auth, ended',
  },
  rows: [
    ['200 with ratelimited', { body: { ok: false, error: 'ratelimited' } }, 'retry: Slack ratelimited, slow'],
    ['200 with ok as text', { body: { ok: 'true' } }, 'retry: Slack did not say "ok"'],
  ],
  mentions: ['@U0AAAAAAA'],
});
