import { expect, test } from 'vitest';
import { START } from '../world/world.ts';
import { expectCleanRuns } from './clean-runs.ts';
import { planOf } from './plan.ts';
import { simulate } from './run.ts';

test('100 runs of three days: nothing lost, no second webhook-id, no secret seen, everything at rest [F10] [F13] [F17] [F19] [F21] [F25] [F26] [F27] [F35] [F39] [S4]', async () => {
  await expectCleanRuns({ from: 1, runs: 100 });
});

const linesOf = async (seed: number): Promise<string[]> => {
  const lines: string[] = [];
  await simulate(seed, { trace: (line) => lines.push(line) });
  return lines;
};

test('a seed brings the same run again', async () => {
  const first = await linesOf(7);
  expect(first.length).toBeGreaterThan(5);
  expect(await linesOf(7)).toEqual(first);
});

test.each([
  [7, 2 ** 32 + 7],
  [2 ** 32 + 7, 2 ** 33 + 7],
  [2 ** 40, 2 ** 50],
])('the seeds %d and %d, alike in their lower 32 bits, bring different runs', async (one, other) => {
  expect(planOf(one, START).operations).not.toEqual(planOf(other, START).operations);
  expect(await linesOf(one)).not.toEqual(await linesOf(other));
});
