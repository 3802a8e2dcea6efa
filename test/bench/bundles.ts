/** How large each function's bundle is, what the largest holds, and what CPU time its import takes in a fresh process. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { stop } from 'esbuild';
import { bundle } from '../../bundle.ts';
import { median, number, type Print, table } from './report.ts';

const ROUNDS = 11;
const PACKAGES_SHOWN = 6;

const root = dirname(dirname(import.meta.dirname));

/** The handler's import, measured by the process that makes it: CPU time in ms. */
const IMPORT = `
  const before = process.cpuUsage();
  await import(process.argv[1]);
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1000);`;

const importMs = async (file: string, cwd: string): Promise<number> => {
  const command = ['--input-type=module', '--eval', IMPORT, pathToFileURL(file).href];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd, env: {} });
  return Number(stdout);
};

/** The package a source file belongs to; our own are one. */
const packageOf = (input: string): string => {
  const [, path] = /.*node_modules\/(.+)$/.exec(input) ?? [];
  const [first = '', second = ''] = path?.split('/') ?? [];
  return path === undefined ? 'opwatch' : first.startsWith('@') ? `${first}/${second}` : first;
};

export const bundles = async (print: Print): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'opwatch-bench-'));
  try {
    const sources = readdirSync(join(root, 'functions')).map((name) => `functions/${name}`);
    const built = await bundle({ root, sources, outdir: relative(root, dir) });
    await stop();

    const times = new Map<string, number[]>();
    // One after the other and in turn: what else the machine does meanwhile falls on all of them alike.
    for (let round = -1; round < ROUNDS; round += 1) {
      for (const { file } of built.bundles) {
        const ms = await importMs(file, dir);
        if (round >= 0) times.set(file, [...(times.get(file) ?? []), ms]);
      }
    }
    const bySize = built.bundles.toSorted((a, b) => b.bytes - a.bytes);
    print(
      table(
        ['function', 'bytes', 'KB', 'import CPU ms'],
        bySize.map(({ file, bytes }) => [
          basename(file, '.mjs'),
          number(bytes),
          number(bytes / 1_000),
          number(median(times.get(file) ?? []), 1),
        ]),
      ),
    );
    print('wanted: at most 450 KB, the notifier 600 KB');

    const [largest] = bySize;
    const output = Object.values(built.metafile.outputs).find(({ entryPoint }) => entryPoint === largest?.source);
    const sizes = new Map<string, number>();
    for (const [input, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
      const name = packageOf(input);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
    const heaviest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, PACKAGES_SHOWN);
    print(`${basename(largest?.file ?? '', '.mjs')}, the largest, holds:`);
    print(
      table(
        ['package', 'KB'],
        heaviest.map(([name, bytes]) => [name, number(bytes / 1_000)]),
      ),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
