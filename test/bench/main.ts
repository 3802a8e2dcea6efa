/** `npm run bench`: measures, and prints what it measured. `npm run bench -- poller bundles` makes only those. */
import { budget } from './budget.ts';
import { bundles } from './bundles.ts';
import { canary } from './canary.ts';
import { coalescing } from './coalescing.ts';
import { hanging } from './hanging.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { poller } from './poller.ts';
import { refused } from './refused.ts';
import type { Print } from './report.ts';
import { units } from './units.ts';

type Bench = (print: Print) => Promise<void>;

const BENCHES: Readonly<Record<string, Bench>> = {
  poller,
  units,
  idle,
  canary,
  bundles,
  latency,
  coalescing,
  refused,
  budget,
  hanging,
};

const run = async (names: readonly string[]): Promise<void> => {
  const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0)
    throw new Error(`there is no ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`\n${name}`);
    await bench((text) => console.log(text));
  }
};

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
