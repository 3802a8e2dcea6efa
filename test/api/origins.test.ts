/** Origins of callbacks that are disabled, by their tenant or by opwatch: what goes there waits, and is woken or parked. */
import { describe, expect, test } from 'vitest';
import { isFailing, type Tally, tallied, untried } from '../../lib/core/origin.ts';
import { lastAttemptAt } from '../../lib/core/schedule.ts';
import type { TargetLimiter } from '../../lib/core/target-limiter.ts';
import { sweep } from '../../lib/sweep/sweep.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../samples.ts';
import type { Faults } from '../world/process.ts';
import { deliveriesOf, logged, once, pass, submitted } from '../world/scenes.ts';
import { configWith, operatorsCalled } from '../world/settings.ts';
import { createWorld, NOTIFY_QUEUE, type World, type WorldOptions } from '../world/world.ts';
import { ask as askApi } from './ask.ts';

const NOW = Date.UTC(2026, 0, 5);

describe('an origin', () => {
  const ok = { succeeded: true, failed: 0 };
  const bad = (failed: number) => ({ succeeded: false, failed, reason: 'HTTP 500' });
  test.each<[string, boolean, readonly (readonly [number, typeof ok])[]]>([
    ['five failures within a day', true, [0, 5 * SECOND, 5 * MINUTE, HOUR, 23 * HOUR].map((at) => [at, bad(1)])],
    ['four', false, [0, 1, 2, 3].map((at) => [at * HOUR, bad(1)])],
    ['five of one batch', true, [[0, bad(5)]]],
    ['five, of which a day covers four', false, [0, 21, 22, 23, 24].map((at) => [at * HOUR, bad(1)])],
    [
      'five after a success of the same day',
      false,
      [[0, ok], ...[1, 2, 3, 4, 5].map((at) => [at * HOUR, bad(1)] as const)],
    ],
    [
      'five after a success of the day before',
      true,
      [[0, ok], ...[20, 21, 22, 23, 24].map((at) => [at * HOUR, bad(1)] as const)],
    ],
    ['five and a success together', false, [[0, { ...bad(5), succeeded: true }]]],
    [
      'times of a clock that is days ahead',
      false,
      [
        [3 * DAY, bad(4)],
        [0, bad(1)],
      ],
    ],
    [
      'a success by a clock that is days ahead',
      true,
      [
        [3 * DAY, ok],
        [0, bad(5)],
      ],
    ],
  ])('after %s: disabled %s', (_, failing, batches) => {
    const end = batches.reduce<Tally>((tally, [at, attempts]) => tallied(tally, attempts, NOW + at), untried);
    expect(isFailing(end)).toBe(failing);
  });
});

const HOOK = 'https://builds.example.com/done';
const ORIGIN = 'https://builds.example.com';
const TURN = { pk: `turn#default ${ORIGIN}`, sk: 'turn' };

const ask = async (world: World, routeKey: string, body: unknown, lambda: Record<string, string> = {}) => {
  const { status, body: answered } = await askApi(world, routeKey, { body, lambda });
  return { status, body: answered as Record<string, unknown> };
};

type Options = Omit<WorldOptions, 'reply'>;

/** A world in which callbacks of that origin fail until it is `well`. */
const failing = (options: Options = {}) => {
  let isWell = false;
  const world = createWorld({
    config: configWith(operatorsCalled('operators')),
    ...options,
    reply: (url) => (url.startsWith(ORIGIN) && !isWell ? 'broken' : undefined),
  });
  world.start();
  const heal = () => {
    isWell = true;
  };
  return { world, heal };
};

let operations = 0;
/** A watch that has just ended, whose end is owed to a callback. */
const ended = (world: World, { tenant = 'default', to = HOOK } = {}) => {
  operations += 1;
  return submitted(world, { tenant, notify: [to], operation: { OperationId: `op-${operations}` }, endsAfter: 0 });
};

const turnOf = (world: World, key = TURN) => world.table.get([key])[0]?.body as TargetLimiter | undefined;
const toldAt = (world: World, url = HOOK) =>
  world.receivers.received.filter((each) => each.url === url && !each.event.type.startsWith('operator.'));
const noticesIn = (world: World) =>
  world.receivers.received.filter(({ event }) => event.type === 'operator.origin_disabled');
const statesOf = (world: World, ids: readonly string[]) =>
  ids.flatMap((id) => deliveriesOf(world, id).map(({ body }) => body.state));
const gauge = async (world: World) => {
  await world.call('sweep', (runtime) => sweep(runtime, () => true));
  return Number(logged(world, 'standing troubles').at(-1)?.disabled);
};

describe('an origin that has only failed', () => {
  test('is disabled after five attempts: no more are made, nothing of it is in a queue, and a gauge shows it [F54]', async () => {
    const { world } = failing();
    const first = await ended(world);
    await pass(world, 3 * HOUR);
    expect(toldAt(world)).toHaveLength(5);
    expect(turnOf(world)?.disabled?.reason).toMatch(/at least five attempts failed.*500/);
    const more = [first, await ended(world), await ended(world)];
    await pass(world, DAY);
    expect(toldAt(world)).toHaveLength(5);
    expect(world.sqs.messages(NOTIFY_QUEUE)).toEqual([]);
    expect(statesOf(world, more)).toEqual(['waiting', 'waiting', 'waiting']);
    for (const id of more) {
      expect(deliveriesOf(world, id)[0]).toMatchObject({ isAsleep: true, body: { waitingFor: { cause: 'disabled' } } });
    }
    expect(await gauge(world)).toBe(1);
  });

  test('and its tenant is told once: by its own targets, else the operators are', async () => {
    const { world } = failing();
    await ended(world);
    await ended(world, { tenant: 'other' });
    await pass(world, 3 * HOUR);
    await ended(world);
    await ended(world, { tenant: 'other' });
    await pass(world, HOUR);
    const told = noticesIn(world).map(({ url, event }) => [
      new URL(url).host,
      (event.data as { tenant?: string }).tenant,
    ]);
    expect(told.toSorted()).toEqual([
      ['ci.example.com', 'other'],
      ['operators.example.com', 'default'],
    ]);
  });

  test('and is told by the usual targets where it has none of its own, and there are no operators', async () => {
    const { world } = failing({ config: configWith() });
    await ended(world);
    await pass(world, 3 * HOUR);
    expect(noticesIn(world).map(({ url }) => new URL(url).host)).toEqual(['chat.example.com']);
  });

  test('wakes everything at once when somebody enables it: what sleeps for its own time, too', async () => {
    const { world, heal } = failing();
    const ids = [await ended(world)];
    await pass(world, 3 * HOUR);
    // The first sleeps until its sixth attempt, the others until the origin is enabled.
    for (let i = 0; i < 3; i += 1) ids.push(await ended(world));
    await pass(world, HOUR);
    heal();
    const answer = await ask(world, 'POST /origins/enable', { origin: ORIGIN });
    expect(answer).toEqual({ status: 200, body: { origin: ORIGIN, disabled: false, woken: 4 } });
    await pass(world, 10 * SECOND);
    expect(statesOf(world, ids)).toEqual(['delivered', 'delivered', 'delivered', 'delivered']);
    expect(
      new Set(
        toldAt(world)
          .filter(({ isTaken }) => isTaken)
          .map(({ id }) => id),
      ).size,
    ).toBe(4);
    await pass(world, 2 * HOUR);
    expect(await gauge(world)).toBe(0);
  });

  test('and is enabled, but fails on: five more attempts disable it again, and each waits its own time', async () => {
    const { world } = failing();
    const id = await ended(world);
    await pass(world, 3 * HOUR);
    await ask(world, 'POST /origins/enable', { origin: ORIGIN });
    await pass(world, HOUR);
    // One attempt at once, the next of the same delivery in ten hours: the sweep does not wake it every minute.
    expect(toldAt(world)).toHaveLength(6);
    expect(turnOf(world)?.disabled).toBeUndefined();
    for (let i = 0; i < 4; i += 1) await ended(world);
    await pass(world, 10 * SECOND);
    expect(turnOf(world)?.disabled).toBeDefined();
    expect(statesOf(world, [id])).toEqual(['waiting']);
    await pass(world, 5 * MINUTE);
    expect(noticesIn(world)).toHaveLength(2);
  });

  test('and is never enabled: its deliveries are parked at their usual end, with an alarm', async () => {
    const { world } = failing();
    const at = world.timeline.now();
    const first = await ended(world);
    await pass(world, 4 * HOUR);
    const later = world.timeline.now();
    const second = await ended(world);
    const end = lastAttemptAt(0, 0);
    expect(end).toBeGreaterThan(75 * HOUR);
    await pass(world, later + end - world.timeline.now() - MINUTE);
    expect(statesOf(world, [first, second])).toEqual(['parked', 'waiting']);
    await pass(world, 4 * MINUTE);
    expect(statesOf(world, [second])).toEqual(['parked']);
    const [delivery] = deliveriesOf(world, second);
    expect(delivery?.body).toMatchObject({ attempts: 0, last: { verdict: expect.stringContaining('disabled') } });
    expect(world.timeline.now() - at).toBeLessThan(4 * DAY);
    await world.call('sweep', (runtime) => sweep(runtime, () => true));
    expect(logged(world, 'standing troubles').at(-1)).toMatchObject({ parked: 2, disabled: 1 });
  });

  test('is not disabled where one attempt of the day succeeded, nor for what opwatch itself could not send', async () => {
    const { world, heal } = failing();
    heal();
    await ended(world);
    await pass(world, MINUTE);
    const unreadable = failing({ config: configWith({ tenants: { default: { signing: 'env:NOT_THERE' } } }) });
    const id = await ended(unreadable.world);
    await pass(unreadable.world, 3 * HOUR);
    expect(deliveriesOf(unreadable.world, id)[0]?.body.attempts).toBeGreaterThanOrEqual(5);
    expect(turnOf(unreadable.world)?.disabled).toBeUndefined();
    expect(turnOf(world)?.tally?.succeededAt).toBeDefined();
  });
});

test('an origin that a function has enabled whose clock is hours ahead lets each delivery wait its own time [F27]', async () => {
  const { world } = failing();
  await ended(world);
  await pass(world, HOUR);
  const tried = toldAt(world).length;
  await ask(world, 'POST /origins/disable', { origin: ORIGIN });
  await ask(world, 'POST /origins/enable', { origin: ORIGIN });
  const [turn] = world.table.get([TURN]);
  if (!turn) throw new Error('no turn');
  const body = { ...(turn.body as TargetLimiter), enabledAt: world.timeline.now() + 5 * HOUR };
  world.table.replace({ ...turn, version: turn.version + 1, body });
  await pass(world, MINUTE);
  for (let i = 0; i < 5; i += 1) {
    await world.call('sweep', (runtime) => sweep(runtime, () => true));
    await pass(world, 10 * SECOND);
  }
  // Woken by the enabling, and tried once.
  expect(toldAt(world)).toHaveLength(tried + 1);
});

describe('a tenant', () => {
  test('disables an origin: nothing is sent there, other origins and other tenants are told, and enabling wakes all', async () => {
    const { world, heal } = failing();
    heal();
    expect(await ask(world, 'POST /origins/disable', { origin: ORIGIN })).toEqual({
      status: 200,
      body: { origin: ORIGIN, disabled: true },
    });
    const ids = [await ended(world), await ended(world)];
    const others = [await ended(world, { tenant: 'other' }), await ended(world, { to: 'https://ops.example.com/' })];
    await pass(world, HOUR);
    expect(statesOf(world, ids)).toEqual(['waiting', 'waiting']);
    expect(statesOf(world, others)).toEqual(['delivered', 'delivered']);
    expect(await gauge(world)).toBe(1);
    // Who asked for it need not be told.
    expect(noticesIn(world)).toEqual([]);
    await ask(world, 'POST /origins/enable', { origin: ORIGIN });
    await pass(world, 10 * SECOND);
    expect(statesOf(world, ids)).toEqual(['delivered', 'delivered']);
    expect(logged(world, 'origin disabled')).toMatchObject([{ origin: ORIGIN, tenant: 'default', by: 'token abc' }]);
    expect(logged(world, 'origin enabled')).toMatchObject([{ origin: ORIGIN, woken: 2, by: 'token abc' }]);
  });

  test('sends a delivery again while its origin is disabled: it waits with the others', async () => {
    const { world, heal } = failing();
    const id = await ended(world);
    await pass(world, 4 * DAY);
    expect(statesOf(world, [id])).toEqual(['parked']);
    const from = new Date(world.timeline.now() - 5 * DAY).toISOString();
    expect((await ask(world, 'POST /deliveries/resend', { target: HOOK, from })).body).toMatchObject({ resent: 1 });
    await pass(world, 2 * DAY);
    expect(statesOf(world, [id])).toEqual(['waiting']);
    heal();
    await ask(world, 'POST /origins/enable', { origin: ORIGIN });
    await pass(world, 10 * SECOND);
    expect(statesOf(world, [id])).toEqual(['delivered']);
  });

  test.each([
    ['a path', { origin: HOOK }],
    ['a name', { origin: 'ci' }],
    ['no text', { origin: 7 }],
    ['nothing', {}],
    ['more than it', { origin: ORIGIN, tenant: 'other' }],
    ['an address inside', { origin: 'https://10.0.0.1' }],
    ['http', { origin: 'http://builds.example.com' }],
  ])('that names %s is refused, and nothing is written', async (_, body) => {
    const world = createWorld();
    for (const what of ['disable', 'enable']) {
      expect(await ask(world, `POST /origins/${what}`, body)).toMatchObject({ status: 422 });
    }
    expect([...world.table.items()].filter(({ pk }) => pk.startsWith('turn#') || pk.startsWith('standing#'))).toEqual(
      [],
    );
  });

  test.each([
    ['without the scope operate', { scopes: 'submit read' }],
    ['for other targets', { targets: 'ci https://ops.example.com' }],
  ])('whose token is %s may neither disable nor enable [S2]', async (_, lambda) => {
    const world = createWorld();
    for (const what of ['disable', 'enable']) {
      expect(await ask(world, `POST /origins/${what}`, { origin: ORIGIN }, lambda)).toMatchObject({ status: 403 });
    }
    expect(turnOf(world)).toBeUndefined();
  });
});

describe('a function that is killed', () => {
  const killing = (what: string, fault: 'crash before' | 'crash after'): Faults => once(what, fault);

  test.each(['crash before', 'crash after'] as const)(
    'on the way to disabling an origin (%s) hides it from nobody [F54]',
    async (fault) => {
      for (const what of ['insert disabled', 'replace turn', 'insert asleep', 'replace delivery']) {
        let isOn = false;
        const kill = killing(what, fault);
        const { world, heal } = failing({
          faults: (effect) => (isOn && effect.process.name === 'notifier' ? kill(effect) : undefined),
        });
        const ids = [await ended(world)];
        await pass(world, HOUR);
        isOn = true;
        await pass(world, 2 * HOUR);
        ids.push(await ended(world));
        await pass(world, HOUR);
        expect(turnOf(world)?.disabled, what).toBeDefined();
        expect(await gauge(world), what).toBe(1);
        heal();
        await ask(world, 'POST /origins/enable', { origin: ORIGIN });
        await pass(world, 12 * MINUTE);
        expect(statesOf(world, ids), what).toEqual(['delivered', 'delivered']);
      }
    },
  );

  test('once it has enabled an origin leaves the waking to the sweep: within two minutes', async () => {
    const { world, heal } = failing();
    const ids = [await ended(world)];
    await pass(world, 3 * HOUR);
    ids.push(await ended(world));
    await pass(world, 30 * HOUR);
    heal();
    await world.call('api', (runtime) => runtime.targetLimiters.enable(`default ${ORIGIN}`));
    await pass(world, 2 * MINUTE + 10 * SECOND);
    expect(statesOf(world, ids)).toEqual(['delivered', 'delivered']);
  });
});
