import { describe, expect, it } from 'vitest';
import { aliyunEmr } from '../../lib/providers/aliyun-emr.ts';
import { runContract } from './contract.ts';
import { SUBMITTED_AT } from './course.ts';
import { ask, lookAtOne, NOW, type Reply, scripted } from './scripted.ts';
import { storiesById } from './stories.ts';
import { tellsTheTruth } from './truth.ts';

const DAY = 86_400_000;

const operation = { RegionId: 'cn-hangzhou', ClusterId: 'c-b933c5aac8fe0000', OperationId: 'op-13c37a77c5050000' };
const { ClusterId, OperationId } = operation;

const state = (OperationState: unknown, more = {}): Reply => ({
  body: { RequestId: 'r-1', Operation: { ClusterId, OperationId, OperationState, ...more } },
});

runContract({
  provider: aliyunEmr,
  operation,
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
    ['COMPLETED of another operation', state('COMPLETED', { OperationId: 'op-13c37a77c5050001' }), 'RetryLater'],
    ['COMPLETED of another cluster', state('COMPLETED', { ClusterId: 'c-b933c5aac8fe0001' }), 'RetryLater'],
    ['FAILED of another operation', state('FAILED', { OperationId: 'op-2' }), 'RetryLater'],
    ['COMPLETED, the id in capitals', state('COMPLETED', { OperationId: 'OP-13C37A77C5050000' }), 'succeeded'],
    ['COMPLETED, the id between blanks', state('COMPLETED', { OperationId: ` ${OperationId}\n` }), 'succeeded'],
    [
      'COMPLETED, no id in the answer',
      state('COMPLETED', { OperationId: undefined, ClusterId: undefined }),
      'succeeded',
    ],
    ['COMPLETED nine days before submission', state('COMPLETED', { EndTime: NOW - 9 * DAY }), 'succeeded'],
    ['no OperationState', state(undefined), 'RetryLater'],
    ['an OperationState that is no text', state(7), 'RetryLater'],
    ['no Operation', { body: { RequestId: 'r-1' } }, 'absent'],
    ['an empty object', { body: {} }, 'RetryLater'],
    ['HTTP 404 ResourceNotFound', { status: 404, body: { Code: 'ResourceNotFound' } }, 'absent'],
    ['HTTP 404 OperationNotFound', { status: 404, body: { Code: 'OperationNotFound' } }, 'absent'],
    ['HTTP 404 ClusterNotFound', { status: 404, body: { Code: 'ClusterNotFound' } }, 'absent'],
    ['HTTP 404 StackNotFound', { status: 404, body: { Code: 'StackNotFound' } }, 'Misconfigured'],
    ['HTTP 404 EntityNotExist.Role', { status: 404, body: { Code: 'EntityNotExist.Role' } }, 'Refused'],
    ['HTTP 400 SystemBusy', { status: 400, body: { Code: 'SystemBusy' } }, 'RetryLater'],
    ['HTTP 400 ThrottlingException', { status: 400, body: { Code: 'ThrottlingException' } }, 'Throttled'],
    ['HTTP 400 NotAuthorized', { status: 400, body: { Code: 'NotAuthorized' } }, 'NotAllowed'],
    ['HTTP 503 ServiceFailure', { status: 503, body: { Code: 'ServiceFailure' } }, 'RetryLater'],
  ],
  courses: [
    [
      'HUMAN_PROCESSING with a reason, then COMPLETED without',
      [
        [1, state('HUMAN_PROCESSING', { StateChangeReason: { Code: 'OutOfStock', Message: 'sold out' } })],
        [600, state('COMPLETED', { StateChangeReason: {} })],
      ],
      'succeeded',
      { facts: { requestId: 'r-1' } },
    ],
    [
      'HUMAN_PROCESSING with a reason, then FAILED without',
      [
        [1, state('HUMAN_PROCESSING', { StateChangeReason: { Code: 'OutOfStock', Message: 'sold out' } })],
        [600, state('FAILED', { StateChangeReason: {} })],
      ],
      'failed',
      { facts: { requestId: 'r-1' } },
    ],
    [
      'IN_PROGRESS with an end, then FAILED without',
      [
        [1, state('IN_PROGRESS', { EndTime: SUBMITTED_AT - 60_000 })],
        [600, state('FAILED', { EndTime: 0 })],
      ],
      'failed',
      { facts: { requestId: 'r-1' } },
    ],
  ],
});

const seenAs = async (told: Reply, known = {}) => {
  const seen = await lookAtOne(aliyunEmr, ask(operation, known), scripted([told]).cloud);
  return expect.objectContaining({ kind: 'seen' }).asymmetricMatch(seen) ? seen : expect.unreachable();
};

describe('aliyun-emr, what it tells beside a state', () => {
  const REASON = { Code: 'OutOfStock', Message: 'The requested resource is sold out.' };

  it.each([
    ['COMPLETED', { message: 'OutOfStock: The requested resource is sold out.', requestId: 'r-1' }],
    ['FAILED', { reasonCode: 'OutOfStock', reasonMessage: REASON.Message, requestId: 'r-1' }],
    ['PARTIAL_COMPLETED', { reasonCode: 'OutOfStock', reasonMessage: REASON.Message, requestId: 'r-1' }],
    ['HUMAN_PROCESSING', { reasonCode: 'OutOfStock', reasonMessage: REASON.Message, requestId: 'r-1' }],
  ])('%s with a reason', async (word, facts) => {
    expect(await seenAs(state(word, { StateChangeReason: REASON }))).toMatchObject({ facts });
  });

  it.each(['[]', '{}', 'null', '" "', ' ', '', '[null]'])('takes the reason %j for none [F51]', async (nothing) => {
    const reason = { Code: nothing, Message: nothing };
    const seen = await seenAs(state('FAILED', { StateChangeReason: reason, OperationType: nothing }));
    expect(seen).toMatchObject({ status: 'failed', facts: { requestId: 'r-1' } });
    expect(Object.keys((seen as { facts: object }).facts)).toEqual(['requestId']);
  });

  it.each([
    ['milliseconds', (at: number) => at],
    ['seconds', (at: number) => at / 1_000],
    ['microseconds', (at: number) => at * 1_000],
    ['digits', (at: number) => String(at)],
  ])('reads times in %s', async (_, written) => {
    const times = { StartTime: written(NOW - 60_000), EndTime: written(NOW - 1_000) };
    expect(await seenAs(state('COMPLETED', times))).toMatchObject({
      facts: { startedAt: NOW - 60_000, endedAt: NOW - 1_000 },
    });
  });

  it.each([
    ['over since it was submitted', NOW - 5_000, undefined],
    ['over shortly before it was submitted', NOW - 10_000 - 3_600_000, undefined],
    [
      'over long ago',
      NOW - 9 * DAY,
      'EMR says that this operation ended at 2025-12-24T03:04:05.000Z, before it was submitted here.',
    ],
  ])('%s, in a note', async (_, EndTime, note) => {
    const seen = await seenAs(state('COMPLETED', { EndTime }));
    expect('note' in seen ? seen.note : undefined).toBe(note);
  });
});

tellsTheTruth(
  aliyunEmr,
  storiesById({
    operation,
    ids: ['ClusterId', 'OperationId'],
    inAnyCase: ['ClusterId', 'OperationId'],
    words: ['IN_PROGRESS', 'HUMAN_PROCESSING', 'COMPLETED', 'PARTIAL_COMPLETED', 'FAILED', 'TERMINATED'],
    success: 'COMPLETED',
    answer: (ids, OperationState, { at, text }) => ({
      RequestId: 'r-1',
      Operation: {
        ...ids,
        OperationState,
        StartTime: at,
        EndTime: at,
        StateChangeReason: { Code: text, Message: text },
      },
    }),
  }),
);
