import { type HuaweiApi, sameIds } from './api.ts';
import { telling } from './scenarios.ts';

const REASON = 'The volume is attached to another server.';

const IDS = ['project_id', 'id', 'operation_id'];

/** ModelArts Lite Server operation (volume attached or detached). Source: huaweicloud-sdk-nodejs-v3 services/modelarts/v1; support.huaweicloud.com AttachDevServerVolume. */
export const modelarts: HuaweiApi = {
  name: 'huawei-modelarts',
  vendor: 'huawei',
  fields: IDS,
  states: { pending: 'waiting', running: 'running', success: 'succeeded', failed: 'failed' },
  faults: {
    'of-another': telling((body) => ({ ...body, operation_id: '00000000-0000-0000-0000-000000000000' })),
    // Where the reason of a failure may stand instead.
    'reason-as-text': telling((body) => (body.operation_error ? { ...body, operation_error: REASON } : body)),
    'reason-outside': telling(({ operation_error: error, ...body }) =>
      error ? { ...body, error_code: 'ModelArts.6530', error_msg: REASON } : body,
    ),
  },
  absences: {
    // Known for a missing server (terraform-provider-huaweicloud); for a missing operation nothing is documented.
    'http-400': (door) => door.error(400, 'ModelArts.6404', 'The resource does not exist.'),
    'http-404': (door) => door.error(404, 'ModelArts.6404', 'The resource does not exist.'),
  },
  calls: [
    {
      action: 'ShowServerOperation',
      path: '/v1/{project_id}/dev-servers/{id}/operation/{operation_id}',
      concerns: sameIds(IDS),
      answer({ moments: [moment], params, door, absent }) {
        if (!moment?.word) return absent();
        const { operation, phase, word } = moment;
        const { code, message } = operation.reason ?? {
          code: 'ModelArts.6530',
          message: REASON,
        };
        return door.ok({
          operation_id: params.operation_id,
          operation_status: word,
          operation_type: operation.type ?? 'node_attach_volume',
          ...(phase === 'failed' && { operation_error: { code, message } }),
        });
      },
    },
  ],
};
