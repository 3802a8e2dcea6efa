/** E-HPC ListTasks, 2018-04-12. */
import * as v from 'valibot';
import { callAliyun } from '../clouds/aliyun.ts';
import { type Answer, noState } from '../clouds/answer.ts';
import { count, type Fields, fields, given, list, text } from '../clouds/fields.ts';
import { inTurn, orThrow } from './kit/in-turn.ts';
import { id, region } from './kit/operation.ts';
import { absentBy, type States, sightOf } from './kit/sight.ts';
import type { Ask, Cloud, Observation, Progress, Provider } from './provider.ts';

const Operation = v.strictObject({ RegionId: region('RegionId'), ClusterId: id('ClusterId'), TaskId: id('TaskId') });
type EhpcOperation = v.InferOutput<typeof Operation>;

/** Tasks[].Status. Source: help.aliyun.com, api-ehpc-2018-04-12-listtasks; Failed in English, Fail in Chinese. */
const STATES: States = {
  PROCESSING: 'running',
  SUCCESS: 'succeeded',
  PARTIALFAIL: 'partial',
  FAILED: 'failed',
  FAIL: 'failed',
};

/** "No such cluster", and its tasks with it. Source: help.aliyun.com, api-ehpc-2018-04-12-listtasks, error codes. */
const UNKNOWN_CODE = /^ClusterNotFound$/;

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

const tasksOf = (body: Fields, requestId: string | undefined): readonly Fields[] => {
  const tasks = list(body.Tasks);
  if (!tasks) throw noState('Tasks', requestId);
  return tasks.map(fields);
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
  const answer = await listTasks(cloud, operation, { TaskId: operation.TaskId });
  if (answer.kind === 'unknown') return absentBy(answer.words);
  const { body, requestId } = answer;
  const task = tasksOf(body, requestId).find(({ TaskId }) => TaskId === operation.TaskId);
  if (task) return sightOfTask(task, requestId);
  return { kind: 'absent', shows: `ListTasks shows no task ${operation.TaskId}`, ...given({ requestId }) };
};

/**
 * Whether another page is worth its call. What is watched is mostly under way, and then the list shows it sooner or later,
 * to the other batches that read it just now as well: it is read on while it is short beside what is asked for, or while the
 * pages read have paid for themselves. For n asks, list and look-ups together are never more than n + n/2 + 1 calls, which
 * is when none of them is under way any more and many others are.
 */
const isWorthReading = (pages: number, pagesRead: number, asked: number, found: number): boolean =>
  pagesRead < pages && pages - pagesRead <= asked - found && (found > pagesRead || pages * 2 <= asked);

/**
 * The tasks of `asks` that the cluster lists as under way, as far as the list is worth reading; an absence where the cloud
 * does not know the cluster. Throws what a failing page throws.
 */
const underWay = async (
  asks: readonly Ask<EhpcOperation>[],
  { operation }: Ask<EhpcOperation>,
  cloud: Cloud,
): Promise<ReadonlyMap<string, Observation> | Observation> => {
  const missing = new Set(asks.map((ask) => ask.operation.TaskId));
  const found = new Map<string, Observation>();
  for (let page = 1; ; page += 1) {
    const answer = await listTasks(cloud, operation, { PageNumber: page });
    if (answer.kind === 'unknown') return absentBy(answer.words);
    const tasks = tasksOf(answer.body, answer.requestId);
    for (const task of tasks) {
      const taskId = text(task.TaskId);
      // A task listed without a status is as good as not listed: it will be asked for by its id.
      if (taskId === undefined || text(task.Status) === undefined || !missing.delete(taskId)) continue;
      found.set(taskId, sightOfTask(task, answer.requestId));
    }
    const size = count(answer.body.PageSize) || PAGE_SIZE;
    const pages = Math.ceil((count(answer.body.TotalCount) ?? 0) / size);
    if (tasks.length === 0 || !isWorthReading(pages, page, asks.length, found.size)) return found;
  }
};

const lookTogether = async (asks: readonly Ask<EhpcOperation>[], cloud: Cloud): Promise<readonly Observation[]> => {
  const [first] = asks;
  if (first === undefined || asks.length === 1) return inTurn(asks, (ask) => lookAt(ask, cloud));
  const listed = await underWay(asks, first, cloud);
  if ('kind' in listed) return asks.map(() => listed);
  return inTurn(
    asks,
    (ask) => lookAt(ask, cloud),
    (ask) => listed.get(ask.operation.TaskId),
  );
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
