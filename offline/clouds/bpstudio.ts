/**
 * BPStudio GetExecuteOperationResult, 2021-09-31 (the version really is that date).
 * Source: alibabacloud-go/bpstudio-20210931; help.aliyun.com 448167: an operation id is kept for one hour, afterwards nothing is returned.
 */
import { ALIYUN_FAULTS } from './aliyun-faults.ts';
import { type AliyunApi, type ShownFacts, sameIds } from './api.ts';
import { passing, telling, within } from './cloud-faults.ts';
import { type Moment, reasonOf } from './operation.ts';

/** The outer Message of an answer that went well: a blank, as the vendor's page has it. */
const BLANK = ' ';

/** Data.Message of a success in the vendor's page: what the operation made, and no reason. */
const LISTENERS = JSON.stringify([{ vServerGroupId: 'rsp-0001', status: 'running', listenerPort: 80, rules: [] }]);

const REASON = 'ecs.g7.large is out of stock in cn-hangzhou-h.';

/** The output of an operation on instances, of which one failed. */
const OUTPUT = {
  success: false,
  message: '1 of 2 instances failed',
  attributes: {
    instances: {
      'i-bp10000000000000000a': { status: 'SUCCESS', message: '' },
      'i-bp10000000000000000b': { status: 'FAILURE', message: REASON },
    },
  },
};

type Json = Readonly<Record<string, unknown>>;

/** A failure with its reason elsewhere; every other answer as it is. */
const withReason = (body: Json, data: Json, message: string = BLANK): object => {
  const { Data } = body as { readonly Data?: Json };
  return Data?.Status === 'FAILURE' ? { ...body, Message: message, Data: { ...Data, ...data } } : body;
};

const tells = (moment: Moment): ShownFacts => {
  const { code, message } = reasonOf(moment, { code: 'Forbidden.Stock', message: REASON });
  if (moment.phase === 'succeeded') return { result: JSON.stringify({ tagMap: { cadt: ['i-bp10000000000000000a'] } }) };
  return moment.phase === 'failed' ? { reasonMessage: `${code}: ${message}` } : {};
};

export const bpstudio: AliyunApi = {
  name: 'aliyun-bpstudio',
  vendor: 'aliyun',
  fields: ['OperationId'],
  keptSeconds: 3600,
  states: { INIT: 'waiting', RUNNING: 'running', SUCCESS: 'succeeded', FAILURE: 'failed' },
  tells,
  absences: {
    'no-data': (responder) => responder.ok({ Code: 200, Message: BLANK }),
    null: (responder) => responder.ok({ Code: 200, Message: BLANK, Data: null }),
    // Seen by the vendor's own poller (aliyun/alibabacloud-aiops-skills, bpstudio poller.py).
    'http-503': (responder) => responder.unavailable(),
    empty: (responder) => ({ ...responder.ok({}), body: '' }),
  },
  faults: {
    ...ALIYUN_FAULTS,
    'of-another': within('Data', () => ({ OperationId: 'op_00000000000000ff', Status: 'SUCCESS' })),
    'code-401': passing((_truth, responder) => responder.ok({ Code: 401, Message: 'The user is not logged on.' })),
    // Where the reason of a failure may stand instead of in Data.Message.
    'reason-outside': telling((body) => withReason(body, { Message: '' }, REASON)),
    'reason-in-output': telling((body) => withReason(body, { Message: '', Arguments: OUTPUT })),
    'reason-in-output-text': telling((body) => withReason(body, { Message: '', Arguments: JSON.stringify(OUTPUT) })),
    'no-reason': telling((body) => withReason(body, { Message: ' ', Arguments: '{}' })),
    // Errors of the business sit inside HTTP 200, with a number for a code.
    'error-in-200': passing((_truth, responder) => responder.ok({ Code: 500, Message: 'The system is busy.' })),
  },
  calls: [
    {
      action: 'GetExecuteOperationResult',
      version: '2021-09-31',
      method: 'POST',
      paramsIn: 'form',
      required: ['OperationId'],
      concerns: sameIds(['OperationId']),
      answer: ({ moments: [moment], params, responder, absent }) => {
        if (!moment?.word) return absent();
        const { result = '{}', reasonMessage = '' } = tells(moment);
        return responder.ok({
          Code: 200,
          Message: BLANK,
          Data: {
            OperationId: params.OperationId,
            Status: moment.word,
            Message: moment.phase === 'succeeded' ? LISTENERS : reasonMessage,
            Arguments: result,
          },
        });
      },
    },
  ],
};
