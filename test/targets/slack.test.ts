import { describe, expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed, succeeded } from './events.ts';
import { ATTEMPT, prepared, received, TOKEN } from './stand-in.ts';

const contract = {
  type: 'slack',
  settings: {
    url: `https://stand-in.example.com/slack/ops/services/T0/B0/${TOKEN}`,
    mention: { users: ['U0AAAAAAA'], groups: ['S0AAAAAAA'], everyone: 'here' },
  },
  verdicts: {
    refused: 'retry: the answer is not "ok": Sign in',
    limited: 'retry: HTTP 429: Slack rate_limited, slow, after 1000 ms',
    unknown: 'retry: HTTP 403: Slack invalid_token, ended',
  },
  rows: [
    ['HTTP 404 no_service', { status: 404, body: 'no_service' }, 'retry: HTTP 404: Slack no_service, ended'],
    ['another word with 200', { body: 'invalid_payload' }, 'retry: Slack invalid_payload'],
  ],
  mentions: ['@here', '@subteam^S0AAAAAAA', '@U0AAAAAAA'],
} as const;
runContract(contract);

describe('what a reader sees', () => {
  const { target, settings } = prepared(contract);
  const shown = (event: typeof failed) => received(target.request(event, settings, ATTEMPT)).shown;

  it('tells at a glance what ended, how, where, why and after how long', () => {
    expect(shown(failed)?.lines.map(({ runs }) => runs.map(({ text }) => text).join(''))).toEqual([
      '@here @subteam^S0AAAAAAA @U0AAAAAAA ❌ aliyun-emr RESIZE_CLUSTER failed after 12 min 3 s',
      'OperationDenied.NoStock: The resource is out of stock in the specified zone. 请更换可用区后重试。',
      'In the cloud’s words\nFAILED',
      'RegionId\ncn-hangzhou',
      'ClusterId\nc-b933c5aac8fe0001',
      'OperationId\nop-13c37a77c5050001',
      'Connection\naliyun',
      'Labels\nsample=sent by opwatch notify-test, sha=6dcb09b5b57875f334f61aebed695e2e4193db5e',
      'Request id\nF3A2A1B0-0000-5C62-8E5F-000000000000',
      'Time\n2026-11-22 02:05:42 UTC',
      'Console  ·  Watch',
    ]);
  });

  it('is another color for a success, and calls nobody', () => {
    expect(shown(failed)?.color).toBe('#e01e5a');
    expect(shown(succeeded)?.color).toBe('#2eb67d');
    expect(
      shown(succeeded)
        ?.lines.flatMap(({ runs }) => runs)
        .some(({ mention }) => mention),
    ).toBe(false);
  });
});
