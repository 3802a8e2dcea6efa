/** docs/add-a-target.md is enough: its example, built in a copy of this project from that page alone, works and passes. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksIn, pageNamed } from './markdown.ts';

const root = join(import.meta.dirname, '..', '..');
const blocks = blocksIn(pageNamed('add-a-target.md'));
const files = blocks.filter(({ language }) => language === 'ts');
const diffs = blocks.filter(({ language }) => language === 'diff');

const COPIED = [
  'package.json',
  'tsconfig.json',
  'lib',
  'offline',
  'test/targets',
  'test/commands',
  'test/helpers',
  'opwatch.config.ts',
];

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'opwatch-target-'));
  for (const path of COPIED) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { about, text } of files) {
    mkdirSync(dirname(join(copy, about)), { recursive: true });
    writeFileSync(join(copy, about), text, { flag: 'wx' });
  }
  for (const { about, text } of diffs) apply(join(copy, about), text);
});
afterAll(() => rmSync(copy, { recursive: true }));

/** An added import goes with the imports, any other line behind the line it stands behind. */
const apply = (file: string, diff: string): void => {
  let text = readFileSync(file, 'utf8');
  const length = text.split('\n').length;
  const lines = diff.trimEnd().split('\n');
  const added = lines.filter((line) => line.startsWith('+'));
  for (const [i, line] of lines.entries()) {
    const behind = `${lines[i - 1]?.slice(1)}\n`;
    if (line.startsWith('+import ')) text = text.replace(/^import /m, `${line.slice(1)}\nimport `);
    else if (line.startsWith('+')) text = text.replace(behind, `${behind}${line.slice(1)}\n`);
  }
  expect(text.split('\n').length).toBe(length + added.length);
  writeFileSync(file, text);
};

const run = (...args: string[]): Promise<{ code: number; out: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1' };
    execFile(process.execPath, args, { cwd: copy, env }, (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), out: out + err });
    });
  });

describe('docs/add-a-target.md', () => {
  it('names a target, its sentence, its stand-in and its cases, a line for each, and no more', () => {
    expect(files.map(({ about }) => about)).toEqual([
      'lib/targets/buildkite.ts',
      'offline/inbox/receivers/buildkite.ts',
      'test/targets/buildkite.test.ts',
    ]);
    expect(diffs.map(({ about }) => about)).toEqual([
      'lib/core/reason-sentences.ts',
      'lib/targets/index.ts',
      'offline/inbox/receivers.ts',
      'offline/inbox/targets.ts',
    ]);
  });

  it('makes code that the compiler takes', async () => {
    const config = {
      extends: './tsconfig.json',
      include: ['lib/targets', 'offline/inbox', 'test/targets/buildkite.test.ts'],
    };
    writeFileSync(join(copy, 'tsconfig.copy.json'), JSON.stringify(config));
    expect(await run('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.copy.json')).toEqual({
      code: 0,
      out: '',
    });
  });

  it('makes a target that the contract suite takes', async () => {
    const { code, out } = await run('node_modules/vitest/vitest.mjs', 'run', 'test/targets/buildkite.test.ts');
    expect(out).toMatch(/Test Files {2}1 passed/);
    expect(code).toBe(0);
  });

  it('makes a target that can be configured and tried out', async () => {
    const script = `
      import { readConfig } from './lib/config/config.ts';
      import { everyTarget } from './offline/inbox/targets.ts';
      const { buildkite } = everyTarget('http://127.0.0.1:1', 'token');
      const config = readConfig({ connections: {}, targets: { buildkite }, callbacks: { allowLoopback: true } });
      console.log(config.targets.get('buildkite').settings.branch);`;
    expect(await run('--input-type=module-typescript', '--eval', script)).toEqual({ code: 0, out: 'main\n' });
  });
});
