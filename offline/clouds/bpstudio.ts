import { type AliyunApi, sameIds } from './api.ts';
import { passing } from './scenarios.ts';

/**
 * BPStudio GetExecuteOperationResult, 2021-09-31 (the version really is that date).
 * Source: alibabacloud-go/bpstudio-20210931; help.aliyun.com 448167: an operation id is kept for one hour, afterwards nothing is returned.
 */
export const bpstudio: AliyunApi = {
  name: 'aliyun-bpstudio',
  vendor: 'aliyun',
  fields: ['OperationId'],
  keptSeconds: 3600,
  states: { INIT: 'waiting', RUNNING: 'running', SUCCESS: 'succeeded', FAILURE: 'failed' },
  absences: {
    'no-data': (door) => door.ok({ Code: 200, Message: '' }),
    null: (door) => door.ok({ Code: 200, Message: '', Data: null }),
    // Seen by the vendor's own poller (aliyun/alibabacloud-aiops-skills, bpstudio poller.py).
    'http-503': (door) => door.unavailable(),
    empty: (door) => ({ ...door.ok({}), body: '' }),
  },
  faults: {
    // Errors of the business sit inside HTTP 200, with a number for a code.
    'error-in-200': passing((_truth, door) => door.ok({ Code: 500, Message: 'The system is busy.' })),
  },
  calls: [
    {
      action: 'GetExecuteOperationResult',
      version: '2021-09-31',
      method: 'POST',
      paramsIn: 'form',
      required: ['OperationId'],
      concerns: sameIds(['OperationId']),
      answer({ moments: [moment], params, door, absent }) {
        if (!moment?.word) return absent();
        const { operation, phase, word } = moment;
        const reason = operation.reason ?? {
          code: 'Forbidden.Stock',
          message: 'ecs.g7.large is out of stock in cn-hangzhou-h.',
        };
        return door.ok({
          Code: 200,
          Message: '',
          Data: {
            OperationId: params.OperationId,
            Status: word,
            Message: phase === 'failed' ? `${reason.code}: ${reason.message}` : '',
            Arguments: JSON.stringify({ Type: operation.type ?? 'DeployApplication' }),
          },
        });
      },
    },
  ],
};
