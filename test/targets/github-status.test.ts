import { expect, it } from 'vitest';
import { sampleEvent, sampleEvents } from '../../lib/commands/sample-events.ts';
import { Misconfigured } from '../../lib/core/errors.ts';
import type { Status } from '../../lib/core/watch.ts';
import { contextOf } from '../../lib/targets/kit/context.ts';
import type { Standing, Subject } from '../../lib/targets/target.ts';
import { runContract } from './contract.ts';
import { AT, failed, SHA, succeeded, tooLong } from './events.ts';
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
  expect(bodyOf(failed)).toMatchObject({
    context: 'opwatch/aliyun-emr c-b933c5aac8fe0001/op-13c37a77c5050001',
    target_url: failed.data.watch.link,
  });
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

const told = (event: typeof failed, others: readonly Standing[], more: object = {}) => {
  const { target: github, settings: own } = prepared({ ...contract, settings: { ...contract.settings, ...more } });
  return JSON.parse(github.request(event, own, { ...ATTEMPT, others }).body ?? '');
};

it.each<[others: readonly Status[], event: typeof failed, state: string, description: RegExp]>([
  [['failed'], succeeded, 'failure', /^2 operations: 1 failed, 1 succeeded \| ✅ aliyun-emr RESIZE_CLUSTER succeeded/],
  [['succeeded'], failed, 'failure', /^2 operations: 1 failed, 1 succeeded \| ❌ aliyun-emr RESIZE_CLUSTER failed/],
  [['timed_out', 'attention'], succeeded, 'error', /^3 operations: 1 was not over/],
  [['attention'], succeeded, 'pending', /^2 operations: 1 waits for a person, 1 succeeded/],
  [['succeeded', 'succeeded'], succeeded, 'success', /^3 operations: 3 succeeded/],
])('a context that several watches share shows the worst: %j', (others, event, state, description) => {
  const body = told(
    event,
    others.map((status) => ({ status })),
    { context: 'opwatch' },
  );
  expect(body).toMatchObject({ state, context: 'opwatch', description: expect.stringMatching(description) });
});

it('links to its watch alone where that is the worst', () => {
  expect(told(succeeded, [{ status: 'failed' }])).not.toHaveProperty('target_url');
  expect(told(failed, [{ status: 'succeeded' }]).target_url).toBe(failed.data.watch.link);
});

it('has no character of four bytes in what GitHub shows: it would refuse the status', () => {
  for (const event of [...sampleEvents(AT), ...tooLong]) {
    const { description, context } = bodyOf({ ...event, data: { ...event.data, watch: failed.data.watch } });
    expect(`${description}${context}`).not.toMatch(/[\u{10000}-\u{10FFFF}]/u);
    expect(context.length).toBeLessThanOrEqual(255);
  }
  expect(bodyOf(sampleEvent('operation.canceled', AT, { sha: SHA })).description).toMatch(/^aliyun-emr .* canceled/);
});

const SUBJECT: Subject = {
  id: 'w_abc',
  provider: 'huawei-dws',
  operation: { region: 'cn-north-4', project_id: '89cd04f1', cluster_id: '7d85f602', action_name: 'RESTORING' },
  labels: { sha: SHA, step: 'Deploy 数据', emoji: '🚀 go', blank: ' ' },
};

it.each([
  ['opwatch/{provider} {operation}', 'opwatch/huawei-dws 7d85f602/RESTORING'],
  ['ci/{label.step}', 'ci/Deploy 数据'],
  ['{operation.cluster_id} ({watch})', '7d85f602 (w_abc)'],
  ['{label.emoji}', expect.stringMatching(/^\? go~[0-9a-f]{8}$/)],
  ['opwatch', 'opwatch'],
])('the context %s becomes %s', (template, context) => {
  expect(contextOf(template, SUBJECT)).toEqual(context);
});

it('a context that is too long stays a name of its own', () => {
  const long = (last: string) => contextOf('{operation}', { ...SUBJECT, operation: { id: 'x'.repeat(400) + last } });
  expect(long('a')).toHaveLength(255);
  expect(long('a')).not.toBe(long('b'));
});

it('names what a watch lacks', () => {
  const { settings: own } = prepared({
    ...contract,
    settings: { ...contract.settings, context: '{label.step} {label.blank} {operation.job_id}' },
  });
  const lacks = target.lacks?.({ ...SUBJECT, labels: { blank: ' ' } }, own) ?? [];
  expect(lacks.map(({ at }) => at.join('/'))).toEqual([
    'labels/sha',
    'labels/step',
    'labels/blank',
    'operation/job_id',
  ]);
});

it.each(['{operation.}', '{labels.x}', 'a{b', '{watch.id}', 'tab\t', ''])('%j is no context', (context) => {
  expect(() => prepared({ ...contract, settings: { ...contract.settings, context } })).toThrow();
});

it.each([
  ['Chinese, up to the limit', '部'.repeat(85), /^opwatch\/部{85}$/],
  ['Chinese, beyond it', '部'.repeat(400), /^opwatch\/部+~[0-9a-f]{8}$/],
  ['emoji, which GitHub refuses', '😀部', /^opwatch\/\?部~[0-9a-f]{8}$/],
  ['a mark that turns the text', 'a\u202eb', /^opwatch\/a b~[0-9a-f]{8}$/],
  ['half a character', 'a\ud800b', /^opwatch\/a\ufffdb~[0-9a-f]{8}$/],
  ['lines', 'a\nb', /^opwatch\/a b~[0-9a-f]{8}$/],
])('a context takes a label of %s', (_, step, wanted) => {
  const context = contextOf('opwatch/{label.step}', { ...SUBJECT, labels: { step } });
  expect(context).toMatch(wanted);
  expect(context.length).toBeLessThanOrEqual(255);
  expect(contextOf('opwatch/{label.step}', { ...SUBJECT, labels: { step: `${step} ` } })).not.toBe(context);
});
