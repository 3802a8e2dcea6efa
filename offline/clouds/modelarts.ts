import { type HuaweiApi, sameIds } from './api.ts';

const IDS = ['project_id', 'id', 'operation_id'];

/** ModelArts Lite Server operation (volume attached or detached). Source: huaweicloud-sdk-nodejs-v3 services/modelarts/v1; support.huaweicloud.com AttachDevServerVolume. */
export const modelarts: HuaweiApi = {
  name: 'huawei-modelarts',
  vendor: 'huawei',
  fields: IDS,
  states: { pending: 'waiting', running: 'running', success: 'succeeded', failed: 'failed' },
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
          message: 'The volume is attached to another server.',
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
