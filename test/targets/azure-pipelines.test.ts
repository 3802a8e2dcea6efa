import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { eventWith, failed } from './events.ts';
import { ATTEMPT, prepared } from './stand-in.ts';

const contract = {
  type: 'azure-pipelines',
  settings: {
    organization: 'acme',
    webhook: 'opwatch',
    secret: 'env:SIGN',
    endpoint: 'https://stand-in.example.com/azure-pipelines/ci',
  },
  verdicts: {
    refused: 'retry: HTTP 203: a page instead of an answer: Sign in',
    limited: 'retry: HTTP 429, slow, after 30000 ms',
    unknown: 'retry: HTTP 500: Azure RequiredHeaderSignatureNotFound',
  },
  rows: [['200 without a word', {}, 'delivered']],
  believesAny2xx: true,
} as const;
runContract(contract);

it.each([
  ['X-Hub-Signature', /^sha1=[0-9a-f]{40}$/],
  ['x-webhook-checksum', /^[0-9a-f]{40}$/],
])('signs as %s wants it', (header, pattern) => {
  const { target, settings } = prepared({ ...contract, settings: { ...contract.settings, header } });
  const { url, headers } = target.request(failed, settings, ATTEMPT);
  expect(headers[header.toLowerCase()]).toMatch(pattern);
  expect(url).toMatch(/\/acme\/_apis\/public\/distributedtask\/webhooks\/opwatch\?api-version=6\.0-preview$/);
});

it('hands over no text that a job’s output would be read for: logging commands, macros', () => {
  const text = `##vso[task.setvariable variable=a]b ##[error] $(secret) $\{{ parameters.a }}`;
  const same = { word: text, type: text, code: text, message: text, note: text, value: text, label: text };
  const { target, settings } = prepared(contract);
  const { body = '' } = target.request(eventWith(same), settings, ATTEMPT);
  expect(body).toContain('＃＃vso[task.setvariable');
  expect(body).not.toMatch(/##|\$/);
});
