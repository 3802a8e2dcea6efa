import { describe, expect, it } from 'vitest';
import { aliyunBpStudio } from '../../lib/providers/aliyun-bpstudio.ts';
import { runContract } from './contract.ts';
import { ask, lookAtOne, NOW, scripted, type Told } from './scripted.ts';

const state = (Status: unknown): Told => ({
  body: { Code: 200, RequestId: 'r-1', Data: { OperationId: 'op/1', Status } },
});

const operation = {
  OperationId: 'op/0123456789abcdef',
  ResourceGroupId: 'rg-acfmbyjt3c5',
  RegionId: 'cn-hangzhou',
} as const;

runContract({
  provider: aliyunBpStudio,
  operation,
  optional: ['ResourceGroupId', 'RegionId'],
  ends: { succeeded: ['SUCCESS'], failed: ['FAILURE'] },
  table: [
    ['INIT', state('INIT'), 'pending'],
    ['RUNNING', state('RUNNING'), 'running'],
    ['SUCCESS', state('SUCCESS'), 'succeeded'],
    ['success', state('success'), 'succeeded'],
    ['ſucceſſ', state('ſucceſſ'), 'running, unknown word'],
    ['FAILURE', state('FAILURE'), 'failed'],
    ['all words at once', state('INIT、RUNNING、SUCCESS、FAILURE'), 'running, unknown word'],
    ['FAILED', state('FAILED'), 'running, unknown word'],
    ['no Data', { body: { Code: 200, RequestId: 'r-1' } }, 'absent, forgotten'],
    ['no Data, seen less than an hour after submission', { body: { Code: 200 } }, 'absent', { seen: true }],
    [
      'no Data, seen more than an hour after submission',
      { body: { Code: 200 } },
      'absent, forgotten',
      { seen: true, submittedAt: NOW - 3_600_001 },
    ],
    ['Data null', { body: { Code: 200, RequestId: 'r-1', Data: null } }, 'absent, forgotten'],
    ['Data without Status', { body: { Code: 200, RequestId: 'r-1', Data: {} } }, 'absent, forgotten'],
    ['an empty object', { body: {} }, 'RetryLater'],
    ['Code 8004', { body: { Code: 8004, Message: 'not found' } }, 'absent'],
    ['Code 400', { body: { Code: 400, Message: 'm' } }, 'Misconfigured'],
    ['Code 403', { body: { Code: 403, Message: 'm' } }, 'NotAllowed'],
    ['Code 500 and a Status', { body: { Code: 500, Data: { Status: 'SUCCESS' } } }, 'RetryLater'],
    ['Code 9001', { body: { Code: 9001, Message: 'm' } }, 'RetryLater'],
    ['HTTP 503, nothing', { status: 503, body: '' }, 'RetryLater'],
  ],
});

describe('aliyun-bpstudio', () => {
  const HOUR = 3_600_000;

  it.each([
    ['seen before', { seen: true, submittedAt: NOW - HOUR }, 'under way when last seen'],
    [
      'asked for within the hour',
      { seen: false, submittedAt: NOW - HOUR },
      'ended more than an hour ago or the id is none',
    ],
    [
      'asked for after the hour',
      { seen: false, submittedAt: NOW - HOUR - 1 },
      'more than an hour after it was submitted',
    ],
  ])('says of a forgotten operation that it was %s', async (_, known, words) => {
    const { cloud } = scripted([{ body: { Code: 200 } }]);
    const observation = await lookAtOne(aliyunBpStudio, ask(operation, known), cloud);
    expect(observation).toMatchObject({
      kind: 'absent',
      shows: expect.stringContaining('keeps an operation for one hour'),
    });
    expect(observation).toMatchObject({ shows: expect.stringContaining(words) });
  });

  it.each([
    ['ap-southeast-1', 'https://bpstudio.ap-southeast-1.aliyuncs.com/'],
    ['cn-hangzhou', 'https://bpstudio.cn-hangzhou.aliyuncs.com/'],
  ] as const)('has an endpoint in %s', async (RegionId, url) => {
    const { cloud, requests } = scripted([state('INIT')]);
    await lookAtOne(aliyunBpStudio, ask({ OperationId: 'op_1', RegionId }), cloud);
    expect(requests).toMatchObject([{ url, body: 'OperationId=op_1' }]);
  });
});
