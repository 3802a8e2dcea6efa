/** E-HPC ListTasks, 2018-04-12. A TaskId names one task once, so every end belongs to its task. The API tells no times. */
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

/** The vendor writes a TaskId as a UUID in capitals: pasted in small letters, it names the same task. */
const taskId = v.pipe(
  id('TaskId'),
  v.transform((pasted) => (UUID.test(pasted) ? inAnyCase(pasted) : pasted)),
);

const Operation = v.strictObject({ RegionId: region('RegionId'), ClusterId: id('ClusterId'), TaskId: taskId });
type EhpcOperation = v.InferOutput<typeof Operation>;

/** Tasks[].Status. Source: help.aliyun.com, api-ehpc-2018-04-12-listtasks; Failed in English, Fail in Chinese. */
const STATES: States = {
  PROCESSING: 'running',
  SUCCESS: 'succeeded',
  PARTIALFAIL: 'partial',
  FAILED: 'failed',
  FAIL: 'failed',
};

/**
 * "No such cluster", and its tasks with it. Source: help.aliyun.com, api-ehpc-2018-04-12-listtasks, error codes
 * (ClusterNotFound). No page has TaskNotFound: its name leaves no doubt.
 */
const UNKNOWN_CODE = /^(Cluster|Task)NotFound$/;

/** The most the API answers in a page. */
const PAGE_SIZE = 50;

type Page = { readonly TaskId: string } | { readonly PageNumber: number };

/** Without a TaskId and with Archived=false only tasks under way are listed; with a TaskId Archived is ignored. */
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

/** The tasks of this cluster in an answer. */
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
      // Texts that look like JSON and are escaped until they are none: never parsed.
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
  // Only an empty list means that there is no such task.
  if (list(body.Tasks)?.length !== 0) throw ofAnother(`task ${TaskId} of ${ClusterId}`, 'other tasks', requestId);
  return {
    kind: 'absent',
    shows: sentence('shows_none', { api: 'ListTasks', thing: 'task', id: TaskId }),
    ...given({ requestId }),
  };
};

/** How far the list of a cluster has been read: its pages, and the asked tasks that these pages have shown. */
type Reading = { readonly pages: number; readonly pagesRead: number; readonly asked: number; readonly found: number };

/** The rest of the list costs no more calls than asking for each missing task. */
const isRestShort = ({ pages, pagesRead, asked, found }: Reading): boolean => pages - pagesRead <= asked - found;

/** The pages have shown more tasks than they cost calls. */
const hasPaid = ({ pagesRead, found }: Reading): boolean => found > pagesRead;

/** The whole list costs at most half as many calls as asking for each task. */
const isListShort = ({ pages, asked }: Reading): boolean => pages * 2 <= asked;

/**
 * Whether another page is worth its call. Most watched tasks are under way, and then the list shows them sooner or later. Other
 * batches that read the list just now share it. For n asks, list and look-ups together are never more than n + n/2 + 1 calls. That
 * is the case when no asked task is under way any more and many others are.
 */
const isWorthReading = (reading: Reading): boolean =>
  reading.pagesRead < reading.pages && isRestShort(reading) && (hasPaid(reading) || isListShort(reading));

type Listed = {
  /** By TaskId, in capitals. */
  readonly found: ReadonlyMap<string, Observation>;
  /** The cloud does not know the cluster. */
  readonly gone?: Observation;
  /** The list ended in an error that every further call would meet. */
  readonly barred?: LookError;
};

/**
 * The tasks of `asks` that the cluster lists as under way, as far as the list is worth reading. The list is a help and no
 * judge: where a page fails or makes no sense, those not found yet are left to be asked for by their ids.
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
        // A task listed without a status is as good as not listed: it will be asked for by its id.
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
