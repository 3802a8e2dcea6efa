/** `npm run notify-test:local`: the same as notify-test, at the inbox of the local stack that runs from this checkout. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { runningEndpoints } from './endpoints.ts';

const root = dirname(import.meta.dirname);
const endpoints = await runningEndpoints(root);
if (!endpoints) {
  console.error('no local stack is running: npm start');
  process.exit(1);
}
const asked = process.argv.slice(2);
const command = join(root, 'lib/commands/notify-test.ts');
/** The label that github-status needs. Any commit is good enough here. */
const commit = ['--label', 'sha=6dcb09b5b57875f334f61aebed695e2e4193db5e'];
const { status } = spawnSync(
  process.execPath,
  ['--conditions=offline', command, ...commit, ...(asked.length > 0 ? asked : ['--all'])],
  {
    stdio: 'inherit',
    env: { ...process.env, ...endpoints.environment },
  },
);
process.exit(status ?? 1);
