import { describe, expect, it } from 'vitest';
import { byteLength } from '../../lib/core/text.ts';
import type { TeamsMessage } from '../../lib/targets/teams.ts';
import { runContract } from './contract.ts';
import { failed, injection, succeeded, tooLong } from './events.ts';
import { ATTEMPT, prepared, TOKEN } from './stand-in.ts';

const contract = {
  type: 'teams',
  settings: {
    url: `https://stand-in.example.com/teams/ops/workflows/1/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sig=${TOKEN}`,
    mention: { users: [{ id: 'ann@example.com', name: 'Ann' }] },
  },
  verdicts: {
    refused:
      'retry: Teams HTTP 400: Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 400 with ContextId',
    limited: 'retry: HTTP 429, slow, after 10000 ms',
    unknown: 'retry: HTTP 401',
  },
  rows: [
    ['202', { status: 202 }, 'delivered'],
    ['200 of a connector', { body: '1' }, 'delivered'],
    [
      'a 429 in a 200',
      { body: 'Microsoft Teams endpoint returned HTTP error 429' },
      'retry: Teams HTTP 429: Microsoft Teams endpoint returned HTTP error 429, slow',
    ],
    ['a web page with 200', { body: '<html>Sign in</html>' }, 'retry: Teams did not say that it took the message'],
  ],
  mentions: ['@Ann'],
  believesAny2xx: true,
} as const;
runContract(contract);

describe('the card', () => {
  const { target, settings } = prepared(contract);
  const cardOf = (event: typeof failed) => {
    const { body = '' } = target.request(event, settings, ATTEMPT);
    return (JSON.parse(body) as TeamsMessage).attachments[0].content;
  };

  it('is an Adaptive Card 1.4 that says how it ended by its style', () => {
    expect(cardOf(failed)).toMatchObject({ type: 'AdaptiveCard', version: '1.4' });
    expect(cardOf(failed).body[0]).toMatchObject({ type: 'Container', style: 'attention' });
    expect(cardOf(succeeded).body[0]).toMatchObject({ type: 'Container', style: 'good' });
  });

  it('names the mentioned in the text and in the entities, for a failure', () => {
    expect(cardOf(failed).msteams.entities).toEqual([
      { type: 'mention', text: '<at>Ann</at>', mentioned: { id: 'ann@example.com', name: 'Ann' } },
    ]);
    expect(cardOf(succeeded).msteams.entities).toEqual([]);
  });

  it('leaves the query of the address as it was signed', () => {
    expect(target.request(failed, settings, ATTEMPT).url).toBe(contract.settings.url);
  });

  it('has no tag but those', () => {
    const { body = '' } = target.request(injection, settings, ATTEMPT);
    expect(body.match(/<\s*\/?\s*at\b[^>]*>/gi)).toEqual(['<at>', '</at>', '<at>', '</at>']);
  });

  it('stays below 20 kB', () => {
    for (const event of tooLong) {
      expect(byteLength(target.request(event, settings, ATTEMPT).body ?? '')).toBeLessThanOrEqual(20_000);
    }
  });
});
