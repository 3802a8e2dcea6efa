/**
 * `npm run mutation`, or `npm run mutation -- lib/core/lane.ts` for some files only. One file after the other, because what is
 * worked out when a file is loaded is tried against every test of it: by itself a file has few.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { FILES } from './files.ts';
import { type Results, review } from './review.ts';
import { SURVIVORS } from './survivors.ts';

const REPORT = '.build/mutation.json';
const STRYKER = 'checks/mutation/node_modules/@stryker-mutator/core/bin/stryker.js';

const mutate = (file: string): Results => {
  rmSync(REPORT, { force: true });
  const args = [STRYKER, 'run', 'checks/mutation/stryker.config.ts', '--mutate', file, '--logLevel', 'warn'];
  spawnSync(process.execPath, args, { stdio: 'inherit' });
  return JSON.parse(readFileSync(REPORT, 'utf8')).files;
};

const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : FILES;
const results: Results = Object.assign({}, ...files.map(mutate));
const { page, faults } = review(results, SURVIVORS);
console.log(`\n${page}`);
for (const fault of faults) console.log(`FAULT ${fault}`);
if (asked.length === 0) writeFileSync('docs/mutation.md', page);
process.exitCode = faults.length === 0 ? 0 : 1;
