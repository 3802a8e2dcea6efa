import { describe, expect, test } from 'vitest';
import { newDelivery } from '../../lib/core/delivery.ts';
import { openLane } from '../../lib/core/lane.ts';
import { refused } from '../../lib/core/refusals.ts';
import { DEFAULT_GAP } from '../../lib/core/schedule.ts';
import { deliveryViews, pauseView, shownWithin, watchView } from '../../lib/core/view.ts';
import { newDeliveryItem, newWatchItem } from '../../lib/store/items.ts';
import { MINUTE, OPERATIONS, SECOND, T0, watchWith } from '../samples.ts';

const links = { watch: 'https://watch.example.com/watches/w_sample', console: 'https://console.example.com/' };
const policy = { graceMs: MINUTE, missesUntilLost: 3, gap: DEFAULT_GAP };
const view = (more: Parameters<typeof watchWith>[0], now = T0, lane = openLane) =>
  JSON.parse(JSON.stringify(watchView(watchWith(more), links, policy, lane, now)));

const refusedLane = (code: string, message: string) =>
  refused(openLane, { watches: ['w'], wasSound: true, isTrial: false, key: 'k', code, message }, T0).lane;

describe('a watch', () => {
  test('that is new shows what was asked for, and when it will be looked at', () => {
    expect(view({ labels: { team: 'data' } })).toEqual({
      id: 'w_sample',
      url: links.watch,
      console: links.console,
      provider: 'aliyun-emr',
      connection: 'aliyun',
      operation: OPERATIONS['aliyun-emr'],
      status: 'pending',
      over: false,
      labels: { team: 'data' },
      notify: ['chat'],
      submittedAt: '2026-01-05T08:00:00.000Z',
      deadline: '2026-01-06T08:00:00.000Z',
      looks: 0,
      nextLookAt: '2026-01-05T08:00:05.000Z',
      history: [{ at: '2026-01-05T08:00:00.000Z', status: 'pending' }],
    });
  });

  test('under way shows progress, trouble, the looks that were written down, and the next by the schedule', () => {
    const shown = view(
      {
        status: 'running',
        word: 'IN_PROGRESS',
        progress: { percent: 40 },
        trouble: { since: T0, code: 'timeout', message: 'no answer' },
        looks: 3,
        lookedAt: T0 + 15 * SECOND,
        nextLookAt: T0 + 20 * SECOND,
      },
      T0 + 60 * SECOND,
    );
    expect(shown).toMatchObject({
      status: 'running',
      providerStatus: 'IN_PROGRESS',
      progress: { percent: 40 },
      trouble: { since: '2026-01-05T08:00:00.000Z', code: 'timeout', message: 'no answer' },
      looks: 3,
      lookedAt: '2026-01-05T08:00:15.000Z',
    });
    expect(Date.parse(shown.nextLookAt)).toBeGreaterThan(T0 + 60 * SECOND);
  });

  test.each([
    ['has refused credentials', refusedLane('InvalidAccessKeyId', 'not found')],
    ['was asked to wait', { ...openLane, pausedUntil: T0 + MINUTE }],
  ])('whose connection %s shows no next look', (_, lane) => {
    expect(view({ nextLookAt: T0 + 5 * SECOND }, T0, lane)).not.toHaveProperty('nextLookAt');
  });

  test('that is blocked shows since when, why, and what to do', () => {
    const blocked = { since: T0, kind: 'not_allowed', code: 'Forbidden.RAM', message: 'not authorized' } as const;
    expect(view({ blocked }).blocked).toEqual({
      ...blocked,
      since: '2026-01-05T08:00:00.000Z',
      help: expect.stringContaining('Grant them the permission'),
    });
  });

  test('that is over shows when it ended, when we learned it, and why', () => {
    const shown = view({
      status: 'failed',
      word: 'FAILED',
      endedAt: T0 + 2 * MINUTE,
      facts: { endedAt: T0 + MINUTE, reasonCode: 'NoStock', reasonMessage: 'sold out', requestId: 'R-1' },
      looks: 9,
    });
    expect(shown).toMatchObject({
      over: true,
      endedAt: '2026-01-05T08:01:00.000Z',
      detectedAt: '2026-01-05T08:02:00.000Z',
      reason: { code: 'NoStock', message: 'sold out' },
      requestId: 'R-1',
      looks: 9,
    });
    expect(shown).not.toHaveProperty('nextLookAt');
  });

  test('never shows what is nobody else’s business', () => {
    expect(
      Object.keys(view({ tenant: 'team-a', memo: { failureBefore: 'x' }, owed: [{ event: 'failed', at: T0 }] })),
    ).not.toEqual(expect.arrayContaining(['tenant']));
    expect(JSON.stringify(view({ tenant: 'team-a', memo: { failureBefore: 'x' } }))).not.toMatch(
      /team-a|failureBefore/,
    );
  });
});

test('deliveries are shown with their attempts', () => {
  const event = { event: 'failed', at: T0 } as const;
  const one = newDelivery({ id: 'msg_1', tenant: 'default', target: 'chat', event }, T0);
  const two = newDelivery({ id: 'msg_2', tenant: 'default', target: 'ci', event }, T0);
  const attempt = {
    number: 1,
    at: T0,
    durationMs: 80,
    status: 500,
    verdict: 'retry: HTTP 500',
    nextAttemptAt: T0 + 5_000,
  };
  const items = [
    newWatchItem(watchWith(), T0),
    { pk: 'w_sample', sk: 'attempt#msg_1#001', version: 1, body: attempt },
    newDeliveryItem('w_sample', { ...one, attempts: 1, nextAttemptAt: T0 + 5_000 }, T0),
    newDeliveryItem('w_sample', { ...two, state: 'delivered', attempts: 1 }, T0),
  ];
  expect(deliveryViews(items)).toEqual([
    {
      id: 'msg_1',
      target: 'chat',
      event: 'operation.failed',
      state: 'waiting',
      attempts: 1,
      nextAttemptAt: '2026-01-05T08:00:05.000Z',
      log: [{ ...attempt, at: '2026-01-05T08:00:00.000Z', nextAttemptAt: '2026-01-05T08:00:05.000Z' }],
    },
    {
      id: 'msg_2',
      target: 'ci',
      event: 'operation.failed',
      state: 'delivered',
      attempts: 1,
      nextAttemptAt: undefined,
      log: [],
    },
  ]);
});

describe('a connection', () => {
  test('that is open shows nothing', () => {
    expect(pauseView(openLane, T0)).toBeUndefined();
  });

  test('that rests shows until when', () => {
    expect(pauseView({ ...openLane, pausedUntil: T0 + MINUTE }, T0)).toEqual({
      until: '2026-01-05T08:01:00.000Z',
      cause: 'paused',
      code: 'paused',
      message: 'no call is made before 2026-01-05T08:01:00.000Z',
    });
  });

  test('that the cloud wants slower shows the words of the cloud', () => {
    const slowed = { at: T0, code: 'Throttling.User', message: 'too often' };
    expect(pauseView({ ...openLane, pausedUntil: T0 + MINUTE, slowed }, T0)).toEqual({
      until: '2026-01-05T08:01:00.000Z',
      cause: 'paused',
      code: 'Throttling.User',
      message: 'too often',
    });
  });

  test('whose calls are all taken shows until when, and that of a moment is nothing', () => {
    expect(pauseView({ ...openLane, nextSlotAt: T0 + MINUTE }, T0)).toEqual({
      until: '2026-01-05T08:01:00.000Z',
      cause: 'full',
      code: 'lane_full',
      message: 'all calls that the connection may make are taken',
    });
    expect(pauseView({ ...openLane, nextSlotAt: T0 + 2 * SECOND }, T0)).toBeUndefined();
  });

  test('whose credentials opwatch cannot read says so', () => {
    expect(pauseView(refusedLane('secret_unreadable', 'no parameter'), T0)?.cause).toBe('no_secret');
  });

  test('whose credentials are refused shows why, also between two trials', () => {
    expect(pauseView(refusedLane('InvalidAccessKeyId', 'not found'), T0 + 10 * MINUTE)).toEqual({
      until: '2026-01-05T08:10:00.000Z',
      cause: 'refused',
      code: 'InvalidAccessKeyId',
      message: 'not found',
      refused: { since: '2026-01-05T08:00:00.000Z', code: 'InvalidAccessKeyId', message: 'not found' },
    });
  });
});

describe('an answer', () => {
  const LAMBDA = 6 * 1024 * 1024;
  /** Text that JSON within JSON makes four times as long. */
  const ANSWER = '"\\'.repeat(512);
  type View = ReturnType<typeof deliveryViews>[number];
  const delivery = (n: number, state: View['state'], attempts: number, answer = ANSWER): View => ({
    id: `msg_${n}`,
    target: `https://host-${n}.example.com/a/long/address/of/a/callback`,
    event: 'operation.failed',
    state,
    attempts,
    nextAttemptAt: undefined,
    waitingFor: undefined,
    dismissedAt: undefined,
    log: Array.from({ length: attempts }, (_, i) => ({
      number: i + 1,
      at: '2026-01-05T08:00:00.000Z',
      durationMs: 12,
      status: 500,
      verdict: 'retry: HTTP 500',
      answer,
      nextAttemptAt: undefined,
    })),
  });
  const many = (count: number, attempts: number, state: View['state'] = 'parked', answer?: string) =>
    Array.from({ length: count }, (_, i) => delivery(i, state, attempts, answer));
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

  test('with room for everything leaves nothing out', () => {
    const deliveries = many(3, 10);
    expect(shownWithin(deliveries)).toEqual({ deliveries });
  });

  test.each([
    ['fifty targets of thirty attempts', many(50, 30), 50, 30, 'answers to all attempts but the last'],
    ['a thousand deliveries of thirty attempts', many(1_000, 30), 1_000, 1, 'all attempts but the last'],
    ['deliveries without end', many(20_000, 2, 'delivered'), undefined, 1, /all attempts .* and \d+ deliveries/],
  ])(
    'about %s stays below what Lambda lets through, and says what it leaves out',
    (_, given, count, attempts, says) => {
      expect(bytes(given)).toBeGreaterThan(LAMBDA);
      const { deliveries, leftOut } = shownWithin(given);
      expect(bytes(deliveries)).toBeLessThan(LAMBDA - 500_000);
      expect(leftOut).toMatch(says);
      if (count !== undefined) expect(deliveries).toHaveLength(count);
      expect(deliveries.length).toBeGreaterThan(500 / 50);
      for (const { log } of deliveries) {
        expect(log).toHaveLength(attempts);
        expect(log.at(-1)?.answer).toBe(ANSWER);
      }
    },
  );

  test('keeps what is parked or waits before what got through', () => {
    const deliveries = [...many(6_000, 1, 'delivered'), delivery(7_000, 'parked', 1), delivery(7_001, 'waiting', 1)];
    const shown = shownWithin(deliveries).deliveries;
    expect(shown.length).toBeLessThan(6_000);
    expect(shown.filter(({ state }) => state !== 'delivered').map(({ id }) => id)).toEqual(['msg_7000', 'msg_7001']);
  });
});
