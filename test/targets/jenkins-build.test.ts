import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed } from './events.ts';
import { ATTEMPT, prepared, TOKEN } from './stand-in.ts';

const contract = {
  type: 'jenkins-build',
  settings: { job: 'https://stand-in.example.com/jenkins-build/ci/job/deploy', user: 'opwatch', token: 'env:TOKEN' },
  verdicts: {
    refused: 'retry: Jenkins answered without a place in the queue: Sign in',
    limited: 'retry: HTTP 503, slow, after 30000 ms',
    unknown: 'retry: HTTP 401: Sign in',
  },
  rows: [
    [
      '201 with its queue item',
      { status: 201, headers: { location: 'https://ci.example.com/queue/item/9/' } },
      'delivered',
    ],
    [
      '201 that leads elsewhere',
      { status: 201, headers: { location: 'https://ci.example.com/login' } },
      'retry: HTTP 201: Jenkins answered without a place in the queue',
    ],
  ],
} as const;
runContract(contract);

it('signs in with the user’s API token and gives the event as parameters', () => {
  const { target, settings } = prepared(contract);
  const { url, headers, body = '' } = target.request(failed, settings, ATTEMPT);
  expect(url).toBe('https://stand-in.example.com/jenkins-build/ci/job/deploy/buildWithParameters');
  expect(headers.authorization).toBe(`Basic ${btoa(`opwatch:${TOKEN}`)}`);
  expect(Object.keys(Object.fromEntries(new URLSearchParams(body)))).toEqual([
    'OPWATCH_ID',
    'OPWATCH_TYPE',
    'OPWATCH_STATUS',
    'OPWATCH_PROVIDER',
    'OPWATCH_WATCH_ID',
    'OPWATCH_WATCH_URL',
    'OPWATCH_EVENT',
  ]);
});
