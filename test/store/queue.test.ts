import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { queueFor, queueOf, readWakeUp, writeWakeUp } from '../../lib/store/queue.ts';

const wakeUp = { pk: 'w_abc', sk: 'watch', ticket: 3 };

describe('the wire format', () => {
  test('is this, byte for byte: messages written by one version are read by the next [F21]', () => {
    expect(writeWakeUp(wakeUp)).toBe('{"v":1,"pk":"w_abc","sk":"watch","ticket":3}');
    expect(readWakeUp('{"v":1,"pk":"w_abc","sk":"watch","ticket":3}')).toEqual({ wakeUp: { v: 1, ...wakeUp } });
  });

  test('carries nothing but key and ticket', () => {
    const more = { ...wakeUp, body: 'secret', url: 'https://hooks.example.com' };
    expect(writeWakeUp(more)).toBe(writeWakeUp(wakeUp));
  });

  test('reads what it wrote', () => {
    const key = fc.string({ minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(fc.record({ pk: key, sk: key, ticket: fc.nat() }), (each) => {
        expect(readWakeUp(writeWakeUp(each))).toMatchObject({ wakeUp: each });
      }),
    );
  });
});

describe('a message nobody can read', () => {
  test.each([
    ['', /^not JSON$/],
    ['{"v":1,', /^not JSON$/],
    ['null', /Object/],
    ['[]', /^v: .*; pk: .*; sk: .*; ticket: /],
    ['"w_abc"', /Object/],
    ['{}', /^v: /],
    ['{"v":0,"pk":"w","sk":"watch","ticket":1}', /^v: /],
    ['{"v":"1","pk":"w","sk":"watch","ticket":1}', /^v: /],
    ['{"v":1.5,"pk":"w","sk":"watch","ticket":1}', /^v: /],
    ['{"v":1,"sk":"watch","ticket":1}', /^pk: /],
    ['{"v":1,"pk":7,"sk":"watch","ticket":1}', /^pk: /],
    ['{"v":1,"pk":"w","sk":"watch","ticket":-1}', /^ticket: /],
    ['{"v":1,"pk":"w","sk":"watch","ticket":1.5}', /^ticket: /],
    ['{"v":1,"pk":"w","sk":"watch","ticket":1,"url":"x"}', /^url: /],
    [`{"v":1,"pk":"${'w'.repeat(257)}","sk":"watch","ticket":1}`, /^pk: /],
  ])('%j says why', (body, reason) => {
    expect(readWakeUp(body)).toEqual({ malformed: expect.stringMatching(reason) });
  });

  test('says everything that is wrong', () => {
    expect(readWakeUp('{"v":1,"pk":7}')).toEqual({ malformed: expect.stringMatching(/pk: .*; sk: .*; ticket: /) });
  });

  test('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => Object.keys(readWakeUp(body)).length === 1));
  });
});

test('a message of a later version is told from a malformed one [F21]', () => {
  expect(readWakeUp('{"v":2,"key":"w_abc"}')).toEqual({ newer: 2 });
});

describe('several queues', () => {
  const urls = ['https://sqs/1/poll-a', 'https://sqs/1/poll-b', 'https://sqs/1/poll-c'];

  test('share the items, each item always going to the same [F20]', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 3_000; i += 1) {
      const url = queueFor(urls, `w_${i}`);
      expect(queueFor(urls, `w_${i}`)).toBe(url);
      counts.set(url, (counts.get(url) ?? 0) + 1);
    }
    for (const url of urls) expect(counts.get(url)).toBeGreaterThan(800);
  });

  test('none at all is said', () => {
    expect(() => queueFor([], 'w_1')).toThrow('no queue is configured');
  });

  test('a record is traced to the queue it came from', () => {
    expect(queueOf({ eventSourceARN: 'arn:aws:sqs:us-east-1:1:poll-b' }, urls)).toBe('https://sqs/1/poll-b');
    expect(() => queueOf({ eventSourceARN: 'arn:aws:sqs:us-east-1:1:other' }, [])).toThrow('no queue is configured');
  });

  test.each([1, 3])(
    'a record of a queue that is being taken away is traced to it, and to none of the %i others',
    (count) => {
      const record = { eventSourceARN: 'arn:aws:sqs:us-east-1:1:poll-d' };
      expect(queueOf(record, urls.slice(0, count))).toBe('https://sqs/1/poll-d');
    },
  );
});
