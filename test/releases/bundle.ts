/**
 * npm run release:bundle -- <commit> <version>: the functions of a release as one file, test/fixtures/releases/<version>.mjs.
 * The simulator runs them beside those of today (releases.ts). Each release replaces the file of the one before.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, stop } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const FOLDER = join(root, 'test', 'fixtures', 'releases');

/** Bytes a bundle may have: the repository keeps one. */
export const BYTES_MAX = 450_000;

/** What the simulator needs of a release: its pure handlers, and the parts that keep their state in the table. */
const ENTRY = `
  export { poll } from './lib/look/poll.ts';
  export { deliver } from './lib/deliver/deliver.ts';
  export { sweep } from './lib/sweep/sweep.ts';
  export { receive } from './lib/submit/receive.ts';
  export { changeWatch } from './lib/submit/submit.ts';
  export { stop } from './lib/core/watch.ts';
  export { readConfig } from './lib/config/config.ts';
  export { createLanes } from './lib/limits/lanes.ts';
  export { createTargetLimiters } from './lib/limits/target-limiters.ts';
  export { createLimits } from './lib/limits/quotas.ts';
  export { createSharedAnswers } from './lib/net/shared-answers.ts';
  export { RetryLater } from './lib/core/errors.ts';
  export { LEASE_SHARDS, STANDING_SHARDS } from './lib/store/keys.ts';
`;

/** The indexes of the table as the template of a commit has them, by name. */
const indexesOf = (commit: string): Record<string, string> =>
  indexesIn(execFileSync('git', ['show', `${commit}:serverless.yml`], { cwd: root, encoding: 'utf8' }));

/** The indexes of the table in a template, by name: each as it is written there, without comments. */
export const indexesIn = (template: string): Record<string, string> => {
  const [, block = ''] = /^( *)GlobalSecondaryIndexes:\n((?:\1 +.*\n)+)/m.exec(template)?.slice(1) ?? [];
  const entries = block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join(' ')
    .split('- IndexName: ')
    .filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.split(' ')[0] ?? '', entry.split(' ').slice(1).join(' ').trim()]),
  );
};

/** Bundles the functions of a commit. The clients of AWS stay outside: the simulator has the ports before them. */
const bundleRelease = async (commit: string, version: string): Promise<string> => {
  const source = mkdtempSync(join(tmpdir(), 'opwatch-release-'));
  try {
    const tar = execFileSync('git', ['archive', commit, 'lib', 'package.json', 'tsconfig.json'], {
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
    });
    execFileSync('tar', ['-x', '-C', source], { input: tar });
    symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'));
    const outfile = join(FOLDER, `${version}.mjs`);
    await build({
      absWorkingDir: source,
      stdin: {
        contents: `${ENTRY}export const indexes = ${JSON.stringify(indexesOf(commit))};`,
        resolveDir: source,
        loader: 'ts',
      },
      outfile,
      bundle: true,
      minify: true,
      keepNames: true,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      mainFields: ['module', 'main'],
      external: ['@aws-sdk/*'],
      legalComments: 'none',
      banner: {
        js: `// The functions of opwatch ${version} (commit ${commit}), made by npm run release:bundle. Not to be edited.`,
      },
    });
    const { size } = statSync(outfile);
    if (size > BYTES_MAX) throw new Error(`${outfile} has ${size} bytes, and may have ${BYTES_MAX}`);
    return `${outfile}: ${size} bytes`;
  } finally {
    rmSync(source, { recursive: true, force: true });
    await stop();
  }
};

if (import.meta.main) {
  const [commit, version] = process.argv.slice(2);
  if (commit === undefined || version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
    console.error('usage: npm run release:bundle -- <commit> <version>, such as v0.2.0 0.2.0');
    process.exitCode = 1;
  } else {
    const full = execFileSync('git', ['rev-parse', '--short', commit], { cwd: root, encoding: 'utf8' }).trim();
    console.log(await bundleRelease(full, version));
    for (const other of readdirSync(FOLDER).filter((file) => file !== `${version}.mjs`)) rmSync(join(FOLDER, other));
  }
}
