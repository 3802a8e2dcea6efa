/** docs/add-a-provider.md is enough: its example, built in a copy of this project from that page alone, works and passes. */
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksIn, pageNamed } from './markdown.ts';

const root = join(import.meta.dirname, '..', '..');
const blocks = blocksIn(pageNamed('add-a-provider.md')).filter(({ about }) => about !== '');
const files = blocks.filter(({ language }) => language !== 'diff');
const diffs = blocks.filter(({ language }) => language === 'diff');

const COPIED = [
  'package.json',
  'tsconfig.json',
  'deploy',
  'lib',
  'test/providers',
  'test/fixtures',
  'test/helpers',
  'test/samples.ts',
  'opwatch.config.ts',
];

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'opwatch-provider-'));
  for (const path of COPIED) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { about, text } of files) {
    mkdirSync(dirname(join(copy, about)), { recursive: true });
    writeFileSync(join(copy, about), text, { flag: 'wx' });
  }
  for (const { about, text } of diffs) apply(join(copy, about), text);
});
afterAll(() => rmSync(copy, { recursive: true }));

/** The import goes with the imports, the line with its like. */
const apply = (file: string, diff: string): void => {
  const [added = '', line = ''] = diff.split('\n').map((each) => each.replace(/^\+/, ''));
  const before = readFileSync(file, 'utf8');
  const after = before.replace(/^import /m, `${added}\nimport `).replace(/^( {2}erased\()/m, `${line}\n$1`);
  expect(after.split('\n').length).toBe(before.split('\n').length + 2);
  writeFileSync(file, after);
};

/** Runs a script of the copy; the answer is its output, and its exit code. */
const run = (...args: string[]): Promise<{ code: number; out: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1' };
    execFile(process.execPath, args, { cwd: copy, env }, (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), out: out + err });
    });
  });

describe('docs/add-a-provider.md', () => {
  it('names an adapter, its line, three responses and its test, and no more', () => {
    expect(files.map(({ about }) => about)).toEqual([
      'lib/providers/huawei-cce.ts',
      'test/fixtures/huawei-cce/success.json',
      'test/fixtures/huawei-cce/failed.json',
      'test/fixtures/huawei-cce/no-job.json',
      'test/providers/huawei-cce.test.ts',
    ]);
    expect(diffs.map(({ about }) => about)).toEqual(['lib/providers/index.ts']);
  });

  it('makes code that the compiler takes', async () => {
    const config = { extends: './tsconfig.json', include: ['lib/providers', 'test/providers/huawei-cce.test.ts'] };
    writeFileSync(join(copy, 'tsconfig.copy.json'), JSON.stringify(config));
    expect(await run('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.copy.json')).toEqual({
      code: 0,
      out: '',
    });
  });

  it('makes an adapter that the contract suite takes', async () => {
    const { code, out } = await run(
      'node_modules/vitest/vitest.mjs',
      'run',
      'test/providers/huawei-cce.test.ts',
      'test/providers/index.test.ts',
    );
    expect(out).toMatch(/Test Files {2}2 passed/);
    expect(code).toBe(0);
  });

  it('makes a provider that can be submitted, configured and probed', async () => {
    const script = `
      import { readConfig } from './lib/config/config.ts';
      import { checkSubmission } from './lib/submit/submission.ts';
      const config = readConfig({
        connections: { huawei: { vendor: 'huawei', credentials: 'env:A', project: 'p1' } },
        gaps: { 'huawei-cce': { max: 'PT1M' } },
      });
      const input = { provider: 'huawei-cce', operation: { region: 'cn-north-4', job_id: 'j-1' }, notify: [] };
      const { submission } = checkSubmission(input, { config, tenant: 'default', now: 0 });
      console.log(JSON.stringify([submission.connection, submission.operation]));`;
    expect(await run('--input-type=module-typescript', '--eval', script)).toEqual({
      code: 0,
      out: '["huawei",{"region":"cn-north-4","project_id":"p1","job_id":"j-1"}]\n',
    });
    const probed = await run('lib/commands/probe.ts', 'huawei-cce', '{"region":"cn-north-4"}');
    expect(probed).toMatchObject({ code: 1, out: expect.stringContaining('/operation/job_id is missing') });
  });
});

describe('the seam', () => {
  const sources = globSync(['{lib,functions}/**/*.ts', '*.ts', 'serverless.yml', 'offline/opwatch.config.ts'], {
    cwd: root,
  });
  const codeOf = (file: string): string =>
    readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*(?:\/\/|#).*$/gm, '');

  // The two that were added when all the rest was there.
  it.each([
    ['aliyun-ros', /aliyun-?ros/i],
    ['huawei-job', /huawei-?job/i],
  ])('%s is named in its own file and in index.ts alone', (name, pattern) => {
    expect(sources.filter((file) => pattern.test(codeOf(file))).toSorted()).toEqual([
      `lib/providers/${name}.ts`,
      'lib/providers/index.ts',
    ]);
  });
});
