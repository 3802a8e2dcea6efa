import { aliyunFaults } from './aliyun-faults.ts';
import { type AliyunApi, sameIds } from './api.ts';
import type { Moment, States } from './operation.ts';
import { AT_REST, rosTimelines } from './ros-timelines.ts';
import { lasting, telling } from './scenarios.ts';

const IDS = ['RegionId', 'StackId'];

const YEAR_MS = 365 * 86_400_000;

const OF_BEFORE = telling((body) => ({
  ...body,
  Status: 'UPDATE_COMPLETE',
  UpdateTime: written(Date.parse(`${body.CreateTime}Z`) - YEAR_MS),
}));

const STATES: States = {
  CREATE_IN_PROGRESS: 'running',
  CREATE_COMPLETE: 'succeeded',
  CREATE_FAILED: 'failed',
  UPDATE_IN_PROGRESS: 'running',
  UPDATE_COMPLETE: 'succeeded',
  UPDATE_FAILED: 'failed',
  DELETE_IN_PROGRESS: 'running',
  DELETE_COMPLETE: 'succeeded',
  DELETE_FAILED: 'failed',
  CREATE_ROLLBACK_IN_PROGRESS: 'running',
  CREATE_ROLLBACK_COMPLETE: 'failed',
  CREATE_ROLLBACK_FAILED: 'failed',
  ROLLBACK_IN_PROGRESS: 'running',
  ROLLBACK_COMPLETE: 'failed',
  ROLLBACK_FAILED: 'failed',
  CHECK_IN_PROGRESS: 'running',
  CHECK_COMPLETE: 'succeeded',
  CHECK_FAILED: 'failed',
  REVIEW_IN_PROGRESS: 'attention',
  IMPORT_CREATE_IN_PROGRESS: 'running',
  IMPORT_CREATE_COMPLETE: 'succeeded',
  IMPORT_CREATE_FAILED: 'failed',
  IMPORT_CREATE_ROLLBACK_IN_PROGRESS: 'running',
  IMPORT_CREATE_ROLLBACK_COMPLETE: 'failed',
  IMPORT_CREATE_ROLLBACK_FAILED: 'failed',
  IMPORT_UPDATE_IN_PROGRESS: 'running',
  IMPORT_UPDATE_COMPLETE: 'succeeded',
  IMPORT_UPDATE_FAILED: 'failed',
  IMPORT_UPDATE_ROLLBACK_IN_PROGRESS: 'running',
  IMPORT_UPDATE_ROLLBACK_COMPLETE: 'failed',
  IMPORT_UPDATE_ROLLBACK_FAILED: 'failed',
};

/**
 * Resource Orchestration Service GetStack, 2019-09-10. Source: alibabacloud.com/help/en/ros/developer-reference/api-ros-2019-09-10-getstack;
 * DELETE_COMPLETE from ListStacks.
 */
export const ros: AliyunApi = {
  name: 'aliyun-ros',
  vendor: 'aliyun',
  fields: IDS,
  states: STATES,
  absences: {
    'http-404': (door, { StackId }) => door.error(404, 'StackNotFound', `The Stack (${StackId}) could not be found.`),
  },
  timelines: rosTimelines,
  faults: {
    ...aliyunFaults,
    'of-another': telling((body) => ({
      ...body,
      StackId: '00000000-0000-4000-8000-0000000000ff',
      Status: 'UPDATE_COMPLETE',
    })),
    // A replica that lags gives every other answer: the end of an update a year ago.
    'of-before': lasting((truth, door, look, params) =>
      look % 2 === 0 ? OF_BEFORE.play(truth, door, look, params) : truth,
    ),
    'without-times': telling(({ CreateTime: _c, UpdateTime: _u, ...body }) => body),
  },
  calls: [
    {
      action: 'GetStack',
      version: '2019-09-10',
      method: 'POST',
      paramsIn: 'query',
      required: IDS,
      concerns: sameIds(IDS),
      answer({ moments: [moment], params, door, absent }) {
        if (!moment?.word) return absent();
        return door.ok({
          StackId: params.StackId,
          StackName: 'stand-in',
          RegionId: params.RegionId,
          Status: moment.word,
          ...timesOf(moment),
          ...reasonsOf(moment),
          DisableRollback: false,
          TimeoutInMinutes: 60,
        });
      },
    },
  ],
};

const actionIn = (word: string): string => word.replace(/_?(ROLLBACK)?_(IN_PROGRESS|COMPLETE|FAILED)$/, '') || 'UPDATE';

/**
 * A stack whose story does not begin with its creation is a year old. UpdateTime is when the last update began: when a word
 * of an update follows one of another action or of an update that was over.
 */
function timesOf({ operation, share }: Moment): object {
  const { timeline, beganAt, seconds } = operation;
  const words = timeline.filter(([from]) => from <= share).map(([from, entry]) => ({ from, word: wordOf(entry) }));
  const isMade = /^(UPDATE|IMPORT_UPDATE|DELETE|CHECK)_/.test(words[0]?.word ?? '') || timeline[0]?.[1] === AT_REST;
  const createdAt = isMade ? beganAt - YEAR_MS : beganAt;
  const begun = words.findLast(({ word }, i) => {
    const before = words[i - 1]?.word;
    const isNew = before === undefined || actionIn(before) !== actionIn(word) || /_(COMPLETE|FAILED)$/.test(before);
    return /^(IMPORT_)?UPDATE$/.test(actionIn(word)) && isNew;
  });
  return {
    CreateTime: written(createdAt),
    ...(begun && { UpdateTime: written(beganAt + begun.from * seconds * 1_000) }),
  };
}

const wordOf = (entry: string): string => {
  if (entry.startsWith('=')) return entry.slice(1);
  return Object.keys(STATES).find((word) => STATES[word] === entry) ?? 'CREATE_IN_PROGRESS';
};

/** UTC without a zone, as the vendor writes it: `2019-08-01T04:07:39`. */
function written(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}

function reasonsOf({ operation, phase, word }: Moment): object {
  const action = actionIn(word);
  if (phase === 'succeeded') return { StatusReason: `Stack ${action} completed successfully` };
  if (phase !== 'failed') return { StatusReason: `Stack ${action} started` };
  const { code, message } = operation.reason ?? {
    code: 'QuotaExceeded',
    message: 'The quota of VPCs has been exhausted.',
  };
  return {
    StatusReason: `Resource ${action} failed: ${code}: ${message}`,
    OperationInfo: { Action: 'CreateVpc', Code: code, LogicalResourceId: 'Vpc', Message: message },
    ...(/ROLLBACK_FAILED$/.test(word) && { RollbackFailedRootReason: `Resource ${action} failed: ${code}` }),
  };
}
