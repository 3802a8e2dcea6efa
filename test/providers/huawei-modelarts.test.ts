import { expect, it } from 'vitest';
import { huaweiModelArts } from '../../lib/providers/huawei-modelarts.ts';
import { runContract } from './contract.ts';
import { ask, lookAtOne, type Reply, scripted } from './scripted.ts';
import { storiesById } from './stories.ts';
import { tellsTheTruth } from './truth.ts';

const operation = {
  region: 'cn-north-4',
  project_id: '05f2cff45100d5112f4bc00b794ea08e',
  id: '5f9e2c1a-0b4d-4c6e-8a1f-0123456789ab',
  operation_id: '0d2f6a1e-1b2c-4d3e-9f40-abcdefabcdef',
};
const { operation_id } = operation;

const state = (operation_status: unknown, more = {}): Reply => ({ body: { operation_id, operation_status, ...more } });
const of = (other: unknown, operation_status: string) => state(operation_status, { operation_id: other });

runContract({
  provider: huaweiModelArts,
  operation,
  ends: { succeeded: ['success'], failed: ['failed'] },
  table: [
    ['pending', state('pending'), 'pending'],
    ['running', state('running'), 'running'],
    ['success', state('success'), 'succeeded'],
    ['failed', state('failed'), 'failed'],
    ['SUCCESS', state('SUCCESS'), 'succeeded'],
    ['succeeded', state('succeeded'), 'running, unknown word'],
    [
      'operation_error beside running',
      { body: { operation_status: 'running', operation_error: { code: 'X' } } },
      'running',
    ],
    ['success between blanks', state('\tsuccess\n'), 'succeeded'],
    ['no operation_status', state(undefined), 'RetryLater'],
    ['success of another operation', of('0d2f6a1e-ffff', 'success'), 'RetryLater'],
    ['failed of another operation', of('0d2f6a1e-ffff', 'failed'), 'RetryLater'],
    ['success of the operation, its id in capitals', of(operation_id.toUpperCase(), 'success'), 'succeeded'],
    ['success without an operation_id', of(undefined, 'success'), 'succeeded'],
    ['failed with an error_code in the HTTP 200', state('failed', { error_code: 'ModelArts.6530' }), 'failed'],
    ['running with an error_code in the HTTP 200', state('running', { error_code: 'ModelArts.6530' }), 'running'],
    ['HTTP 503 ModelArts.6404', { status: 503, body: { error_code: 'ModelArts.6404' } }, 'RetryLater'],
    ['HTTP 429 ModelArts.6404', { status: 429, body: { error_code: 'ModelArts.6404' } }, 'Throttled'],
    ['HTTP 200 ModelArts.6404', { body: { error_code: 'ModelArts.6404' } }, 'absent'],
    ['HTTP 401 ModelArts.0104', { status: 401, body: { error_code: 'ModelArts.0104' } }, 'NotAllowed'],
    ['HTTP 400 of a code that ends alike', { status: 400, body: { error_code: 'IAM.6404' } }, 'Misconfigured'],
    ['a list', { body: [{ operation_status: 'success' }] }, 'RetryLater'],
    ['HTTP 400 ModelArts.6404', { status: 400, body: { error_code: 'ModelArts.6404' } }, 'absent'],
    ['HTTP 404 ModelArts.0404', { status: 404, body: { error_code: 'ModelArts.0404' } }, 'absent'],
    ['HTTP 400 of another code', { status: 400, body: { error_code: 'ModelArts.0005' } }, 'Misconfigured'],
    ['HTTP 200 with error_code', { body: { error_code: 'ModelArts.0010' } }, 'RetryLater'],
  ],
});

it.each<[string, object, object]>([
  [
    'an object',
    { operation_error: { code: 'ModelArts.6530', message: 'm' } },
    { reasonCode: 'ModelArts.6530', reasonMessage: 'm' },
  ],
  [
    'an object in other words',
    { operation_error: { error_code: 'X.1', error_msg: 'm' } },
    { reasonCode: 'X.1', reasonMessage: 'm' },
  ],
  ['a code that is a number', { operation_error: { code: 6530 } }, { reasonCode: '6530' }],
  ['a text', { operation_error: 'the volume is in use' }, { reasonMessage: 'the volume is in use' }],
  ['JSON in a text', { operation_error: '{"code":"X.1","message":"m"}' }, { reasonCode: 'X.1', reasonMessage: 'm' }],
  ['an error beside the state', { error_code: 'X.1', error_msg: 'm' }, { reasonCode: 'X.1', reasonMessage: 'm' }],
  ['an empty object, an error beside it', { operation_error: {}, error_code: 'X.1' }, { reasonCode: 'X.1' }],
  ['an empty text', { operation_error: '' }, {}],
  ['the JSON of nothing', { operation_error: '{}' }, {}],
  ['a list', { operation_error: [{ code: 'X.1' }] }, {}],
])('huawei-modelarts | the reason is %s', async (_, more, expected) => {
  const observation = await lookAtOne(huaweiModelArts, ask(operation), scripted([state('failed', more)]).cloud);
  expect(observation).toMatchObject({ status: 'failed' });
  expect('facts' in observation && observation.facts).toEqual(expected);
});

tellsTheTruth(
  huaweiModelArts,
  storiesById({
    operation,
    ids: ['operation_id'],
    inAnyCase: ['operation_id'],
    words: ['pending', 'running', 'success', 'failed'],
    success: 'success',
    answer: (ids, operation_status, { text }) => ({
      ...ids,
      operation_status,
      operation_type: text,
      operation_error: text,
      error_code: text,
    }),
  }),
);
