import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed } from './events.ts';
import { ATTEMPT, prepared, TOKEN } from './stand-in.ts';

const contract = {
  type: 'github-dispatch',
  settings: {
    repository: 'acme/data.pipelines',
    token: 'env:TOKEN',
    endpoint: 'https://stand-in.example.com/github-dispatch/ci',
  },
  verdicts: {
    refused: 'retry: GitHub did not answer 204: Sign in',
    limited: 'retry: HTTP 403: API rate limit exceeded, slow, after 90000 ms',
    unknown: 'retry: HTTP 404: Not Found, ended',
  },
  rows: [
    ['403 for missing rights', { status: 403, headers: { 'x-ratelimit-remaining': '4999' } }, 'retry: HTTP 403'],
    ['a secondary limit', { status: 403, headers: { 'retry-after': '60' } }, 'retry: HTTP 403, slow, after 60000 ms'],
    ['422 unprocessable', { status: 422 }, 'retry: HTTP 422'],
  ],
} as const;
runContract(contract);

it('carries the whole event under few names', () => {
  const { target, settings } = prepared(contract);
  const { url, headers, body = '' } = target.request(failed, settings, ATTEMPT);
  expect(url).toBe('https://stand-in.example.com/github-dispatch/ci/repos/acme/data.pipelines/dispatches');
  expect(headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, accept: 'application/vnd.github+json' });
  expect(JSON.parse(body)).toEqual({
    event_type: 'operation.failed',
    client_payload: { id: ATTEMPT.id, type: 'operation.failed', timestamp: failed.timestamp, data: failed.data },
  });
});
