import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed } from './events.ts';
import { ATTEMPT, prepared } from './stand-in.ts';

const contract = {
  type: 'gitlab-trigger',
  settings: {
    project: 'data/pipelines',
    token: 'env:TOKEN',
    ref: 'main',
    endpoint: 'https://stand-in.example.com/gitlab-trigger/ci',
  },
  verdicts: {
    refused: 'retry: GitLab answered without a pipeline: Sign in',
    limited: 'retry: HTTP 429, slow, after 60000 ms',
    unknown: 'retry: HTTP 404: 404 Not Found, ended',
  },
  rows: [
    ['201 without a pipeline', { status: 201, body: {} }, 'retry: HTTP 201: GitLab answered without a pipeline: {}'],
    [
      '400 no job by the rules',
      { status: 400, body: { message: { base: ['Pipeline filtered'] } } },
      'retry: HTTP 400: Pipeline filtered',
    ],
  ],
} as const;
runContract(contract);

it('keeps the token out of the address and gives the event as variables', () => {
  const { target, settings } = prepared(contract);
  const { url, body = '' } = target.request(failed, settings, ATTEMPT);
  expect(url).toBe('https://stand-in.example.com/gitlab-trigger/ci/api/v4/projects/data%2Fpipelines/trigger/pipeline');
  const form = new URLSearchParams(body);
  expect(form.get('ref')).toBe('main');
  expect(form.get('variables[OPWATCH_STATUS]')).toBe('failed');
  expect(form.get('variables[OPWATCH_ID]')).toBe(ATTEMPT.id);
  expect(JSON.parse(form.get('variables[OPWATCH_EVENT]') ?? '')).toEqual(failed);
});
