/** E-HPC ListTasks, 2018-04-12. Source: alibabacloud-go/ehpc-20180412 client.go; help.aliyun.com api-ehpc-2018-04-12-listtasks. */
import { ALIYUN_FAULTS } from './aliyun-faults.ts';
import type { Answer } from './answer.ts';
import type { AliyunApi, ShownFacts } from './api.ts';
import { type Fault, lasting, passing, within } from './cloud-faults.ts';
import { isIll, isOver, type Moment, reasonOf } from './operation.ts';
import type { Asked, Params, Responder } from './responder.ts';

const TOTAL_STEPS = 8;

const NODE_KEPT_ON = { code: 'StopNodeFailed', message: 'The node compute000 did not stop in time.' };

const tells = (moment: Moment): ShownFacts => {
  const { operation, phase } = moment;
  const { code, message } = reasonOf(moment, NODE_KEPT_ON);
  const { ClusterId, TaskId } = operation.ids;
  return {
    operationType: operation.type ?? 'StopCluster',
    // Backslashes before quotes and no JSON: so the vendor's sample has it.
    ...(isOver(phase) && { result: `{\\"ClusterId\\":\\"${ClusterId}\\",\\"TaskId\\":\\"${TaskId}\\"}` }),
    ...(isIll(phase) && { error: JSON.stringify([{ Code: code, Message: message }]) }),
  };
};

const taskOf = (moment: Moment) => {
  const { operation, phase, word, share } = moment;
  const { ClusterId, TaskId } = operation.ids;
  // "{}" without a result and "[]" without errors: so the vendor's sample has it.
  const { operationType, result = '{}', error = '[]' } = tells(moment);
  const isDone = isOver(phase) && !isIll(phase);
  return {
    ClusterId,
    TaskId,
    TaskType: operationType,
    Status: word,
    CurrentStep: isDone ? TOTAL_STEPS : Math.floor(share * (TOTAL_STEPS - 1)),
    TotalSteps: TOTAL_STEPS,
    Request: JSON.stringify({ ClusterId }),
    Result: result,
    Errors: error,
  };
};

const paging = ({ PageNumber = '1', PageSize = '10' }: Params) => {
  const whole = (text: string) => (/^\d{1,4}$/.test(text) ? Number(text) : Number.NaN);
  return { PageNumber: whole(PageNumber), PageSize: whole(PageSize) };
};

/** With a TaskId, that task in any state; without, the running ones, or with Archived=true all of them. */
const list = ({ moments, params, responder, pageSize, absent }: Asked): Answer => {
  const { PageNumber, PageSize } = paging(params);
  if (!(PageNumber >= 1 && PageNumber <= 999 && PageSize >= 1 && PageSize <= 50))
    return responder.error(400, 'InvalidParams', 'The specified parameter PageNumber or PageSize is invalid.');
  // SDKs for Python write it with a capital.
  const isArchived = params.Archived?.toLowerCase() === 'true';
  const shown = moments.filter(({ phase, word }) => word !== '' && (params.TaskId || isArchived || !isOver(phase)));
  if (shown.length === 0 && (params.TaskId || moments.length === 0)) return absent();
  const size = Math.min(PageSize, pageSize);
  const from = (PageNumber - 1) * size;
  const Tasks = shown.slice(from, from + size).map(taskOf);
  return responder.ok({ PageSize: size, PageNumber, TotalCount: shown.length, Tasks });
};

const ofTheList = (answer: (responder: Responder) => Answer): Fault =>
  lasting((truth, responder, _look, { TaskId }) => (TaskId ? truth : answer(responder)));

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
  tells,
  absences: {
    empty: (responder, params) => responder.ok({ ...paging(params), TotalCount: 0, Tasks: [] }),
    'http-404': (responder) => responder.error(404, 'ClusterNotFound', 'The specified cluster does not exist.'),
  },
  faults: {
    ...ALIYUN_FAULTS,
    'of-another': within('Tasks', () => ({ TaskId: '00000000-0000-4000-8000-0000000000FF', Status: 'Success' })),
    'other-case': within('Tasks', ({ TaskId }) => ({ TaskId: String(TaskId).toLowerCase() })),
    'errors-beside': within('Tasks', () => ({
      Errors: JSON.stringify([{ Code: 'StopNodeFailed', Message: 'Retried.' }]),
    })),
    // The list fails, or makes no sense, while each task can be asked for by its id.
    'list-fails': ofTheList((responder) => responder.unavailable()),
    'list-refused': ofTheList((responder) =>
      responder.error(400, 'InvalidParams', 'The specified parameter is invalid.'),
    ),
    'list-broken': ofTheList((responder) => responder.ok({ PageSize: 50, PageNumber: 1, TotalCount: 1, Tasks: null })),
    // Its permission error is a 407, which the fetch of Node cannot even read; its database errors are 406.
    denied: lasting((_truth, responder) => responder.error(407, 'NotAuthorized', 'The request is not authorized.')),
    'db-error': passing((_truth, responder) => responder.error(406, 'DbError', 'A database service error occurred.')),
    'redis-error': passing((_truth, responder) =>
      responder.error(406, 'RedisError', 'A cache service error occurred.'),
    ),
  },
  calls: [
    {
      action: 'ListTasks',
      version: '2018-04-12',
      method: 'GET',
      paramsIn: 'query',
      required: ['ClusterId'],
      concerns: ({ ids }, { ClusterId, TaskId }) => ids.ClusterId === ClusterId && (!TaskId || ids.TaskId === TaskId),
      answer: list,
    },
  ],
};
