/** `npm run bench`: measures, and prints what it measured. `npm run bench -- poller bundles` makes only those. */
import { poller } from './poller.ts';
import type { Print } from './report.ts';
import { units } from './units.ts';

type Bench = (print: Print) => Promise<void>;

const BENCHES: Readonly<Record<string, Bench>> = { poller, units };
const names = process.argv.slice(2);
const print: Print = (line) => console.log(line);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  print(`\n${name}`);
  await bench(print);
}
