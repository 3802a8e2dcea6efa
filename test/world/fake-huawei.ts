/** Huawei Cloud's APIs. Sources: the vendor's pages named in lib/providers/. */
import { type FakeApi, isEnd, isUnderWay, missing, saying, type Words, worded } from './fake-api.ts';

const MODELARTS_WORDS: Words = { pending: 'pending', running: 'running', succeeded: 'success', failed: 'failed' };
const JOB_WORDS: Words = {
  pending: 'INIT',
  running: 'RUNNING',
  attention: 'PENDING_PAYMENT',
  succeeded: 'SUCCESS',
  failed: 'FAIL',
};

export const modelarts: FakeApi = {
  idOf: ({ operation_id = '' }) => operation_id,
  shows: (telling) => ({
    word: worded(MODELARTS_WORDS, telling),
    operationType: 'node_detach_volume',
    ...(telling.state === 'failed' && {
      reasonCode: 'ModelArts.6313',
      reasonMessage: saying('The volume is in use', telling),
    }),
  }),
  tell: ({ id, state }, { word, operationType, reasonCode, reasonMessage }) => {
    if (state === 'absent') return missing('ModelArts.6404');
    const failure = reasonCode !== undefined && { operation_error: { code: reasonCode, message: reasonMessage } };
    return {
      body: { operation_id: id, operation_status: word, operation_type: operationType, ...failure },
    };
  },
};

const ACTION = 'SNAPSHOTTING';
const FAILURE = 'SNAPSHOTTING_FAILED';

/** An action that is over is gone; one that failed is found under its failure name. */
export const dws: FakeApi = {
  idOf: ({ cluster_id = '' }) => cluster_id,
  shows: (telling) => ({
    word: { odd: 'REBALANCING', failed: 'FAILED', succeeded: 'AVAILABLE' }[telling.state as string] ?? 'RUNNING',
    operationType: ACTION,
    ...(telling.state === 'failed' && { reasonCode: FAILURE, error: saying('The disk is full', telling) }),
  }),
  tell: ({ id, state, begunAt, aheadMs }, { word, error }, { witness }) => {
    if (witness === 'cluster') {
      const task_status = isUnderWay(state) ? ACTION : state === 'failed' ? FAILURE : null;
      return { body: { cluster: { id, status: 'AVAILABLE', task_status } } };
    }
    const submit_time = new Date(begunAt + aheadMs).toISOString();
    if (witness === 'failure') {
      if (state !== 'failed') return missing('DWS.3027');
      const items = [{ sub_items: [{ status: 'FAILED', detail: error }] }];
      return { body: { action_name: FAILURE, status: word, submit_time, items } };
    }
    if (!isUnderWay(state)) return missing('DWS.3027');
    return { body: { action_name: ACTION, status: word, submit_time } };
  },
};

export const job: FakeApi = {
  idOf: ({ job_id = '' }) => job_id,
  shows: (telling) => ({
    word: worded(JOB_WORDS, telling),
    operationType: 'createServer',
    startedAt: telling.begunAt,
    ...(isEnd(telling.state) && { endedAt: telling.since }),
    ...(telling.state === 'failed' && { reasonCode: 'Ecs.0319', reasonMessage: saying('No host is left', telling) }),
  }),
  tell: ({ id, state }, { word, operationType, startedAt = 0, endedAt, reasonCode, reasonMessage }) =>
    state === 'absent'
      ? missing('Common.0011')
      : {
          body: {
            job_id: id,
            status: word,
            job_type: operationType,
            begin_time: new Date(startedAt).toISOString(),
            ...(endedAt !== undefined && { end_time: new Date(endedAt).toISOString() }),
            error_code: reasonCode ?? null,
            fail_reason: reasonMessage ?? null,
          },
        },
};
