import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed } from './events.ts';
import { ATTEMPT, prepared, TOKEN } from './stand-in.ts';

const contract = {
  type: 'jenkins-generic',
  settings: {
    url: 'https://stand-in.example.com/jenkins-generic/ci/generic-webhook-trigger/invoke',
    token: 'env:TOKEN',
  },
  verdicts: {
    refused: 'retry: Jenkins triggered no job: Triggered jobs.',
    limited: 'retry: HTTP 503, slow, after 30000 ms',
    unknown: 'retry: HTTP 404: Did not find any jobs, ended',
  },
  rows: [
    ['jobs that are set to answer silently', { body: '' }, 'delivered'],
    [
      'one of two jobs',
      { body: { jobs: { a: { triggered: false }, b: { triggered: true } }, message: 'Triggered jobs.' } },
      'delivered',
    ],
    [
      'no jobs in the map',
      { body: { jobs: {}, message: 'Triggered jobs.' } },
      'retry: Jenkins triggered no job: Triggered jobs.',
    ],
    ['500 errors when triggering', { status: 500, body: { jobs: { a: 'Exception' } } }, 'retry: HTTP 500'],
  ],
} as const;
runContract(contract);

it('carries the token in a header and the event as it is', () => {
  const { target, settings } = prepared(contract);
  const { headers, body = '' } = target.request(failed, settings, ATTEMPT);
  expect(headers).toMatchObject({ token: TOKEN, 'webhook-id': ATTEMPT.id });
  expect(JSON.parse(body)).toEqual(failed);
});
