/**
 * Reads operations of ModelArts Lite Servers (GetDevServerOperation, v1). At present the API has two: attaching and
 * detaching a volume.
 */
import * as v from 'valibot';
import type { Cloud } from '../clouds/cloud.ts';
import { code, type Fields, fields, given, parseFields, text } from '../clouds/fields.ts';
import { callHuawei } from '../clouds/huawei.ts';
import type { Ask, Facts, Observation } from '../core/observation.ts';
import { region, segment } from './kit/operation.ts';
import { lookSequentially } from './kit/sequentially.ts';
import { absentBy, mustBeAbout, type States, sightOf } from './kit/sight.ts';
import type { Provider } from './provider.ts';

const Operation = v.strictObject({
  region: region('region'),
  project_id: segment('project_id'),
  id: segment('id'),
  operation_id: segment('operation_id'),
});
type ModelArtsOperation = v.InferOutput<typeof Operation>;

/** The words of operation_status. Source: support.huaweicloud.com, AttachDevServerVolume. */
const STATES: States = { PENDING: 'pending', RUNNING: 'running', SUCCESS: 'succeeded', FAILED: 'failed' };

/**
 * The code ModelArts.6404, with HTTP 400, means "no such server" (huaweicloud/terraform-provider-huaweicloud,
 * modelarts_devserver).
 */
const UNKNOWN_CODE = /^ModelArts\.6404$/;

type Reason = Pick<Facts, 'reasonCode' | 'reasonMessage'>;

const reasonIn = (error: Fields): Reason =>
  given({
    reasonCode: code(error.code) ?? code(error.error_code),
    reasonMessage: text(error.message) ?? text(error.error_msg) ?? text(error.error_message),
  });

/**
 * Returns the reason of a failure. `operation_error` is an object, an object as JSON text, or a plain text. Without it,
 * the body itself holds the reason.
 */
const reasonOf = (body: Fields): Reason => {
  const error = body.operation_error;
  const said = text(error);
  const unpacked = said === undefined ? fields(error) : parseFields(said);
  const reason = unpacked ? reasonIn(unpacked) : { reasonMessage: said ?? '' };
  if (Object.keys(reason).length > 0) return reason;
  return given({ reasonCode: code(body.error_code), reasonMessage: text(body.error_msg) });
};

const lookAt = async ({ operation }: Ask<ModelArtsOperation>, cloud: Cloud): Promise<Observation> => {
  const { region, project_id: project, id, operation_id } = operation;
  const answer = await callHuawei(cloud, {
    product: 'modelarts',
    region,
    project,
    path: ['v1', project, 'dev-servers', id, 'operation', operation_id],
    unknownCode: UNKNOWN_CODE,
    stateIn: 'operation_status',
  });
  if (answer.kind === 'unknown') return absentBy(answer.words);
  const { body, requestId } = answer;
  mustBeAbout({ operation_id }, body, requestId);
  return sightOf(STATES, 'operation_status', body.operation_status, {
    facts: given({
      operationType: text(body.operation_type),
      ...reasonOf(body),
      requestId,
    }),
  });
};

export const huaweiModelArts: Provider<ModelArtsOperation> = {
  traits: {
    name: 'huawei-modelarts',
    vendor: 'huawei',
    operation: Operation,
    graceMs: 2 * 60_000,
    missesUntilLost: 3,
    console: ({ region }) => `https://console.huaweicloud.com/modelarts/?region=${region}`,
  },
  look: lookSequentially(lookAt),
};
