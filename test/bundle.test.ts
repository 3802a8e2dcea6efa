import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { bundle } from '../bundle.ts';

const root = join(import.meta.dirname, '..');
const dir = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
afterAll(() => rmSync(dir, { recursive: true }));

const SOURCES = ['api', 'authorizer', 'keys', 'link', 'notifier', 'openapi', 'poller', 'sweep', 'trigger'].map(
  (name) => `functions/${name}.ts`,
);
const outdir = relative(root, dir);

test('every function becomes one module that loads with nothing beside it', async () => {
  const { bundles } = await bundle({ root, sources: [...SOURCES, 'functions/poller.ts'], outdir });
  expect(bundles.map(({ source }) => source).sort()).toEqual(SOURCES);
  for (const { source, file, bytes } of bundles) {
    expect(basename(file)).toBe(`${basename(source, '.ts')}.mjs`);
    expect(statSync(file).size).toBe(bytes);
  }
  const load = `for (const url of process.argv.slice(1)) console.log(typeof (await import(url)).handler)`;
  const urls = bundles.map(({ file }) => pathToFileURL(file).href);
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', load, ...urls], {
    cwd: dir,
    env: {},
  });
  expect(stdout.trim().split('\n')).toEqual(SOURCES.map(() => 'function'));
});

test('the configuration is the deployment’s, and the local stack’s only where that is asked for [S15]', async () => {
  // Which of the two it is, told by words that only one of them holds; a bundle itself is too long for a report.
  const configOf = async (offline: boolean): Promise<string[]> => {
    const { bundles } = await bundle({ root, sources: ['functions/sweep.ts'], outdir, offline });
    const text = readFileSync(bundles[0]?.file ?? '', 'utf8');
    return ['ssm:/opwatch/targets/', 'env:STAND_IN_'].filter((word) => text.includes(word));
  };
  expect(await configOf(false)).toEqual(['ssm:/opwatch/targets/']);
  expect(await configOf(true)).toEqual(['env:STAND_IN_']);
});

test('a module that would not change is left alone', async () => {
  const options = { root, sources: ['functions/authorizer.ts'], outdir };
  const { bundles } = await bundle(options);
  const file = bundles[0]?.file ?? '';
  const before = statSync(file);
  await bundle(options);
  expect(statSync(file).ino).toBe(before.ino);
});
