import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../lib/core/delivery.ts';
import { isOvertaken } from '../../lib/core/overtaken.ts';
import { isOver, STATUSES, type Watch } from '../../lib/core/watch.ts';
import { countStanding } from '../../lib/sweep/count-standing.ts';
import { ask } from '../api/ask.ts';
import { HOUR, MINUTE, T0, watchWith } from '../samples.ts';
import { logged, pass, submitted } from '../world/scenes.ts';
import { configWith, operatorsCalled } from '../world/settings.ts';
import { createWorld } from '../world/world.ts';

type Event = Delivery['event'];

const at = (minutes: number) => T0 + minutes * MINUTE;
const BLOCKED = { since: at(1), kind: 'not_allowed', code: 'Forbidden', message: 'no' } as const;

const ON_THE_WAY: readonly Event[] = [
  { event: 'progress', at: at(1) },
  { event: 'attention', at: at(1) },
  { event: 'resumed', status: 'running', at: at(1) },
  { event: 'blocked', status: 'running', blocked: BLOCKED, at: at(1) },
  { event: 'unblocked', status: 'running', at: at(1) },
];

const running: Watch = watchWith({ status: 'running', history: [{ at: at(0), status: 'running' }] });
const waiting: Watch = watchWith({
  status: 'attention',
  history: [...running.history, { at: at(1), status: 'attention' }],
});
const resumed: Watch = {
  ...waiting,
  status: 'running',
  history: [...waiting.history, { at: at(2), status: 'running' }],
};
const waitingAgain: Watch = {
  ...resumed,
  status: 'attention',
  history: [...resumed.history, { at: at(3), status: 'attention' }],
};
const blocked: Watch = { ...running, blocked: BLOCKED };

describe('an end', () => {
  test.each(STATUSES.filter(isOver))('%s overtakes whatever was on the way', (status) => {
    const over = { ...waiting, status, blocked: BLOCKED };
    expect(ON_THE_WAY.filter((event) => !isOvertaken(event, over))).toEqual([]);
  });

  test.each(STATUSES.filter(isOver))('%s is overtaken by nothing', (status) => {
    expect(isOvertaken({ event: status, at: at(1) }, { ...waiting, status })).toBe(false);
    expect(isOvertaken({ event: status, at: at(1) }, undefined)).toBe(false);
  });
});

test('what was on the way of a watch that is gone is overtaken', () => {
  expect(ON_THE_WAY.filter((event) => !isOvertaken(event, undefined))).toEqual([]);
});

test('a notice is overtaken by nothing', () => {
  expect(isOvertaken({ event: 'target_disabled', at: at(1), target: 'ci', reason: 'gone' }, undefined)).toBe(false);
});

const [progress, attention, goesOn, isBlocked, isUnblocked] = ON_THE_WAY as [Event, Event, Event, Event, Event];

describe('while the watch goes on', () => {
  test.each<[what: string, event: Event, watch: Watch, isLate: boolean]>([
    ['progress', progress, running, false],
    ['progress that is told as it stands', progress, waitingAgain, false],
    ['attention that holds', attention, waiting, false],
    ['attention that holds while the watch is blocked', attention, { ...waiting, blocked: BLOCKED }, false],
    ['attention after somebody has seen to it', attention, resumed, true],
    ['the first attention, once there is a second', attention, waitingAgain, true],
    ['the second attention', { event: 'attention', at: at(3) }, waitingAgain, false],
    ['resumed that holds', { event: 'resumed', status: 'running', at: at(2) }, resumed, false],
    ['resumed, once it waits again', { event: 'resumed', status: 'running', at: at(2) }, waitingAgain, true],
    ['an earlier resumed', goesOn, { ...waitingAgain, status: 'running' }, true],
    ['blocked that holds', isBlocked, blocked, false],
    ['blocked that holds while it waits for a person', isBlocked, { ...waiting, blocked: BLOCKED }, false],
    ['blocked, once looks go on', isBlocked, running, true],
    ['blocked, once it is blocked anew', isBlocked, { ...blocked, blocked: { ...BLOCKED, since: at(9) } }, true],
    ['unblocked that holds', isUnblocked, running, false],
    ['unblocked, once it is blocked anew', isUnblocked, blocked, true],
  ])('%s', (_, event, watch, isLate) => {
    expect(isOvertaken(event, watch)).toBe(isLate);
  });
});

test('what was overtaken is shown by the API; it is not parked, and alarms nobody', async () => {
  let isDown = true;
  const world = createWorld({
    config: configWith(operatorsCalled('operators')),
    reply: (url) => (isDown && url.includes('ci.example.com') ? 'broken' : undefined),
  });
  const id = await submitted(world, { notify: ['ci'], endsAfter: MINUTE, end: 'attention' });
  world.start();
  await pass(world, 2 * MINUTE);
  await world.timeline.finish(ask(world, 'DELETE /watches/{id}', { path: { id } }));
  isDown = false;
  await pass(world, HOUR);
  const { body } = await ask(world, 'GET /watches/{id}', { path: { id } });
  const { deliveries } = body as { deliveries: { event: string; state: string }[] };
  expect(deliveries.map(({ event, state }) => `${event} ${state}`)).toEqual([
    'operation.attention overtaken',
    'operation.stopped delivered',
  ]);
  expect((await world.call('sweep', (runtime) => countStanding(runtime))).parked).toBe(0);
  expect(logged(world, 'delivery parked')).toEqual([]);
  expect(world.receivers.received.map(({ event }) => event.type).filter((type) => /^operator/.test(type))).toEqual([]);
});
