/**
 * Resource Orchestration Service GetStack, 2019-09-10. Source: alibabacloud.com/help/en/ros/developer-reference/api-ros-2019-09-10-getstack;
 * DELETE_COMPLETE from ListStacks.
 */
import { ALIYUN_FAULTS } from './aliyun-faults.ts';
import { type AliyunApi, type ShownFacts, sameIds } from './api.ts';
import { lasting, telling } from './cloud-faults.ts';
import { type Moment, reasonOf, type States, type Step, wordFor } from './operation.ts';
import { AT_REST, ROS_TIMELINES } from './ros-timelines.ts';

const IDS = ['RegionId', 'StackId'];

const YEAR_MS = 365 * 86_400_000;

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

/** UTC without a zone, as the vendor writes it: `2019-08-01T04:07:39`. */
const written = (at: number): string => new Date(at).toISOString().slice(0, 19);

const actionIn = (word: string): string => word.replace(/_?(ROLLBACK)?_(IN_PROGRESS|COMPLETE|FAILED)$/, '') || 'UPDATE';

const wordOf = ({ word, phase }: Step): string => word ?? wordFor(phase, STATES) ?? 'CREATE_IN_PROGRESS';

/** Whether a step begins something: another run, another action, or the same action once more after its end. */
const isBegin = (step: Step, before: Step | undefined): boolean => {
  if (before === undefined) return true;
  if (step.run !== undefined) return step.run !== before.run;
  return actionIn(wordOf(before)) !== actionIn(wordOf(step)) || /_(COMPLETE|FAILED)$/.test(wordOf(before));
};

/** A stack whose story does not begin with its creation is a year old. UpdateTime is when the last update began. */
const timesOf = ({ operation, step }: Moment, aheadMs: number): object => {
  const { course, beganAt } = operation;
  const steps = course.slice(0, step && course.indexOf(step) + 1).filter(({ phase }) => phase !== 'absent');
  const [first] = steps;
  const isMade = first && (/^(UPDATE|IMPORT_UPDATE|DELETE|CHECK)_/.test(wordOf(first)) || `=${first.word}` === AT_REST);
  const begun = steps.findLast(
    (each, i) => /^(IMPORT_)?UPDATE$/.test(actionIn(wordOf(each))) && isBegin(each, steps[i - 1]),
  );
  return {
    CreateTime: written((isMade ? beganAt - YEAR_MS : beganAt) + aheadMs),
    ...(begun && { UpdateTime: written(begun.at + aheadMs) }),
  };
};

const tells = (moment: Moment): ShownFacts => {
  const { phase, word } = moment;
  const action = actionIn(word);
  const isDocumented = Object.hasOwn(STATES, word) && word !== 'REVIEW_IN_PROGRESS';
  const operationType = isDocumented ? { operationType: action } : {};
  if (phase === 'succeeded') return { ...operationType, reasonMessage: `Stack ${action} completed successfully` };
  if (phase !== 'failed') return { ...operationType, reasonMessage: `Stack ${action} started` };
  const { code, message } = reasonOf(moment, {
    code: 'QuotaExceeded',
    message: 'The quota of VPCs has been exhausted.',
  });
  return {
    ...operationType,
    reasonCode: code,
    reasonMessage: `Resource ${action} failed: ${code}: ${message}`,
    ...(/ROLLBACK_FAILED$/.test(word) && { error: `Resource ${action} failed: ${code}` }),
  };
};

const reasonsOf = (moment: Moment): object => {
  const { reasonCode, reasonMessage, error } = tells(moment);
  const { operation, step } = moment;
  const Message = (step?.reason ?? operation.reason)?.message ?? 'The quota of VPCs has been exhausted.';
  return {
    StatusReason: reasonMessage,
    ...(reasonCode !== undefined && {
      OperationInfo: { Action: 'CreateVpc', Code: reasonCode, LogicalResourceId: 'Vpc', Message },
    }),
    ...(error !== undefined && { RollbackFailedRootReason: error }),
  };
};

const OF_BEFORE = telling((body) => ({
  ...body,
  Status: 'UPDATE_COMPLETE',
  UpdateTime: written(Date.parse(`${body.CreateTime}Z`) - YEAR_MS),
}));

export const ros: AliyunApi = {
  name: 'aliyun-ros',
  vendor: 'aliyun',
  fields: IDS,
  states: STATES,
  tells,
  absences: {
    'http-404': (responder, { StackId }) =>
      responder.error(404, 'StackNotFound', `The Stack (${StackId}) could not be found.`),
  },
  timelines: ROS_TIMELINES,
  faults: {
    ...ALIYUN_FAULTS,
    'of-another': telling((body) => ({
      ...body,
      StackId: '00000000-0000-4000-8000-0000000000ff',
      Status: 'UPDATE_COMPLETE',
    })),
    // A replica that lags gives every other answer: the end of an update a year ago.
    'of-before': lasting((truth, responder, look, params) =>
      look % 2 === 0 ? OF_BEFORE.spoil(truth, responder, look, params) : truth,
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
      answer: ({ moments: [moment], params, responder, aheadMs, absent }) => {
        if (!moment?.word) return absent();
        return responder.ok({
          StackId: params.StackId,
          StackName: 'stand-in',
          RegionId: params.RegionId,
          Status: moment.word,
          ...timesOf(moment, aheadMs),
          ...reasonsOf(moment),
          DisableRollback: false,
          TimeoutInMinutes: 60,
        });
      },
    },
  ],
};
