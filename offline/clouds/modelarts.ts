/** ModelArts Lite Server operation (volume attached or detached). Source: huaweicloud-sdk-nodejs-v3 services/modelarts/v1; support.huaweicloud.com AttachDevServerVolume. */
import { type HuaweiApi, type ShownFacts, sameIds } from './api.ts';
import { telling } from './cloud-faults.ts';
import { type Moment, reasonOf } from './operation.ts';

const REASON = 'The volume is attached to another server.';

const IDS = ['project_id', 'id', 'operation_id'];

const tells = (moment: Moment): ShownFacts => {
  const { code, message } = reasonOf(moment, { code: 'ModelArts.6530', message: REASON });
  return {
    operationType: moment.operation.type ?? 'node_attach_volume',
    ...(moment.phase === 'failed' && { reasonCode: code, reasonMessage: message }),
  };
};

export const modelarts: HuaweiApi = {
  name: 'huawei-modelarts',
  vendor: 'huawei',
  fields: IDS,
  states: { pending: 'waiting', running: 'running', success: 'succeeded', failed: 'failed' },
  tells,
  faults: {
    'of-another': telling((body) => ({
      ...body,
      operation_id: '00000000-0000-0000-0000-000000000000',
      operation_status: 'success',
    })),
    // Where the reason of a failure may stand instead.
    'reason-as-text': telling((body) => (body.operation_error ? { ...body, operation_error: REASON } : body)),
    'reason-outside': telling(({ operation_error: error, ...body }) =>
      error ? { ...body, error_code: 'ModelArts.6530', error_msg: REASON } : body,
    ),
  },
  absences: {
    // Known for a missing server (terraform-provider-huaweicloud); for a missing operation nothing is documented.
    'http-400': (responder) => responder.error(400, 'ModelArts.6404', 'The resource does not exist.'),
    'http-404': (responder) => responder.error(404, 'ModelArts.6404', 'The resource does not exist.'),
  },
  calls: [
    {
      action: 'ShowServerOperation',
      path: '/v1/{project_id}/dev-servers/{id}/operation/{operation_id}',
      concerns: sameIds(IDS),
      answer: ({ moments: [moment], params, responder, absent }) => {
        if (!moment?.word) return absent();
        const { operationType, reasonCode, reasonMessage } = tells(moment);
        return responder.ok({
          operation_id: params.operation_id,
          operation_status: moment.word,
          operation_type: operationType,
          ...(reasonCode !== undefined && { operation_error: { code: reasonCode, message: reasonMessage } }),
        });
      },
    },
  ],
};
