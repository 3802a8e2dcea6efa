import { aliyunFaults } from './aliyun-faults.ts';
import type { Answer } from './answer.ts';
import type { AliyunApi } from './api.ts';
import type { Asked, Door } from './door.ts';
import { isOver, type Moment } from './operation.ts';
import { type Fault, lasting, passing, within } from './scenarios.ts';

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
    ...aliyunFaults,
    'of-another': within('Tasks', () => ({ TaskId: '00000000-0000-4000-8000-0000000000FF', Status: 'Success' })),
    'other-case': within('Tasks', ({ TaskId }) => ({ TaskId: String(TaskId).toLowerCase() })),
    'errors-beside': within('Tasks', () => ({
      Errors: JSON.stringify([{ Code: 'StopNodeFailed', Message: 'Retried.' }]),
    })),
    // The list fails, or makes no sense, while each task can be asked for by its id.
    'list-fails': ofTheList((door) => door.unavailable()),
    'list-refused': ofTheList((door) => door.error(400, 'InvalidParams', 'The specified parameter is invalid.')),
    'list-broken': ofTheList((door) => door.ok({ PageSize: 50, PageNumber: 1, TotalCount: 1, Tasks: null })),
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

function ofTheList(answer: (door: Door) => Answer): Fault {
  return lasting((truth, door, _look, { TaskId }) => (TaskId ? truth : answer(door)));
}

/** With a TaskId, that task in any state; without, the running ones, or with Archived=true all of them. */
function list({ moments, params, door, absent }: Asked, PageNumber: number, PageSize: number) {
  // SDKs for Python write it with a capital.
  const archived = params.Archived?.toLowerCase() === 'true';
  const shown = moments.filter(({ phase, word }) => word !== '' && (params.TaskId || archived || !isOver(phase)));
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
    Result: isOver(phase) ? `{\\"ClusterId\\":\\"${ClusterId}\\"}` : '{}',
    // "[]" without errors: so the vendor's sample has it.
    Errors: JSON.stringify(ill ? [{ Code: reason.code, Message: reason.message }] : []),
  };
}

function paging({ PageNumber = '1', PageSize = '10' }: Readonly<Record<string, string>>) {
  const whole = (text: string) => (/^\d{1,4}$/.test(text) ? Number(text) : Number.NaN);
  return { PageNumber: whole(PageNumber), PageSize: whole(PageSize) };
}
