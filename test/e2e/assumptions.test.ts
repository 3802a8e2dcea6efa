/** The checks of `npm run verify-aws -- --offline`, on the local stack. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { groups } from '../../checks/verify-aws/assumptions.ts';
import { joinStack } from '../../checks/verify-aws/offline.ts';
import { exitCodeOf, lineOf, type Result, runAll } from '../../checks/verify-aws/run.ts';
import type { Site } from '../../checks/verify-aws/site.ts';
import { joinOpwatch, type Opwatch, type Reached } from './kit/opwatch.ts';

let opwatch: Opwatch<Reached>;
let probe: { readonly site: Site; readonly close: () => Promise<void> };

beforeAll(async () => {
  opwatch = await joinOpwatch();
  // A shorter visibility timeout than on AWS, so that nobody has to wait, but one that a busy machine does not reach.
  probe = await joinStack(opwatch.stack, { visibilitySeconds: 16, patience: 2.5 });
});
afterAll(async () => {
  await probe?.close();
  await opwatch?.stop();
});

test('what is assumed of AWS holds on the embedded stack, as far as that can answer', async () => {
  const results: Result[] = [];
  await runAll(groups, { where: 'offline', site: probe.site }, (result) => results.push(result));
  console.log(results.map(lineOf).join('\n'));
  expect(results.filter(({ kind }) => kind === 'DOES NOT HOLD')).toEqual([]);
  expect(exitCodeOf(results)).toBe(0);
  const held = results.filter(({ kind }) => kind === 'holds').map(({ name }) => name);
  const answerable = groups.flat().filter((check) => 'run' in check && check.differsOffline === undefined);
  expect(held.toSorted()).toEqual(answerable.map(({ name }) => name).toSorted());
});

test('where fauxqs differs from AWS, the checks say so', async () => {
  const different = groups
    .flat()
    .flatMap((check) => ('run' in check && check.differsOffline !== undefined ? [check] : []));
  const verdicts: [name: string, holds: boolean][] = [];
  // One after the other: they share a queue.
  for (const { name, run } of different) verdicts.push([name, (await run(probe.site)).holds]);
  expect(verdicts).toEqual([
    ['twelve-hours-from-receipt', false],
    ['answers-name-what-was-not-sent', false],
  ]);
});
