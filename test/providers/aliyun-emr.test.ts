import { aliyunEmr } from '../../lib/providers/aliyun-emr.ts';
import { runContract } from './contract.ts';
import type { Told } from './scripted.ts';

const state = (OperationState: unknown, more = {}): Told => ({
  body: { RequestId: 'r-1', Operation: { OperationId: 'op-1', OperationState, ...more } },
});

runContract({
  provider: aliyunEmr,
  operation: { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe0000', OperationId: 'op-13c37a77c5050000' },
  ends: {
    succeeded: ['COMPLETED'],
    partial: ['PARTIAL_COMPLETED'],
    failed: ['FAILED'],
    canceled: ['TERMINATED'],
  },
  table: [
    ['IN_PROGRESS', state('IN_PROGRESS'), 'running'],
    ['HUMAN_PROCESSING', state('HUMAN_PROCESSING'), 'attention'],
    ['COMPLETED', state('COMPLETED'), 'succeeded'],
    ['COMPLETED with a reason', state('COMPLETED', { StateChangeReason: { Code: 'OutOfStock' } }), 'succeeded'],
    ['PARTIAL_COMPLETED', state('PARTIAL_COMPLETED'), 'partial'],
    ['FAILED', state('FAILED'), 'failed'],
    ['TERMINATED', state('TERMINATED'), 'canceled'],
    ['completed', state('completed'), 'succeeded'],
    ['COMPLETED between blanks', state(' COMPLETED\n'), 'succeeded'],
    ['COMPLETED and a no-break space', state('COMPLETED\u00a0'), 'running, unknown word'],
    ['PARTIALLY_COMPLETED', state('PARTIALLY_COMPLETED'), 'running, unknown word'],
    [
      'IN_PROGRESS with a reason of failure',
      state('IN_PROGRESS', { StateChangeReason: { Code: 'InternalError' } }),
      'running',
    ],
    ['no OperationState', state(undefined), 'RetryLater'],
    ['an OperationState that is no text', state(7), 'RetryLater'],
    ['no Operation', { body: { RequestId: 'r-1' } }, 'absent'],
    ['an empty object', { body: {} }, 'RetryLater'],
    ['HTTP 404 ResourceNotFound', { status: 404, body: { Code: 'ResourceNotFound' } }, 'absent'],
    ['HTTP 400 ThrottlingException', { status: 400, body: { Code: 'ThrottlingException' } }, 'Throttled'],
    ['HTTP 400 NotAuthorized', { status: 400, body: { Code: 'NotAuthorized' } }, 'NotAllowed'],
    ['HTTP 503 ServiceFailure', { status: 503, body: { Code: 'ServiceFailure' } }, 'RetryLater'],
  ],
});
