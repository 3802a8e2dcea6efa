/** What is told beside targets that hang for the whole of a time-out, with Lambda's own limit of notifiers. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from './samples.ts';
import { waitsBeside } from './world/hanging.ts';
import type { Reply } from './world/receivers.ts';
import { owed, pass } from './world/scenes.ts';
import { createWorld } from './world/world.ts';

const TIMES = 10;
const hosts = (count: number, tenant: string) =>
  Array.from({ length: count }, (_, i) => ({ to: `https://h${i}.example.org/hook`, tenant }));

describe('beside a backlog for what hangs, everybody else is told within ten seconds', () => {
  test.each([
    ['a target with 1,000 deliveries, beside another target', [{ to: 'dead' }], 1_000, { to: 'ci' }],
    ['four targets at a time', ['a', 'b', 'c', 'd'].map((to) => ({ to })), 250, { to: 'ci' }],
    [
      'a callback, beside another host of its tenant',
      [{ to: 'https://dead.example.org/hook' }],
      1_000,
      { to: 'https://well.example.org/hook' },
    ],
    [
      'a callback, beside the same host for another tenant',
      [{ to: 'https://shared.example.org/dead', tenant: 'other' }],
      1_000,
      { to: 'https://shared.example.org/well' },
    ],
    ['a hundred hosts of one tenant, beside a target', hosts(100, 'other'), 10, { to: 'ci' }],
    [
      'a hundred hosts of one tenant, beside a callback of another',
      hosts(100, 'other'),
      10,
      { to: 'https://well.example.org/hook' },
    ],
  ])('%s [F44]', async (_, hang, backlog, tell) => {
    const waits = await waitsBeside({ hang, backlog, tell, times: TIMES });
    expect(waits).toHaveLength(TIMES);
    expect(Math.max(...waits)).toBeLessThan(10 * SECOND);
  });
});

test('what hung is told everything within minutes once it answers, and each once [F44]', async () => {
  let reply: Reply | undefined = 'hang';
  const world = createWorld({ notifiers: 10, reply: () => reply });
  const ids = owed(world, { to: 'ci', count: 200 });
  world.start();
  await pass(world, 2 * HOUR);
  const tries = world.receivers.received.length;
  // Ten at a time, a quarter of a minute each, every five minutes: it is not stormed while it is down.
  expect(tries).toBeLessThan(400);
  expect(world.swept()).toBe(0);
  reply = undefined;
  await pass(world, 6 * MINUTE);
  const early = new Set(world.receivers.received.slice(tries).map(({ id }) => id));
  // But for those whose own next attempt is later.
  expect(early.size).toBeGreaterThan(100);
  await pass(world, DAY);
  const taken = world.receivers.received.filter(({ isTaken }) => isTaken).map(({ id }) => id);
  expect(taken.toSorted()).toEqual(ids.toSorted());
});
