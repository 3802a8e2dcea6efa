import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed } from './events.ts';
import { ATTEMPT, prepared } from './stand-in.ts';

const contract = {
  type: 'eventbridge',
  settings: { region: 'eu-west-1', bus: 'ops', endpoint: 'https://stand-in.example.com/eventbridge/bus' },
  verdicts: {
    refused: 'retry: EventBridge InternalFailure: Internal failure',
    limited: 'retry: HTTP 400: EventBridge ThrottlingException: Rate exceeded, slow',
    unknown: 'retry: HTTP 400: EventBridge InvalidSignatureException: the signature does not match',
  },
  rows: [
    [
      'an entry that was throttled',
      { body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] } },
      'retry: EventBridge ThrottlingException, slow',
    ],
    ['no count', { body: { Entries: [{ EventId: '1' }] } }, 'retry: EventBridge did not say what became of the event'],
  ],
} as const;
runContract(contract);

it('puts the event on its bus', () => {
  const { target, settings } = prepared(contract);
  const { headers, body = '' } = target.request(failed, settings, ATTEMPT);
  expect(headers).toMatchObject({
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AWSEvents.PutEvents',
  });
  const { Entries } = JSON.parse(body);
  expect(Entries).toEqual([
    {
      Source: 'opwatch',
      DetailType: 'operation.failed',
      Detail: JSON.stringify({ id: ATTEMPT.id, ...failed.data }),
      EventBusName: 'ops',
      Time: Date.parse(failed.timestamp) / 1_000,
    },
  ]);
});

it.each([
  ['eu-west-1', 'https://events.eu-west-1.amazonaws.com/'],
  ['cn-north-1', 'https://events.cn-north-1.amazonaws.com.cn/'],
])('finds the service of %s', (region, url) => {
  const { target, settings } = prepared({ type: 'eventbridge', settings: { region } });
  expect(target.request(failed, settings, ATTEMPT).url).toBe(url);
});
