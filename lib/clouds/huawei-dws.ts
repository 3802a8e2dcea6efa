/** Reads an action and its cluster from the GaussDB(DWS) API. */

import { Misconfigured, RetryLater } from '../core/errors.ts';
import type { Facts, Progress } from '../core/observation.ts';
import { type Answer, noState, ofAnother } from './answer.ts';
import type { Cloud } from './cloud.ts';
import { capitals, code, type Fields, fields, given, text, trimmed } from './fields.ts';
import { callHuawei } from './huawei.ts';
import { type Failing, failingIn, progressIn } from './huawei-dws-parts.ts';
import { FAILURE_NAMES, isTaskWord } from './huawei-dws-tasks.ts';
import { type Stamp, stampOf } from './stamp.ts';

export type ClusterRef = { readonly region: string; readonly project_id: string; readonly cluster_id: string };

export type Action = {
  /**
   * The name in capitals. The API may show a failed action under its failure name, even when opwatch asked for its own
   * name.
   */
  readonly name: string;
  /** True when the cloud wrote the name itself and not a translation of it. */
  readonly isNamed: boolean;
  /** The status of the action. Missing when the cloud shows the action without a state. */
  readonly status?: string;
  /** A time such as "2025-05-19 09:06:18.0". It has no zone, so it is no instant, but it tells one run from another. */
  readonly submitted?: Stamp;
  readonly progress?: Progress;
  readonly failing: Failing;
  readonly requestId?: string;
};

export type Cluster = {
  /** The cluster id in the answer, unchanged. */
  readonly id: unknown;
  /** The state of the cluster: `word` in the cloud's spelling, `status` in capitals. */
  readonly word: string;
  readonly status: string;
  /** Words about tasks, in the cloud's spelling: the tasks under way, or the last task if it failed. */
  readonly tasks: readonly string[];
  readonly progress: Fields;
  readonly reason: Pick<Facts, 'reasonCode' | 'reasonMessage'>;
  readonly requestId?: string;
};

/**
 * Codes that mean absence: "The cluster does not exist or has been deleted" (DWS.0047, HTTP 404 in the API reference,
 * error codes, dws_02_0030, and 401 in terraform-provider-huaweicloud, services/dws), "the instance does not exist or
 * has been deleted" (DWS.0022, dws_02_0030) and "the cluster was deleted after it was created" (DWS.3027, with 404, the
 * same provider). No other answer means absence: DWS.0015, 403, is "not found or permission denied", and DWS.0001, 400,
 * is a wrong parameter.
 */
const UNKNOWN_CODE = /^DWS\.(0022|0047|3027)$/;

const get = (cloud: Cloud, { region, project_id: project }: ClusterRef, path: readonly string[]) =>
  callHuawei(cloud, { product: 'dws', region, project, path, unknownCode: UNKNOWN_CODE });

type Unknown = Answer & { kind: 'unknown' };

/** Answers whether a listed code says that the action is absent. Any other HTTP 404 says nothing about the action. */
const isListed = ({ words }: Unknown): boolean => UNKNOWN_CODE.test(words.code);

/** The members of an answer that describe an action. */
const CONTENT = ['id', 'status', 'submit_time', 'items'] as const;
const DECORATION: ReadonlySet<string> = new Set([
  'action_name',
  'cluster_name',
  'request_id',
  'error_code',
  'error_msg',
]);

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Answers whether an answer shows no action: it has an empty body, or all documented members are empty. */
const showsNothing = (body: Fields): boolean =>
  Object.keys(body).every((name) => DECORATION.has(name) || CONTENT.some((known) => known === name)) &&
  CONTENT.every((name) => isEmpty(body[name]));

/**
 * Asks for the action of this name. Undefined when the cloud shows none. Throws a LookError for an answer that says
 * nothing about the action. No page says how the API answers for an action that is over or never existed. opwatch
 * accepts an empty answer or a listed "no such" as this answer. The API may refuse a name that it does not document.
 * Then only the cluster tells the state.
 */
export const actionNamed = async (name: string, place: ClusterRef, cloud: Cloud): Promise<Action | undefined> => {
  const isDocumented = Object.entries(FAILURE_NAMES).flat().includes(name);
  const path = ['v1', place.project_id, 'clusters', place.cluster_id, 'actions', name];
  const answer = await get(cloud, place, path).catch((error: unknown) => {
    if (!isDocumented && error instanceof Misconfigured) return undefined;
    throw error;
  });
  if (answer?.kind === 'unknown' && !isListed(answer)) throw new RetryLater(answer.words);
  if (answer?.kind !== 'answered' || showsNothing(answer.body)) return undefined;
  return actionIn(answer.body, name, answer.requestId);
};

const actionIn = (body: Fields, name: string, requestId: string | undefined): Action => {
  const status = text(trimmed(text(body.status) ?? ''));
  const submitted = stampOf(body.submit_time);
  if (status === undefined && (submitted === undefined || !isEmpty(body.status))) throw noState('status', requestId);
  // The API translates some names. Only a name in the API's own spelling can prove that the answer is about another
  // action.
  const shown = capitals(trimmed(text(body.action_name) ?? ''));
  const isNamed = /^[A-Z_]+$/.test(shown);
  if (isNamed && shown !== name && shown !== FAILURE_NAMES[name]) throw ofAnother(name, shown, requestId);
  return {
    name: isNamed ? shown : name,
    isNamed,
    failing: failingIn(body),
    ...given({ status, submitted, progress: progressIn(body), requestId }),
  };
};

/** Asks for the cluster. The cloud may not know it. Throws a LookError. */
export const clusterAt = async (place: ClusterRef, cloud: Cloud): Promise<Cluster | Unknown> => {
  const answer = await get(cloud, place, ['v1.0', place.project_id, 'clusters', place.cluster_id]);
  if (answer.kind === 'unknown') {
    if (!isListed(answer)) throw new RetryLater(answer.words);
    return answer;
  }
  const { requestId } = answer;
  const cluster = fields(answer.body.cluster);
  const word = trimmed(text(cluster.status) ?? '');
  if (word === '') throw noState('cluster.status', requestId);
  const reasons = fields(cluster.failed_reasons);
  return {
    id: cluster.id,
    word,
    status: capitals(word),
    tasks: tasksIn(cluster),
    progress: fields(cluster.action_progress),
    reason: given({ reasonCode: code(reasons.error_code), reasonMessage: text(reasons.error_msg) }),
    ...given({ requestId }),
  };
};

/** Returns a state such as `UNBALANCED | REDISTRIBUTION-FAILURE` in the spelling of the task list. */
export const taskWord = (word: string): string => capitals(trimmed(word)).replace(/[- ]/g, '_');

const tasksIn = (cluster: Fields): readonly string[] => {
  // Only a failure of the last resizing counts. No page says whether the cloud removes its other words after the
  // resizing.
  const resized = text(fields(cluster.resize_info).resize_status);
  const states = [
    cluster.status,
    ...(text(cluster.sub_status)?.split('|') ?? []),
    resized === 'RESIZE_FAILURE' && resized,
  ];
  return [
    ...[cluster.task_status, ...Object.keys(fields(cluster.action_progress))].map((word) => trimmed(text(word) ?? '')),
    ...states.map((word) => trimmed(text(word) ?? '')).filter((word) => isTaskWord(taskWord(word))),
  ].filter((word) => word !== '');
};
