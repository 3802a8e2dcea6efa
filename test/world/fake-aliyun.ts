/** Alibaba Cloud's APIs. Sources: the vendor's pages named in lib/providers/. */
import {
  type FakeApi,
  isEnd,
  isUnderWay,
  missing,
  oddWord,
  type Shown,
  saying,
  type Telling,
  type Words,
  worded,
} from './fake-api.ts';

const EMR_WORDS: Words = {
  running: 'IN_PROGRESS',
  attention: 'HUMAN_PROCESSING',
  succeeded: 'COMPLETED',
  partial: 'PARTIAL_COMPLETED',
  failed: 'FAILED',
  canceled: 'TERMINATED',
};
const EHPC_WORDS: Words = { running: 'Processing', succeeded: 'Success', partial: 'PartialFail', failed: 'Failed' };
const BPSTUDIO_WORDS: Words = { pending: 'init', running: 'running', succeeded: 'success', failed: 'failure' };

export const emr: FakeApi = {
  idOf: ({ OperationId = '' }) => OperationId,
  shows: (telling) => ({
    word: worded(EMR_WORDS, telling),
    operationType: 'CREATE_CLUSTER',
    startedAt: telling.begunAt,
    ...(isEnd(telling.state) && { endedAt: telling.since }),
    ...(['attention', 'odd', 'failed', 'partial', 'canceled'].includes(telling.state) && {
      reasonCode: telling.state === 'attention' ? 'OutOfStock' : 'NodeCreateFailed',
      reasonMessage: saying('The stock is not enough', telling),
    }),
  }),
  tell: ({ id, state }, { word, operationType, startedAt, endedAt, reasonCode, reasonMessage }) => {
    if (state === 'absent') return missing('ResourceNotFound');
    const reason = reasonCode !== undefined && { StateChangeReason: { Code: reasonCode, Message: reasonMessage } };
    return {
      body: {
        Operation: {
          OperationId: id,
          OperationState: word,
          OperationType: operationType,
          StartTime: startedAt,
          EndTime: endedAt ?? 0,
          ...reason,
        },
      },
    };
  },
};

const task = ({ id, state }: Telling, { word, operationType, result, error }: Shown) => ({
  TaskId: id,
  TaskType: operationType,
  Status: word,
  CurrentStep: state === 'succeeded' ? 4 : 1,
  TotalSteps: 4,
  Result: result ?? '',
  Errors: error ?? '',
});

export const ehpc: FakeApi = {
  idOf: ({ TaskId = '' }) => TaskId,
  groupOf: ({ ClusterId = '' }) => ClusterId,
  shows: (telling) => ({
    word: worded(EHPC_WORDS, telling),
    operationType: 'StopCluster',
    ...(isEnd(telling.state) && { result: saying('{"Nodes":2}', telling) }),
    ...(['failed', 'partial'].includes(telling.state) && { error: saying('[{"Code":"NodeStopFailed"}]', telling) }),
  }),
  tell: (telling, shown) => {
    const Tasks = telling.state === 'absent' ? [] : [task(telling, shown)];
    return { body: { TotalCount: Tasks.length, PageSize: 50, PageNumber: 1, Tasks } };
  },
  list: (members) => {
    const Tasks = members
      .filter(({ telling }) => isUnderWay(telling.state))
      .map(({ telling, shown }) => task(telling, shown));
    return { TotalCount: Tasks.length, PageSize: 50, PageNumber: 1, Tasks };
  },
};

/** `Status` is the stack's, whatever is being done to it. A stack that is deleted is still shown, as such. */
const ROS_WORDS: Words = { running: 'IN_PROGRESS', succeeded: 'COMPLETE', failed: 'FAILED' };

/** Times without a zone, in UTC. */
const stackTime = (at: number): string => new Date(at).toISOString().slice(0, 19);

const YEAR = 365 * 86_400_000;

export const ros: FakeApi = {
  idOf: ({ StackId = '' }) => StackId,
  shows: (telling) => ({
    word: telling.state === 'odd' ? oddWord(telling) : `${telling.verb}_${worded(ROS_WORDS, telling)}`,
    ...(telling.verb !== undefined && { operationType: telling.verb }),
    ...(telling.state === 'failed' && { reasonMessage: saying('The quota is used up', telling) }),
  }),
  tell: ({ id, state, verb, begunAt, aheadMs }, { word, reasonMessage }) =>
    state === 'absent'
      ? missing('StackNotFound')
      : {
          body: {
            StackId: id,
            Status: word,
            StatusReason: reasonMessage ?? '',
            CreateTime: stackTime((verb === 'CREATE' ? begunAt : begunAt - YEAR) + aheadMs),
            ...(verb === 'UPDATE' && { UpdateTime: stackTime(begunAt + aheadMs) }),
          },
        },
};

export const bpstudio: FakeApi = {
  idOf: ({ OperationId = '' }) => OperationId,
  shows: (telling) => ({
    word: worded(BPSTUDIO_WORDS, telling),
    ...(telling.state === 'failed' && { reasonMessage: saying('The quota is used up', telling) }),
  }),
  tell: ({ id, state }, { word, reasonMessage }) => ({
    body: {
      Code: '200',
      Data:
        state === 'absent'
          ? {}
          : { OperationId: id, Status: word, ...(reasonMessage !== undefined && { Message: reasonMessage }) },
    },
  }),
};
