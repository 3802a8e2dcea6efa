import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { MANNERS } from '../world/manners.ts';
import { FAULTS } from '../world/process.ts';
import { simulateMany } from './many.ts';
import { ODDITIES, REPLIES } from './plan.ts';
import { simulate } from './run.ts';

test('500 runs of three days: nothing lost, no second webhook-id, no secret seen, everything at rest [F10] [F13] [F17] [F19] [F21] [F25] [F26] [F27] [F35] [F39] [S4]', async () => {
  const total = await simulateMany({ from: 1, runs: 500 }, Math.min(availableParallelism(), 4));
  expect(total.failed).toEqual([]);
  expect(total.runs).toBe(500);
  expect(total.watches).toBeGreaterThan(2_500);
  // Every kind of trouble has come up.
  const kinds = [
    ...FAULTS,
    ...ODDITIES,
    ...MANNERS.map((manner) => `cloud: ${manner}`),
    ...REPLIES.map((reply) => `receiver: ${reply}`),
    'out of time',
    'queues purged',
    'versions mixed',
  ];
  for (const kind of kinds) expect(total.troubles[kind], kind).toBeGreaterThan(10);
});

test('a seed brings the same run again', async () => {
  const once = async (): Promise<string[]> => {
    const lines: string[] = [];
    await simulate(7, { trace: (line) => lines.push(line) });
    return lines;
  };
  const first = await once();
  expect(first.length).toBeGreaterThan(5);
  expect(await once()).toEqual(first);
});
