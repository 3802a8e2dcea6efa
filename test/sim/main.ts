/**
 * npm run sim                      1,000 runs
 * npm run sim -- --runs 10000      so many, from seed 1 on
 * npm run sim -- --seed 4711       one run, with its trace
 * npm run sim -- --runs 100 --seed 4711
 * npm run sim -- --design          faults of design, and how many seeds it takes to catch each
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { caught } from './design.ts';
import { DESIGN_FAULTS } from './design-faults.ts';
import { simulateMany } from './many.ts';
import { simulate } from './run.ts';

const TRACE_LINES = 60;

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    threads: { type: 'string' },
    design: { type: 'boolean' },
  },
});

const number = (name: string, text: string | undefined, otherwise: number): number => {
  const value = Number(text ?? otherwise);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on`);
  return value;
};

/** Runs one seed again, with its trace. */
const replay = async (seed: number): Promise<readonly string[]> => {
  const trace: string[] = [];
  const { wrong, ...report } = await simulate(seed, { trace: (line) => trace.push(line) });
  return [
    ...trace,
    JSON.stringify(report),
    ...(wrong.length > 0 ? wrong.map((what) => `WRONG: ${what}`) : ['nothing was wrong']),
  ];
};

const table = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `  ${kind.padEnd(24)} ${count.toLocaleString('en').padStart(12)}`)
    .join('\n');

const designFaults = async (): Promise<void> => {
  for (const name of Object.keys(DESIGN_FAULTS)) {
    const seen = await caught(name);
    console.log(`${seen ? `seed ${String(seen.seed).padStart(2)}` : 'NOT CAUGHT'}  ${name}: ${seen?.as ?? ''}`);
    if (!seen) process.exitCode = 1;
  }
};

const main = async (): Promise<void> => {
  if (values.design) return designFaults();
  const seed = number('seed', values.seed, 1);
  if (values.seed !== undefined && values.runs === undefined) {
    const lines = await replay(seed);
    console.log(lines.join('\n'));
    process.exitCode = lines.at(-1)?.startsWith('WRONG') ? 1 : 0;
    return;
  }
  const runs = number('runs', values.runs, 1_000);
  const threads = number('threads', values.threads, availableParallelism());
  const begin = performance.now();
  const isTerminal = process.stdout.isTTY;
  const total = await simulateMany({ from: seed, runs }, threads, (sofar) => {
    if (isTerminal) process.stdout.write(`\r${sofar.runs} of ${runs} runs, ${sofar.failed.length} wrong`);
  });
  if (isTerminal) process.stdout.write('\r');

  const seconds = (performance.now() - begin) / 1_000;
  console.log(
    `${total.runs} runs of three days on ${threads} threads in ${seconds.toFixed(1)} s, seeds ${seed} to ${seed + runs - 1}`,
  );
  console.log(
    `${total.watches} watches, ${total.webhooks} webhooks, ${total.effects.toLocaleString('en')} effects; what went wrong around them:`,
  );
  console.log(table(total.troubles));
  for (const { seed: failing, wrong } of total.failed.slice(0, 10))
    console.log(`seed ${failing}:\n${wrong.map((what) => `  ${what}`).join('\n')}`);
  const [first] = total.failed;
  if (!first) return console.log('nothing lost, no second webhook-id, no secret seen, everything at rest');
  console.log(
    `${total.failed.length} of ${total.runs} runs went wrong. The end of the first, whole with: npm run sim -- --seed ${first.seed}`,
  );
  console.log((await replay(first.seed)).slice(-TRACE_LINES).join('\n'));
  process.exitCode = 1;
};

await main();
