import { describe, expect, test } from 'vitest';
import { type Check, fails, holds } from '../../checks/verify-aws/check.ts';
import { exitCodeOf, lineOf, type Result, runAll } from '../../checks/verify-aws/run.ts';
import { createVirtualSite } from './virtual-site.ts';

const good: Check = { name: 'good', run: async () => holds('seen') };
const bad: Check = { name: 'bad', run: async () => fails('not seen') };
const broken: Check = { name: 'broken', run: () => Promise.reject(new Error('no such queue')) };
const different: Check = { name: 'different', run: async () => holds('seen'), differsOffline: 'it differs' };
const onAws: Check = { name: 'on-aws', runOnAws: async () => holds('seen'), notOffline: 'it has none' };
const never: Check = { name: 'never', never: 'it takes weeks' };

const offline = { where: 'offline', site: createVirtualSite() } as const;

const runOffline = async (groups: readonly (readonly Check[])[], stopped?: AbortSignal) => {
  const told: Result[] = [];
  const results = await runAll(groups, offline, (result) => told.push(result), stopped);
  expect(told).toEqual(results);
  return results;
};

describe('a check', () => {
  test.each([
    [good, 'holds', 'seen', 0],
    [bad, 'DOES NOT HOLD', 'not seen', 1],
    [broken, 'could not be checked', 'Error: no such queue', 2],
    [different, 'could not be checked', 'not offline: it differs', 0],
    [onAws, 'could not be checked', 'not offline: it has none', 0],
    [never, 'could not be checked', 'it takes weeks', 0],
  ])('$name', async (check, kind, text, code) => {
    const results = await runOffline([[check]]);
    expect(results).toMatchObject([{ name: check.name, kind, text }]);
    expect(exitCodeOf(results)).toBe(code);
    for (const result of results) expect(lineOf(result)).toMatch(new RegExp(`^${kind} +${check.name} +${text}$`));
  });
});

describe('all of them', () => {
  test('run to the end whatever one says, and the worst decides', async () => {
    const results = await runOffline([[bad, broken, good], [never]]);
    expect(results.map(({ name }) => name).toSorted()).toEqual(['bad', 'broken', 'good', 'never']);
    expect(exitCodeOf(results)).toBe(1);
  });

  test('follow one another in a group, while groups run beside each other', async () => {
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const waiting: Check = { name: 'waiting', run: async () => gate.promise.then(() => holds(order.join())) };
    const opening: Check = {
      name: 'opening',
      run: async () => {
        order.push('opened');
        gate.resolve();
        return holds('');
      },
    };
    const after: Check = { name: 'after', run: async () => holds(String(order.push('after'))) };
    const results = await runOffline([[waiting, after], [opening]]);
    expect(results.find(({ name }) => name === 'waiting')?.text).toBe('opened');
    expect(order).toEqual(['opened', 'after']);
  });

  test('are left at once when they are stopped: what hangs is not waited for', async () => {
    const stop = new AbortController();
    const hanging: Check = { name: 'hanging', run: () => new Promise(() => stop.abort()) };
    const results = await runOffline([[good, hanging, bad]], stop.signal);
    expect(results.map(({ name }) => name)).toEqual(['good']);
  });
});
