import type { AliyunApi } from './api.ts';
import type { Asked } from './door.ts';
import { isOver, type Moment } from './operation.ts';
import { lasting, passing } from './scenarios.ts';

const TOTAL_STEPS = 8;

/** E-HPC ListTasks, 2018-04-12. Source: alibabacloud-go/ehpc-20180412 client.go; help.aliyun.com api-ehpc-2018-04-12-listtasks. */
export const ehpc: AliyunApi = {
  name: 'aliyun-ehpc',
  vendor: 'aliyun',
  fields: ['ClusterId', 'TaskId'],
  states: {
    Processing: 'running',
    Success: 'succeeded',
    Failed: 'failed',
    // The Chinese page has "Fail" where the English one and the SDK have "Failed".
    Fail: 'failed',
    PartialFail: 'partial',
  },
  absences: {
    empty: (door, params) => door.ok({ ...paging(params), TotalCount: 0, Tasks: [] }),
    'http-404': (door) => door.error(404, 'ClusterNotFound', 'The specified cluster does not exist.'),
  },
  faults: {
    // Its permission error is a 407, which the fetch of Node cannot even read; its database errors are 406.
    denied: lasting((_truth, door) => door.error(407, 'NotAuthorized', 'The request is not authorized.')),
    'db-error': passing((_truth, door) => door.error(406, 'DbError', 'A database service error occurred.')),
    'redis-error': passing((_truth, door) => door.error(406, 'RedisError', 'A cache service error occurred.')),
  },
  calls: [
    {
      action: 'ListTasks',
      version: '2018-04-12',
      method: 'GET',
      paramsIn: 'query',
      required: ['ClusterId'],
      concerns: ({ ids }, { ClusterId, TaskId }) => ids.ClusterId === ClusterId && (!TaskId || ids.TaskId === TaskId),
      answer: (asked) => {
        const { PageNumber, PageSize } = paging(asked.params);
        if (!(PageNumber >= 1 && PageNumber <= 999 && PageSize >= 1 && PageSize <= 50))
          return asked.door.error(400, 'InvalidParams', 'The specified parameter PageNumber or PageSize is invalid.');
        return list(asked, PageNumber, PageSize);
      },
    },
  ],
};

/** With a TaskId, that task in any state; without, the running ones, or with Archived=true those that are over. */
function list({ moments, params, door, absent }: Asked, PageNumber: number, PageSize: number) {
  const archived = params.Archived === 'true';
  const shown = moments.filter(({ phase, word }) => word !== '' && (params.TaskId || isOver(phase) === archived));
  if (shown.length === 0 && (params.TaskId || moments.length === 0)) return absent();
  const from = (PageNumber - 1) * PageSize;
  return door.ok({
    PageSize,
    PageNumber,
    TotalCount: shown.length,
    Tasks: shown.slice(from, from + PageSize).map(task),
  });
}

function task({ operation, phase, word, share }: Moment) {
  const { ClusterId, TaskId } = operation.ids;
  const ill = phase === 'failed' || phase === 'partial';
  const reason = operation.reason ?? { code: 'StopNodeFailed', message: 'The node compute000 did not stop in time.' };
  return {
    ClusterId,
    TaskId,
    TaskType: operation.type ?? 'StopCluster',
    Status: word,
    CurrentStep: isOver(phase) && !ill ? TOTAL_STEPS : Math.floor(share * (TOTAL_STEPS - 1)),
    TotalSteps: TOTAL_STEPS,
    Request: JSON.stringify({ ClusterId }),
    // Backslashes before quotes and no JSON: so the vendor's sample has it.
    Result: isOver(phase) ? `{\\"ClusterId\\":\\"${ClusterId}\\"}` : '',
    Errors: ill ? JSON.stringify([{ Code: reason.code, Message: reason.message }]) : '',
  };
}

function paging({ PageNumber = '1', PageSize = '10' }: Readonly<Record<string, string>>) {
  const whole = (text: string) => (/^\d{1,4}$/.test(text) ? Number(text) : Number.NaN);
  return { PageNumber: whole(PageNumber), PageSize: whole(PageSize) };
}
