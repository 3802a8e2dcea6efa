/** Whatever the order of attempts, the last thing that a target holds is the final state. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventType } from '../lib/core/event.ts';
import type { HttpAnswer, HttpRequest } from '../lib/net/http.ts';
import { WORDS } from '../lib/targets/kit/words.ts';
import { casesAmong } from './helpers/cases.ts';
import { MINUTE, SECOND } from './samples.ts';
import { type Course, type Sight, type Telling, type Trouble, tellAll } from './world/notifiers.ts';
import { configWith } from './world/settings.ts';

const config = configWith({
  targets: {
    incident: { type: 'pagerduty', routingKey: 'env:CHANNEL_TOKEN' },
    commit: { type: 'github-status', repository: 'acme/infra', token: 'env:CHANNEL_TOKEN' },
    slack: { type: 'slack-bot', token: 'env:CHANNEL_TOKEN', channel: 'C0123ABCD', progress: true },
    discord: { type: 'discord', url: 'https://discord.example.com/api/webhooks/1/token', progress: true },
    telegram: { type: 'telegram', token: 'env:CHANNEL_TOKEN', chat: -100, progress: true },
    webhook: { type: 'webhook', url: 'https://ci.example.com/opwatch', secrets: 'env:SIGNING' },
  },
  tenants: { default: {} },
  defaults: { notify: [] },
});

const HOLDERS = ['incident', 'commit', 'slack', 'discord', 'telegram'] as const;

/** What each service answers to a good request. */
const SAYS: Readonly<Record<string, object>> = {
  incident: { status: 'success' },
  commit: { state: 'pending' },
  slack: { ok: true, channel: 'C0123ABCD', ts: '17.01' },
  discord: { id: '123456789012345678' },
  telegram: { ok: true, result: { message_id: 7 } },
  webhook: {},
};

const answerOf =
  (name: string) =>
  (_: HttpRequest): HttpAnswer => ({
    status: name === 'commit' ? 201 : 200,
    headers: {},
    body: JSON.stringify(SAYS[name]),
    cut: false,
  });

const play = (course: Course, name: string): Promise<Telling> => tellAll(course, config, [name], answerOf(name));

/** Whether a request shows how the watch has ended. */
const showsEnd = (request: HttpRequest | undefined, { watch }: Telling): boolean =>
  request?.body?.includes(WORDS.en.status[watch.status]) ?? false;

const inOrder = ({ arrivals }: Telling) => arrivals.toSorted((a, b) => a.at - b.at);

const looks = fc
  .tuple(
    fc.array(
      fc.record({
        afterMs: fc.integer({ min: SECOND, max: 8 * MINUTE }),
        sight: fc.constantFrom<Sight>('running', 'more', 'attention', 'attention', 'refused', 'refused'),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    fc.record({
      afterMs: fc.integer({ min: SECOND, max: 8 * MINUTE }),
      sight: fc.constantFrom<Sight>('succeeded', 'failed'),
    }),
  )
  .map(([before, end]) => [...before, end]);

const resends = fc.array(fc.integer({ min: 0, max: 3 * 60 * MINUTE }), { maxLength: 3 });

const refusal: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constant('answers' as const),
  status: fc.constantFrom(429 as const, 500 as const, 503 as const),
});

/** Shorter than opwatch allows for. */
const arrivesAfterMs = fc.integer({ min: SECOND, max: 80 * SECOND });
const silence: fc.Arbitrary<Trouble> = fc.record(
  { kind: fc.constantFrom('gateway' as const, 'hangs' as const), arrivesAfterMs },
  { requiredKeys: ['kind'] },
);

const refused: fc.Arbitrary<Course> = fc.record({
  seed: fc.nat(),
  looks,
  troubles: fc.array(fc.array(refusal, { maxLength: 9 }), { maxLength: 9 }),
  resends,
  kills: fc.constant([]),
  stalls: fc.constant([]),
});

const broken: fc.Arbitrary<Course> = fc.record({
  seed: fc.nat(),
  looks,
  troubles: fc.array(fc.array(fc.oneof(refusal, silence), { maxLength: 4 }), { maxLength: 9 }),
  resends,
  kills: fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 3 }),
  stalls: fc.array(
    fc.record({ call: fc.integer({ min: 1, max: 120 }), ms: fc.integer({ min: SECOND, max: 20 * SECOND }) }),
    {
      maxLength: 2,
    },
  ),
});

/** Every case plays a whole life: the properties and their targets share the cases beyond 2,000. */
const cases = { numRuns: casesAmong(3 * HOLDERS.length) };

describe('the last thing that a target holds is the final state', () => {
  test('however often each event is refused, and whenever somebody sends it again [F52]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...HOLDERS), refused, async (name, course) => {
        const told = await play(course, name);
        expect(showsEnd(inOrder(told).at(-1)?.request, told)).toBe(true);
        expect(told.mostAtOnce).toBe(1);
        expect(told.deliveries.filter(({ state }) => state === 'waiting' || state === 'parked')).toEqual([]);
      }),
      cases,
    );
  });

  test('though requests arrive late, gateways give up, and notifiers stand still or are killed [F52]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...HOLDERS), broken, async (name, course) => {
        const told = await play(course, name);
        expect(showsEnd(inOrder(told).at(-1)?.request, told)).toBe(true);
        expect(told.deliveries.filter(({ state }) => state === 'waiting')).toEqual([]);
      }),
      cases,
    );
  });
});

describe.each(['incident', 'commit'] as const)('an attention that the %s refuses twice', (name) => {
  const REFUSED: Trouble = { kind: 'answers', status: 503 };
  const course: Course = {
    seed: 1,
    looks: [
      { afterMs: SECOND, sight: 'attention' },
      { afterMs: 108 * SECOND, sight: 'succeeded' },
    ],
    troubles: [[REFUSED, REFUSED]],
    resends: [],
    kills: [],
    stalls: [],
  };

  test.each([
    ['by itself', []],
    ['though somebody sends it again', [10 * MINUTE]],
  ])('is not told after the success: %s', async (_, resends) => {
    const told = await play({ ...course, resends }, name);
    expect(told.arrivals.map(({ request }) => showsEnd(request, told))).toEqual([true, ...resends.map(() => true)]);
    expect(told.deliveries.map(({ event, state }) => [event.event, state])).toEqual([
      ['attention', 'overtaken'],
      ['succeeded', 'delivered'],
    ]);
  });

  test('whose request arrives after the success has the success told once more', async () => {
    const late: Trouble = { kind: 'gateway', arrivesAfterMs: 60 * SECOND };
    const looks: Course['looks'] = [
      { afterMs: SECOND, sight: 'attention' },
      { afterMs: 20 * SECOND, sight: 'succeeded' },
    ];
    const told = await play({ ...course, looks, troubles: [[late, REFUSED]] }, name);
    expect(inOrder(told).map(({ request }) => showsEnd(request, told))).toEqual([true, false, true]);
    expect(told.deliveries.map(({ state }) => state)).toEqual(['overtaken', 'delivered']);
  });
});

describe('an incident that is told no end but failures', () => {
  const ALL = { 'on attention': 'operation.attention', 'when blocked': 'operation.blocked' } as const;
  const REFUSED: Trouble = { kind: 'answers', status: 503 };
  const some = (...events: readonly EventType[]) =>
    configWith({
      targets: { incident: { type: 'pagerduty', routingKey: 'env:CHANNEL_TOKEN', events: [...events] } },
      tenants: { default: {} },
      defaults: { notify: [] },
    });
  const play = (sights: readonly Sight[], ...events: readonly EventType[]) => {
    const looks = sights.map((sight) => ({ afterMs: 90 * SECOND, sight }));
    const course: Course = { seed: 1, looks, troubles: [[], [REFUSED]], resends: [], kills: [], stalls: [] };
    return tellAll(course, some(...events, 'operation.failed'), ['incident'], answerOf('incident'));
  };

  test.each<[keyof typeof ALL, Sight]>([
    ['on attention', 'attention'],
    ['when blocked', 'refused'],
  ])('is resolved by a success where it was opened %s', async (what, sight) => {
    const told = await play(['running', sight, sight, sight, sight, 'succeeded'], ALL[what]);
    const actions = inOrder(told).map(({ request }) => JSON.parse(request.body ?? '').event_action);
    expect([actions[0], actions.at(-1)]).toEqual(['trigger', 'resolve']);
  });

  test('is resolved when the operation goes on', async () => {
    const told = await play(['attention', 'running', 'failed'], 'operation.attention');
    expect(told.deliveries.map(({ event }) => event.event)).toEqual(['attention', 'resumed', 'failed']);
  });

  test.each<[Sight]>([['attention'], ['running']])(
    'hears nothing of a success where it was told nothing: %s',
    async (s) => {
      const told = await play([s, 'succeeded']);
      expect(told.deliveries).toEqual([]);
    },
  );
});

test('a target that keeps every message is sent nothing of an earlier state once its watch is over', async () => {
  await fc.assert(
    fc.asyncProperty(refused, async (course) => {
      const told = await play(course, 'webhook');
      const late = told.arrivals.filter(({ sentAt }) => sentAt > told.endedAt + SECOND);
      expect(late.filter(({ request }) => !showsEnd(request, told)).length).toBe(0);
      expect(told.deliveries.filter(({ state }) => state === 'waiting' || state === 'parked')).toEqual([]);
    }),
    cases,
  );
});
