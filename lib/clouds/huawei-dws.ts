/** What GaussDB(DWS) shows of an action and of its cluster. */

import { Misconfigured, RetryLater } from '../core/errors.ts';
import type { Facts, Progress } from '../core/observation.ts';
import { type Answer, noState, ofAnother } from './answer.ts';
import type { Cloud } from './cloud.ts';
import { capitals, code, type Fields, fields, given, text, trimmed } from './fields.ts';
import { callHuawei } from './huawei.ts';
import { type Failing, failingIn, progressIn } from './huawei-dws-parts.ts';
import { FAILURE_NAMES, isTaskWord } from './huawei-dws-tasks.ts';
import { type Stamp, stampOf } from './stamp.ts';

export type Place = { readonly region: string; readonly project_id: string; readonly cluster_id: string };

export type Action = {
  /** In capitals. An action that has failed may be shown under its failure name, whichever was asked for. */
  readonly name: string;
  /** Whether the cloud spelled the name out, and did not translate it. */
  readonly isNamed: boolean;
  /** Left out where the cloud shows the action without a state. */
  readonly status?: string;
  /** "2025-05-19 09:06:18.0": no zone, so no instant, but it tells one run from another. */
  readonly submitted?: Stamp;
  readonly progress?: Progress;
  readonly failing: Failing;
  readonly requestId?: string;
};

export type Cluster = {
  /** The id that the answer tells, as it stands. */
  readonly id: unknown;
  /** Its state, as the cloud writes it and in capitals. */
  readonly word: string;
  readonly status: string;
  /** Words about tasks, as the cloud writes them: those under way, or the last one where it failed. */
  readonly tasks: readonly string[];
  readonly progress: Fields;
  readonly reason: Pick<Facts, 'reasonCode' | 'reasonMessage'>;
  readonly requestId?: string;
};

/**
 * "The cluster does not exist or has been deleted" (DWS.0047, HTTP 404 in the API reference, error codes, dws_02_0030, and 401 in
 * terraform-provider-huaweicloud, services/dws), "the instance does not exist or has been deleted" (DWS.0022, dws_02_0030) and
 * "the cluster was deleted after it was created" (DWS.3027, with 404, the same provider). No other answer means absence:
 * DWS.0015, 403, is "not found or permission denied", and DWS.0001, 400, is a wrong parameter.
 */
const UNKNOWN_CODE = /^DWS\.(0022|0047|3027)$/;

const get = (cloud: Cloud, { region, project_id: project }: Place, path: readonly string[]) =>
  callHuawei(cloud, { product: 'dws', region, project, path, unknownCode: UNKNOWN_CODE });

type Unknown = Answer & { kind: 'unknown' };

/** No other HTTP 404 says anything about the action. */
const isListed = ({ words }: Unknown): boolean => UNKNOWN_CODE.test(words.code);

/** Members of an action's answer. */
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

/** An answer about an action that shows none: an empty body, or the documented members with nothing in them. */
const showsNothing = (body: Fields): boolean =>
  Object.keys(body).every((name) => DECORATION.has(name) || CONTENT.some((known) => known === name)) &&
  CONTENT.every((name) => isEmpty(body[name]));

/**
 * Asks for the action of that name; undefined where the cloud shows none. Throws a LookError for everything that says nothing
 * about the action. What the API answers for an action that is over or never was is documented nowhere: an empty answer or a
 * listed "no such" is taken for that. A name that the API does not document may be refused; then the cluster alone tells.
 */
export const actionNamed = async (name: string, place: Place, cloud: Cloud): Promise<Action | undefined> => {
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
  // Some names are translated: only a word of the API is another action.
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

/** Asks for the cluster, which the cloud may not know. Throws a LookError. */
export const clusterAt = async (place: Place, cloud: Cloud): Promise<Cluster | Unknown> => {
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

/** `UNBALANCED | REDISTRIBUTION-FAILURE` as words of the task list. */
export const taskWord = (word: string): string => capitals(trimmed(word)).replace(/[- ]/g, '_');

const tasksIn = (cluster: Fields): readonly string[] => {
  // Of the last resizing only the failure counts: whether the rest goes away with it is not documented.
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
