import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lookPolicyOf } from '../../lib/config/look-policy.ts';
import { decide } from '../../lib/core/decide.ts';
import { eventOf, type Links, progressOf } from '../../lib/core/event.ts';
import type { Observation } from '../../lib/core/observation.ts';
import { stop, type Watch } from '../../lib/core/watch.ts';
import { linksOf } from '../../lib/deliver/links.ts';
import { checkSubmission } from '../../lib/submit/submission.ts';
import { anyText } from '../helpers/any-text.ts';
import { announced, MINUTE, OPERATIONS, T0, watchWith } from '../samples.ts';
import { configWith } from '../world/settings.ts';
import { ENV } from '../world/world.ts';

const links: Links = {
  watch: 'https://watch.example.com/watches/w_sample',
  console: 'https://emr.console.example.com/',
};
const policy = lookPolicyOf(watchWith(), configWith());

const look = (watch: Watch, observation: Observation, now = T0 + MINUTE): Watch =>
  decide(watch, observation, now, policy);

describe('the event of an operation that failed', () => {
  const watch = look(watchWith({ labels: { team: 'data' } }), {
    kind: 'seen',
    status: 'failed',
    word: 'FAILED',
    known: true,
    progress: { done: 3, total: 4 },
    facts: {
      operationType: 'CREATE_CLUSTER',
      startedAt: T0 - MINUTE,
      endedAt: T0 + 50_000,
      reasonCode: 'NoStock',
      reasonMessage: 'The stock is not enough.',
      requestId: 'R-1',
    },
  });
  const [debt] = watch.owed;

  test('says all there is to say, in ISO time and the words of the cloud', () => {
    expect(debt && eventOf(watch, announced(debt), links)).toEqual({
      type: 'operation.failed',
      timestamp: '2026-01-05T08:01:00.000Z',
      data: {
        version: 1,
        watch: {
          id: 'w_sample',
          url: 'https://watch.example.com/watches/w_sample',
          submittedAt: '2026-01-05T08:00:00.000Z',
          deadline: '2026-01-06T08:00:00.000Z',
          labels: { team: 'data' },
        },
        provider: 'aliyun-emr',
        connection: 'aliyun',
        operation: OPERATIONS['aliyun-emr'],
        operationType: 'CREATE_CLUSTER',
        console: 'https://emr.console.example.com/',
        status: 'failed',
        providerStatus: 'FAILED',
        progress: { done: 3, total: 4 },
        startedAt: '2026-01-05T07:59:00.000Z',
        endedAt: '2026-01-05T08:00:50.000Z',
        reason: { code: 'NoStock', message: 'The stock is not enough.' },
        requestId: 'R-1',
      },
    });
  });

  test('is the same whenever it is built', () => {
    const later = { ...watch, notify: ['chat', 'ci'], owed: [], looks: 99 };
    expect(debt && eventOf(later, announced(debt), links)).toEqual(debt && eventOf(watch, announced(debt), links));
  });
});

test('the event of one that waits for a person tells that, though it has ended meanwhile', () => {
  const waiting = look(watchWith(), { kind: 'seen', status: 'attention', word: 'HUMAN_PROCESSING', known: true });
  const ended = look(
    waiting,
    { kind: 'seen', status: 'succeeded', word: 'COMPLETED', known: true, facts: { endedAt: T0, result: 'done' } },
    T0 + 2 * MINUTE,
  );
  const [attention] = ended.owed;
  const event = attention && eventOf(ended, announced(attention), links);
  expect(event).toMatchObject({
    type: 'operation.attention',
    data: { status: 'attention', providerStatus: 'HUMAN_PROCESSING' },
  });
  expect(event?.data).not.toHaveProperty('endedAt');
  expect(event?.data).not.toHaveProperty('result');
});

test('an end that is not the word of the cloud carries a note, and no reason', () => {
  const watch = stop(watchWith(), T0);
  const event = watch.owed[0] && eventOf(watch, announced(watch.owed[0]), links);
  expect(event).toMatchObject({ type: 'operation.stopped', data: { note: 'Stopped on request.' } });
  expect(event?.data).not.toHaveProperty('reason');
  expect(event?.data).not.toHaveProperty('providerStatus');
});

describe('its size', () => {
  const text = fc.oneof(
    anyText({ maxLength: 20 }),
    fc.constantFrom('"'.repeat(2_000), '界'.repeat(2_000), '\n\\"'.repeat(900)),
  );
  const facts = fc.record({
    operationType: text,
    reasonCode: text,
    reasonMessage: text,
    result: text,
    error: text,
    requestId: text,
  });

  /** As large as a submission may be. */
  const large = watchWith({
    operation: { RegionId: 'r'.repeat(40), ClusterId: '界'.repeat(256), OperationId: '界'.repeat(256) },
    labels: Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`${'n'.repeat(30)}${i}`, '"'.repeat(125)])),
  });
  test('is tried with a submission as large as any', () => {
    const input = { provider: large.provider, operation: large.operation, labels: large.labels };
    expect(checkSubmission(input, { config: configWith(), tenant: 'default', now: T0 })).toHaveProperty('submission');
    expect(JSON.stringify(large.labels).length).toBeGreaterThan(4_000);
  });

  const bytes = (watch: Watch): number =>
    Math.max(
      ...watch.owed.map((debt) =>
        Buffer.byteLength(JSON.stringify(eventOf(watch, announced(debt), linksOf(watch, { env: ENV })))),
      ),
    );

  test('stays below 20 kB whatever the cloud sent [S9]', () => {
    fc.assert(
      fc.property(facts, text, fc.boolean(), (sent, word, isLarge) => {
        const watch = look(isLarge ? large : watchWith(), {
          kind: 'seen',
          status: 'failed',
          word,
          known: true,
          facts: sent,
        });
        expect(bytes(watch)).toBeLessThan(20_000);
      }),
    );
  });

  test('stays below 20 kB when all of it ended in trouble', () => {
    const long = '"'.repeat(2_000);
    const seen = look(large, {
      kind: 'seen',
      status: 'running',
      word: long,
      known: false,
      facts: { operationType: long, reasonCode: long, reasonMessage: long, result: long, error: long, requestId: long },
    });
    expect(bytes(look(seen, { kind: 'absent', shows: long, forgotten: true }))).toBeLessThan(20_000);
  });
});

test('how far something has got is told as it is now, and nothing that belongs to an end', () => {
  const running = look(watchWith(), {
    kind: 'seen',
    status: 'running',
    word: 'IN_PROGRESS',
    known: true,
    progress: { done: 1, total: 4 },
    facts: { startedAt: T0 - MINUTE, requestId: 'R-1' },
  });
  expect(progressOf(running, T0 + 2 * MINUTE, links)).toMatchObject({
    type: 'operation.progress',
    timestamp: '2026-01-05T08:02:00.000Z',
    data: { status: 'running', providerStatus: 'IN_PROGRESS', progress: { done: 1, total: 4 } },
  });
  expect(progressOf(running, T0, links).data).not.toHaveProperty('requestId');
});
