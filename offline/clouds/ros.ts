import { type AliyunApi, sameIds } from './api.ts';
import type { Phase } from './operation.ts';

const IDS = ['RegionId', 'StackId'];

const reasons: Partial<Readonly<Record<Phase, string>>> = {
  running: 'Stack CREATE started',
  succeeded: 'Stack CREATE completed successfully',
};

/** Resource Orchestration Service GetStack, 2019-09-10. Source: alibabacloud.com/help/en/ros/developer-reference/api-ros-2019-09-10-getstack. */
export const ros: AliyunApi = {
  name: 'aliyun-ros',
  vendor: 'aliyun',
  fields: IDS,
  states: {
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
  },
  absences: {
    'http-404': (door, { StackId }) => door.error(404, 'StackNotFound', `The Stack (${StackId}) could not be found.`),
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
        const { operation, phase, word, sinceAt } = moment;
        const reason = operation.reason ?? { code: 'QuotaExceeded', message: 'The quota of VPCs has been exhausted.' };
        const failed = `Resource CREATE failed: ${reason.code}: ${reason.message}`;
        return door.ok({
          StackId: params.StackId,
          StackName: 'stand-in',
          RegionId: params.RegionId,
          Status: word,
          StatusReason: phase === 'failed' ? failed : (reasons[phase] ?? ''),
          CreateTime: seconds(operation.beganAt),
          UpdateTime: seconds(sinceAt),
          DisableRollback: false,
          TimeoutInMinutes: 60,
        });
      },
    },
  ],
};

/** UTC without a zone, as the vendor writes it: `2019-08-01T04:07:39`. */
const seconds = (at: number): string => new Date(at).toISOString().slice(0, 19);
