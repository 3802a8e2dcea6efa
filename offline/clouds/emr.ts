import { aliyunFaults } from './aliyun-faults.ts';
import { type AliyunApi, sameIds } from './api.ts';
import { isOver } from './operation.ts';
import { within } from './scenarios.ts';

const IDS = ['RegionId', 'ClusterId', 'OperationId'];

/** E-MapReduce GetOperation, 2021-03-20. Source: alibabacloud-go/emr-20210320 client.go; help.aliyun.com api-emr-2021-03-20-getoperation. */
export const emr: AliyunApi = {
  name: 'aliyun-emr',
  vendor: 'aliyun',
  fields: IDS,
  states: {
    IN_PROGRESS: 'running',
    HUMAN_PROCESSING: 'attention',
    COMPLETED: 'succeeded',
    PARTIAL_COMPLETED: 'partial',
    FAILED: 'failed',
    TERMINATED: 'canceled',
  },
  // What it answers for an unknown operation is not documented; both are on its list of errors.
  absences: {
    'http-404': (door) => door.error(404, 'ResourceNotFound', 'The specified resource does not exist.'),
    'http-400': (door) => door.error(400, 'InvalidParameter', 'The specified parameter OperationId is not valid.'),
  },
  faults: {
    ...aliyunFaults,
    'of-another': within('Operation', () => ({ OperationId: 'op-00000000000000ff', OperationState: 'COMPLETED' })),
    'times-in-seconds': within('Operation', (told) => timesBy(told, 1e-3)),
    'times-in-microseconds': within('Operation', (told) => timesBy(told, 1e3)),
    'empty-reason': within('Operation', () => ({ StateChangeReason: { Code: '', Message: '{}' } })),
  },
  calls: [
    {
      action: 'GetOperation',
      version: '2021-03-20',
      method: 'POST',
      paramsIn: 'query',
      required: IDS,
      concerns: sameIds(IDS),
      answer({ moments: [moment], params, door, absent }) {
        if (!moment?.word) return absent();
        const { operation, phase, word, sinceAt } = moment;
        const reason = operation.reason ?? {
          code: 'OutOfStock',
          message:
            'The requested resource is sold out in the specified zone; try another instance type, region or zone.',
        };
        return door.ok({
          Operation: {
            ClusterId: params.ClusterId,
            OperationId: params.OperationId,
            OperationType: operation.type ?? 'CREATE_CLUSTER',
            OperationState: word,
            CreateTime: operation.beganAt,
            StartTime: operation.beganAt,
            EndTime: isOver(phase) ? sinceAt : 0,
            Description: operation.type ?? 'Create cluster',
            // Present with every state, as in the vendor's own sample.
            StateChangeReason:
              phase === 'failed' || phase === 'partial'
                ? { Code: reason.code, Message: reason.message }
                : { Code: 'UserRequest', Message: 'Requested by user.' },
          },
        });
      },
    },
  ],
};

function timesBy(told: Readonly<Record<string, unknown>>, factor: number): object {
  const times = ['CreateTime', 'StartTime', 'EndTime'];
  return Object.fromEntries(times.map((name) => [name, Math.round(Number(told[name]) * factor)]));
}
