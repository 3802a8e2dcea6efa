/**
 * Reads E-HPC ListTasks, 2018-04-12. A TaskId belongs to one task only, so every end that it shows belongs to this
 * task. The API tells no times.
 */
import * as v from 'valibot';
import { callAliyun } from '../clouds/aliyun.ts';
import { type Answer, noState, ofAnother } from '../clouds/answer.ts';
import type { Cloud } from '../clouds/cloud.ts';
import { code, count, type Fields, fields, given, list, text } from '../clouds/fields.ts';
import { type LookError, Misconfigured } from '../core/errors.ts';
import type { Ask, Observation, Progress } from '../core/observation.ts';
import { sentence } from '../core/sentences.ts';
import { id, region } from './kit/operation.ts';
import { broughtNothing, concernsAll, orThrow, sequentially } from './kit/sequentially.ts';
import { absentBy, asWritten, inAnyCase, type States, sightOf } from './kit/sight.ts';
import type { Provider } from './provider.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The vendor writes a TaskId as a UUID in capitals. The same UUID in small letters names the same task. */
const taskId = v.pipe(
  id('TaskId'),
  v.transform((pasted) => (UUID.test(pasted) ? inAnyCase(pasted) : pasted)),
);

const Operation = v.strictObject({ RegionId: region('RegionId'), ClusterId: id('ClusterId'), TaskId: taskId });
type EhpcOperation = v.InferOutput<typeof Operation>;

/**
 * The words of Tasks[].Status. Source: help.aliyun.com, api-ehpc-2018-04-12-listtasks. The English page has Failed, the
 * Chinese page has Fail.
 */
const STATES: States = {
  PROCESSING: 'running',
  SUCCESS: 'succeeded',
  PARTIALFAIL: 'partial',
  FAILED: 'failed',
  FAIL: 'failed',
};

/**
 * Codes that mean "no such cluster" or "no such task". Without the cluster its tasks are gone too. Source:
 * help.aliyun.com, api-ehpc-2018-04-12-listtasks, error codes (ClusterNotFound). No page lists TaskNotFound. Its name
 * is clear.
 */
const UNKNOWN_CODE = /^(Cluster|Task)NotFound$/;

/** The API returns this many tasks in a page at most. */
const PAGE_SIZE = 50;

type Page = { readonly TaskId: string } | { readonly PageNumber: number };

/**
 * Calls ListTasks. Without a TaskId and with Archived=false the API lists only tasks under way. With a TaskId it
 * ignores Archived.
 */
const listTasks = (cloud: Cloud, { RegionId, ClusterId }: EhpcOperation, page: Page): Promise<Answer> =>
  callAliyun(cloud, {
    product: 'ehpc',
    region: RegionId,
    action: 'ListTasks',
    version: '2018-04-12',
    method: 'GET',
    unknownCode: UNKNOWN_CODE,
    query: {
      ClusterId,
      PageSize: String(PAGE_SIZE),
      ...('TaskId' in page
        ? { TaskId: page.TaskId, PageNumber: '1' }
        : { PageNumber: String(page.PageNumber), Archived: 'false' }),
    },
  });

/** Returns the tasks in an answer that belong to this cluster. */
const tasksOf = ({ ClusterId }: EhpcOperation, body: Fields, requestId: string | undefined): readonly Fields[] => {
  const tasks = list(body.Tasks);
  if (!tasks) throw noState('Tasks', requestId);
  return tasks.map(fields).filter((task) => asWritten(code(task.ClusterId) ?? ClusterId) === ClusterId);
};

const progressOf = (task: Fields): Progress | undefined => {
  const done = count(task.CurrentStep);
  const total = count(task.TotalSteps);
  return done !== undefined && total !== undefined && total > 0 && done <= total ? { done, total } : undefined;
};

const sightOfTask = (task: Fields, requestId: string | undefined): Observation =>
  sightOf(STATES, 'Tasks[].Status', task.Status, {
    progress: progressOf(task),
    facts: given({
      operationType: text(task.TaskType),
      // These texts look like JSON but contain too many escape characters to be JSON. opwatch never parses them.
      result: text(task.Result),
      error: text(task.Errors),
      requestId,
    }),
  });

const lookAt = async ({ operation }: Ask<EhpcOperation>, cloud: Cloud): Promise<Observation> => {
  const { ClusterId, TaskId } = operation;
  const answer = await listTasks(cloud, operation, { TaskId });
  if (answer.kind === 'unknown') return absentBy(answer.words);
  const { body, requestId } = answer;
  const tasks = tasksOf(operation, body, requestId);
  const task = tasks.find((one) => inAnyCase(code(one.TaskId) ?? '') === inAnyCase(TaskId));
  if (task) return sightOfTask(task, requestId);
  // Only an empty list means that the task does not exist.
  if (list(body.Tasks)?.length !== 0) throw ofAnother(`task ${TaskId} of ${ClusterId}`, 'other tasks', requestId);
  return {
    kind: 'absent',
    shows: sentence('shows_none', { api: 'ListTasks', thing: 'task', id: TaskId }),
    ...given({ requestId }),
  };
};

/** The progress of reading the list of a cluster: its pages, and the requested tasks that these pages have shown. */
type Reading = { readonly pages: number; readonly pagesRead: number; readonly asked: number; readonly found: number };

/** Answers whether the rest of the list costs at most as many calls as a separate call for each missing task. */
const isRestShort = ({ pages, pagesRead, asked, found }: Reading): boolean => pages - pagesRead <= asked - found;

/** Answers whether the pages have shown more requested tasks than there were pages. Then the pages have saved calls. */
const hasPaid = ({ pagesRead, found }: Reading): boolean => found > pagesRead;

/** Answers whether the whole list costs at most half as many calls as a separate call for each task. */
const isListShort = ({ pages, asked }: Reading): boolean => pages * 2 <= asked;

/**
 * Answers whether another page is worth its call. Most watched tasks are under way, so the list shows them sooner or
 * later. Other batches that read the list at this time share its pages. For n asks, the pages and the separate calls
 * together are never more than n + n/2 + 1 calls. opwatch needs this many when no requested task is under way any more
 * and many other tasks are.
 */
const isWorthReading = (reading: Reading): boolean =>
  reading.pagesRead < reading.pages && isRestShort(reading) && (hasPaid(reading) || isListShort(reading));

type Listed = {
  /** The observations by TaskId, in capitals. */
  readonly found: ReadonlyMap<string, Observation>;
  /** The cloud does not know the cluster. */
  readonly gone?: Observation;
  /** The error that ended the list. Every further call would meet it too. */
  readonly barred?: LookError;
};

/**
 * Reads the requested tasks from the cluster's list of tasks under way, as long as the list is worth reading. The list
 * only saves calls. When a page fails or makes no sense, opwatch asks for each missing task by its id.
 */
const underWay = async (asks: readonly Ask<EhpcOperation>[], first: EhpcOperation, cloud: Cloud): Promise<Listed> => {
  const missing = new Set(asks.map(({ operation }) => inAnyCase(operation.TaskId)));
  const found = new Map<string, Observation>();
  try {
    for (let page = 1; ; page += 1) {
      const answer = await listTasks(cloud, first, { PageNumber: page });
      if (answer.kind === 'unknown') return { found, gone: absentBy(answer.words) };
      const tasks = tasksOf(first, answer.body, answer.requestId);
      for (const task of tasks) {
        const name = inAnyCase(code(task.TaskId) ?? '');
        // A task without a status in the list counts as missing. opwatch asks for it by its id.
        if (text(task.Status) === undefined || !missing.delete(name)) continue;
        found.set(name, sightOfTask(task, answer.requestId));
      }
      const size = count(answer.body.PageSize) || PAGE_SIZE;
      const pages = Math.ceil((count(answer.body.TotalCount) ?? 0) / size);
      const reading = { pages, pagesRead: page, asked: asks.length, found: found.size };
      if (tasks.length === 0 || !isWorthReading(reading)) return { found };
    }
  } catch (error) {
    if (concernsAll(error)) return { found, barred: error };
    if (broughtNothing(error) || error instanceof Misconfigured) return { found };
    throw error;
  }
};

const lookTogether = async (asks: readonly Ask<EhpcOperation>[], cloud: Cloud): Promise<readonly Observation[]> => {
  const lookAtOne = (ask: Ask<EhpcOperation>) => lookAt(ask, cloud);
  const [first] = asks;
  if (first === undefined || asks.length === 1) return sequentially(asks, lookAtOne);
  const { found, gone, barred } = await underWay(asks, first.operation, cloud);
  return sequentially(asks, lookAtOne, ({ operation }) => gone ?? found.get(inAnyCase(operation.TaskId)), barred);
};

export const aliyunEhpc: Provider<EhpcOperation> = {
  traits: {
    name: 'aliyun-ehpc',
    vendor: 'aliyun',
    operation: Operation,
    graceMs: 5 * 60_000,
    missesUntilLost: 3,
    console: () => 'https://ehpc.console.aliyun.com/',
    together: ({ RegionId, ClusterId }) => `${RegionId} ${ClusterId}`,
  },
  look: async (asks, cloud) => orThrow(await lookTogether(asks, cloud)),
};
