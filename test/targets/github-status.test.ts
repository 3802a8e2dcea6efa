import { expect, it } from 'vitest';
import { sampleEvent, sampleEvents } from '../../lib/commands/sample-events.ts';
import { Misconfigured } from '../../lib/errors.ts';
import { runContract } from './contract.ts';
import { AT, failed, SHA, tooLong } from './events.ts';
import { ATTEMPT, prepared } from './stand-in.ts';

const contract = {
  type: 'github-status',
  settings: {
    repository: 'acme/data.pipelines',
    token: 'env:TOKEN',
    endpoint: 'https://stand-in.example.com/github-status/ci',
  },
  verdicts: {
    refused: 'retry: GitHub answered without the status that was set: Sign in',
    limited: 'retry: HTTP 403: API rate limit exceeded, slow, after 90000 ms',
    unknown: 'retry: HTTP 404: Not Found, ended',
  },
  rows: [
    [
      '201 of something else',
      { status: 201, body: '' },
      'retry: HTTP 201: GitHub answered without the status that was set',
    ],
  ],
} as const;
runContract(contract);

const { target, settings } = prepared(contract);
const bodyOf = (event: typeof failed) => JSON.parse(target.request(event, settings, ATTEMPT).body ?? '');

it('marks the commit that the watch’s label names', () => {
  expect(target.request(failed, settings, ATTEMPT).url).toMatch(
    new RegExp(`/repos/acme/data.pipelines/statuses/${SHA}$`),
  );
  expect(bodyOf(failed)).toMatchObject({ context: 'opwatch/aliyun-emr', target_url: failed.data.watch.url });
});

it('knows four states: what is blocked or goes on is pending', () => {
  const states = sampleEvents(AT).map(({ type }) => bodyOf(sampleEvent(type, AT, { sha: SHA })).state);
  expect(states).toEqual([
    'success',
    'failure',
    'failure',
    'error',
    'error',
    'error',
    'error',
    'pending',
    'pending',
    'pending',
    'pending',
  ]);
});

it('cuts its description at 140 characters, between them', () => {
  for (const event of tooLong) expect([...bodyOf(event).description].length).toBeLessThanOrEqual(140);
  expect(bodyOf(tooLong[0] ?? failed).description.isWellFormed()).toBe(true);
});

it.each([{}, { sha: 'main' }, { sha: '../../../../user' }, { commit: SHA }])(
  'cannot be told of a watch labeled %j',
  (labels) => {
    const event = sampleEvent('operation.failed', AT, labels);
    expect(() => target.request(event, settings, ATTEMPT)).toThrow(Misconfigured);
  },
);
