import { expect, it } from 'vitest';
import { runContract } from './contract.ts';
import { failed } from './events.ts';
import { ATTEMPT, prepared } from './stand-in.ts';

const contract = {
  type: 'sns',
  settings: {
    topic: 'arn:aws:sns:eu-west-1:123456789012:ops.fifo',
    endpoint: 'https://stand-in.example.com/sns/topic',
  },
  verdicts: {
    refused: 'retry: SNS answered without a MessageId',
    limited: 'retry: HTTP 400: SNS Throttling, slow',
    unknown: 'retry: HTTP 403: SNS SignatureDoesNotMatch',
  },
} as const;
runContract(contract);

it('gives programs the event and people a letter', () => {
  const { target, settings } = prepared(contract);
  const form = new URLSearchParams(target.request(failed, settings, ATTEMPT).body);
  expect(form.get('Subject')).toBe('aliyun-emr RESIZE_CLUSTER failed after 12 min 3 s');
  const message = JSON.parse(form.get('Message') ?? '');
  expect(JSON.parse(message.default)).toEqual({ id: ATTEMPT.id, ...failed });
  expect(message.email).toContain('OperationDenied.NoStock: The resource is out of stock');
  expect(form.get('MessageAttributes.entry.2.Value.StringValue')).toBe('failed');
  expect([form.get('MessageGroupId'), form.get('MessageDeduplicationId')]).toEqual(['w_sample', ATTEMPT.id]);
});

it('goes to the region of its topic', () => {
  const topic = 'arn:aws-cn:sns:cn-northwest-1:123456789012:ops';
  const { target, settings } = prepared({ type: 'sns', settings: { topic } });
  const { url, body = '' } = target.request(failed, settings, ATTEMPT);
  expect(url).toBe('https://sns.cn-northwest-1.amazonaws.com.cn/');
  expect(new URLSearchParams(body).has('MessageGroupId')).toBe(false);
});
