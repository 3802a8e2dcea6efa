/** E-MapReduce GetOperation, 2021-03-20. Source: alibabacloud-go/emr-20210320 client.go; help.aliyun.com api-emr-2021-03-20-getoperation. */
import { ALIYUN_FAULTS } from './aliyun-faults.ts';
import { type AliyunApi, type ShownFacts, sameIds } from './api.ts';
import { within } from './cloud-faults.ts';
import { isIll, isOver, type Moment, reasonOf } from './operation.ts';

const IDS = ['RegionId', 'ClusterId', 'OperationId'];

const SOLD_OUT = {
  code: 'OutOfStock',
  message: 'The requested resource is sold out in the specified zone; try another instance type, region or zone.',
};
/** A reason is present with every state, as in the vendor's own sample. */
const NO_REASON = { code: 'UserRequest', message: 'Requested by user.' };

const tells = (moment: Moment): ShownFacts => {
  const { operation, step, phase, beganAt, sinceAt } = moment;
  const { code, message } = isIll(phase) ? reasonOf(moment, SOLD_OUT) : (step?.reason ?? NO_REASON);
  return {
    operationType: operation.type ?? 'CREATE_CLUSTER',
    startedAt: beganAt,
    ...(isOver(phase) && { endedAt: sinceAt }),
    reasonCode: code,
    reasonMessage: message,
  };
};

const timesBy = (told: Readonly<Record<string, unknown>>, factor: number): object => {
  const times = ['CreateTime', 'StartTime', 'EndTime'];
  return Object.fromEntries(times.map((name) => [name, Math.round(Number(told[name]) * factor)]));
};

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
  tells,
  // The answer for an unknown operation is not documented. Both codes are on its list of errors.
  absences: {
    'http-404': (responder) => responder.error(404, 'ResourceNotFound', 'The specified resource does not exist.'),
    'http-400': (responder) =>
      responder.error(400, 'InvalidParameter', 'The specified parameter OperationId is not valid.'),
  },
  faults: {
    ...ALIYUN_FAULTS,
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
      answer: ({ moments: [moment], params, responder, absent }) => {
        if (!moment?.word) return absent();
        const { operationType, startedAt, endedAt = 0, reasonCode, reasonMessage } = tells(moment);
        return responder.ok({
          Operation: {
            ClusterId: params.ClusterId,
            OperationId: params.OperationId,
            OperationType: operationType,
            OperationState: moment.word,
            CreateTime: startedAt,
            StartTime: startedAt,
            EndTime: endedAt,
            Description: operationType,
            StateChangeReason: { Code: reasonCode, Message: reasonMessage },
          },
        });
      },
    },
  ],
};
