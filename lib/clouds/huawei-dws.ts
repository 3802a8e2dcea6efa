/** What GaussDB(DWS) shows of an action and of its cluster. */

import { Misconfigured, RetryLater, Throttled } from '../errors.ts';
import type { Cloud, Facts, Progress } from '../providers/provider.ts';
import { type Answer, noState } from './answer.ts';
import { capitals, code, type Fields, fields, given, list, parseFields, percent, text } from './fields.ts';
import { callHuawei } from './huawei.ts';

export type Place = { readonly region: string; readonly project_id: string; readonly cluster_id: string };

export type Action = {
  /** In capitals. An action that has failed may be shown under its failure name, whichever was asked for. */
  readonly name: string;
  readonly status: string;
  /** "2025-05-19 09:06:18.0": no zone, so no instant, but it tells one run from another. */
  readonly submitTime?: string;
  readonly progress?: Progress;
  /** What the parts say, as it stands: the vendor's sample of a failure reads like a success. */
  readonly detail?: string;
  readonly requestId?: string;
};

export type Cluster = {
  readonly status: string;
  /** Tasks under way, or the last one where it failed, as the cloud writes them. */
  readonly tasks: readonly string[];
  readonly progress: Fields;
  readonly reason: Pick<Facts, 'reasonCode' | 'reasonMessage'>;
  readonly requestId?: string;
};

/**
 * "No such cluster", with HTTP 401, 403, 404 and 400, and "not in this state of the cluster", with 403: none of them says
 * anything about credentials. Source: huaweicloud/terraform-provider-huaweicloud, services/dws.
 */
const UNKNOWN_CODE = /^DWS\.(0047|0015|3027|0001|7023)$/;

const get = (cloud: Cloud, { region, project_id: project }: Place, path: readonly string[]) =>
  callHuawei(cloud, { product: 'dws', region, project, path, unknownCode: UNKNOWN_CODE });

/** How the API answers for an action that is over or never was is not documented: any refusal but a true one will do. */
const meansNone = (error: unknown): boolean => {
  if (error instanceof Misconfigured) return true;
  if (!(error instanceof RetryLater) || error instanceof Throttled) return false;
  return error.status === 200 ? error.code.startsWith('DWS.') : [400, 404, 410].includes(error.status ?? 0);
};

/**
 * Asks for the action of that name; undefined where the cloud shows none. Throws a LookError for everything that says
 * nothing about the action.
 */
export const actionNamed = async (name: string, place: Place, cloud: Cloud): Promise<Action | undefined> => {
  const path = ['v1', place.project_id, 'clusters', place.cluster_id, 'actions', name];
  const answer = await get(cloud, place, path).catch((error: unknown) => {
    if (meansNone(error)) return undefined;
    throw error;
  });
  if (answer?.kind !== 'told') return undefined;
  const { body, requestId } = answer;
  const status = text(body.status);
  if (status === undefined) return undefined;
  // Some names are translated: what is none of the API's words is no other action.
  const shown = capitals(text(body.action_name) ?? '');
  return {
    name: /^[A-Z_]+$/.test(shown) ? shown : name,
    status,
    ...given({ submitTime: text(body.submit_time), ...partsOf(body), requestId }),
  };
};

/** Progress and detail of the part that is under way, else of the last one. Decoration: what cannot be read is left out. */
const partsOf = (body: Fields): { progress: Progress | undefined; detail: string | undefined } => {
  const parts = (list(body.items) ?? []).flatMap((item) => list(fields(item).sub_items) ?? []).map(fields);
  const part = parts.find(({ status }) => status === 'RUNNING') ?? parts.at(-1);
  const detail = text(part?.detail);
  // JSON text within JSON text: {"progressInfo": "{\"progress\": \"45.00%\"}"}
  const told = percent(parseFields(text(parseFields(detail ?? '')?.progressInfo) ?? '')?.progress);
  return { progress: told === undefined ? undefined : { percent: told }, detail };
};

/** Asks for the cluster, which the cloud may not know. Throws a LookError. */
export const clusterAt = async (place: Place, cloud: Cloud): Promise<Cluster | (Answer & { kind: 'unknown' })> => {
  const answer = await get(cloud, place, ['v1.0', place.project_id, 'clusters', place.cluster_id]);
  if (answer.kind === 'unknown') return answer;
  const cluster = fields(answer.body.cluster);
  const status = text(cluster.status);
  if (status === undefined) throw noState('cluster.status', answer.requestId);
  const task = text(cluster.task_status);
  const progress = fields(cluster.action_progress);
  const reasons = fields(cluster.failed_reasons);
  return {
    status,
    tasks: [...(task === undefined ? [] : [task]), ...Object.keys(progress)],
    progress,
    reason: given({ reasonCode: code(reasons.error_code), reasonMessage: text(reasons.error_msg) }),
    ...given({ requestId: answer.requestId }),
  };
};
