/** A receiver that is down for twelve hours, and then up again. */
import { expect, test } from 'vitest';
import { HOUR, MINUTE } from './samples.ts';
import type { Reply } from './world/receivers.ts';
import { deliveriesOf, messagesIn, pass, submitted } from './world/scenes.ts';
import { createWorld } from './world/world.ts';

const OUTAGE_MS = 12 * HOUR;
const WATCHES = 24;

test.each<[string, Reply]>([
  ['refuses connections', 'reset'],
  ['lets everything hang', 'hang'],
  ['answers 500', 'broken'],
  ['asks to come back in ten minutes', 'busy for long'],
  ['redirects to an address inside', 'moved'],
])('a receiver that %s for twelve hours is told every event once, under one id each [F44]', async (_, reply) => {
  let now: Reply | undefined = reply;
  const world = createWorld({ notifiers: 10, reply: () => now });
  const ids: string[] = [];
  world.start();
  // Operations that end all through the outage, the last ones after it.
  for (let i = 0; i < WATCHES; i += 1) {
    const operation = { OperationId: `op-${i}` };
    ids.push(await submitted(world, { notify: ['ci'], operation, endsAfter: i * 35 * MINUTE, end: 'failed' }));
  }
  await pass(world, OUTAGE_MS);
  expect(world.receivers.received.some(({ isTaken }) => isTaken)).toBe(false);
  // Whatever waits is looked after: the sweep has nothing to send, and nobody is alarmed for want of it.
  expect(world.swept()).toBe(0);
  now = undefined;
  await pass(world, 4 * 24 * HOUR);

  const taken = world.receivers.received.filter(({ isTaken }) => isTaken);
  expect(taken.map(({ event }) => event.data.watch?.id).toSorted()).toEqual(ids.toSorted());
  for (const id of ids) {
    const tries = world.receivers.received.filter(({ event }) => event.data.watch?.id === id);
    expect(new Set(tries.map((each) => each.id)).size).toBe(1);
    expect(deliveriesOf(world, id).map(({ body }) => body.state)).toEqual(['delivered']);
  }
  expect(messagesIn(world)).toBe(0);
});
