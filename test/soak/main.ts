/**
 * `npm run soak`: real faults on real parts, each on a local stack of its own, with a figure each. Ends with 1 when
 * something was lost, told under two ids, or told too late. `npm run soak -- kills flood` plays only those.
 */
import { parseArgs } from 'node:util';
import { seconds } from '../bench/report.ts';
import { startOpwatch } from '../e2e/kit/opwatch.ts';
import { clock } from './clock.ts';
import { credentials } from './credentials.ts';
import { due } from './due.ts';
import { failing } from './failing.ts';
import { flooding } from './flood.ts';
import { hanging } from './hanging.ts';
import { kills } from './kills.ts';
import { purges } from './purges.ts';
import type { Scenario } from './scenario.ts';
import { throttledTable } from './throttled-table.ts';
import { waitingLong } from './waiting.ts';

const SCENARIOS: readonly Scenario[] = [
  clock,
  purges,
  throttledTable,
  hanging,
  due,
  flooding,
  credentials,
  kills,
  waitingLong,
  failing,
];

/** Plays one and prints what came of it; answers whether everything held. */
const holds = async ({ name, stack, long }: Scenario): Promise<boolean> => {
  const beganAt = Date.now();
  const opwatch = await startOpwatch(stack);
  try {
    const { figure, broken } = await long(opwatch);
    console.log(`${broken.length === 0 ? 'held ' : 'BROKE'}  ${name.padEnd(16)} ${figure}`);
    for (const what of broken) console.log(`       ${''.padEnd(16)} ${what}`);
    return broken.length === 0;
  } catch (error) {
    console.log(`BROKE  ${name.padEnd(16)} ${error instanceof Error ? error.message : error}`);
    return false;
  } finally {
    await opwatch.stop();
    console.log(`       ${''.padEnd(16)} (${seconds(Date.now() - beganAt)})`);
  }
};

const run = async (): Promise<void> => {
  const { values, positionals } = parseArgs({ options: { list: { type: 'boolean' } }, allowPositionals: true });
  const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}; --list shows what there is`);
  if (values.list) {
    for (const { name, about } of SCENARIOS) console.log(`${name.padEnd(16)} ${about}`);
    return;
  }
  for (const scenario of SCENARIOS) {
    if (positionals.length > 0 && !positionals.includes(scenario.name)) continue;
    if (!(await holds(scenario))) process.exitCode = 1;
  }
};

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
