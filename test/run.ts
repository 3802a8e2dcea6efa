/**
 * `npm test`, `npm run test:unit` and `npm run test:slow`.
 *
 *     node test/run.ts             types, style and all tests but the slow ones
 *     node test/run.ts unit        the loop at the desk: nothing that starts a stack, a package or another program
 *     node test/run.ts slow        tests that need minutes, and every property with 100,000 cases
 *     node test/run.ts <file> …    these test files and nothing else; options are passed on to vitest
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const { resolve } = createRequire(import.meta.url);

/** Runs a program of node_modules and ends this one when it fails. */
const run = (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void => {
  const { status } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
};

/** `cases` is how many every property is tried with, unless FC_RUNS says otherwise: test/helpers/fast-check.ts. */
const vitest = (args: readonly string[], cases: number, env: Readonly<Record<string, string>> = {}): void =>
  run(join(dirname(resolve('vitest/package.json')), 'vitest.mjs'), ['run', ...args], {
    FC_RUNS: process.env.FC_RUNS ?? String(cases),
    ...env,
  });

/** At the desk, where the same properties are tried all day long. */
const CASES_AT_THE_DESK = 200;
const CASES = 2_000;
const CASES_SLOW = 100_000;
/** vitest.config.ts offers the slow tests only to those who ask for them. */
const SLOW = { OPWATCH_TESTS: 'slow' };

const [first, ...rest] = process.argv.slice(2);
const args = process.argv.slice(2);

if (first === 'unit') vitest(['--project', 'unit', ...rest], CASES_AT_THE_DESK);
else if (first === 'slow') vitest(rest, CASES_SLOW, SLOW);
else if (args.some((arg) => /^(\.\/)?test\/slow\//.test(arg))) vitest(args, CASES_SLOW, SLOW);
else {
  if (args.length === 0) {
    run(join(dirname(resolve('typescript/package.json')), 'bin/tsc'), ['--noEmit']);
    run(join(dirname(resolve('@biomejs/biome/package.json')), 'bin/biome'), ['check', '.']);
  }
  vitest(args, CASES);
}
