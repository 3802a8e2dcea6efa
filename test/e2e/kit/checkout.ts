/** A checkout of one's own, to spoil: the very files of this one, and what becomes of `npm start` in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = dirname(dirname(dirname(import.meta.dirname)));
const COPIED = [
  'bundle.ts',
  'deploy',
  'events',
  'functions',
  'lib',
  'offline',
  'opwatch.config.ts',
  'package.json',
  'serverless.yml',
];

export type Ended = { readonly code: number | null; readonly said: string };

export type Checkout = {
  readonly dir: string;
  /** Replaces the first `before` in a file, which must be there, or the whole file where `before` is left out. */
  readonly edit: (file: string, after: string, before?: string) => void;
  /** Runs `npm start` or `npm run demo` until it ends. */
  readonly run: (script: 'start' | 'demo', args?: readonly string[], env?: NodeJS.ProcessEnv) => Promise<Ended>;
  /** Processes that work in it; only Linux tells. */
  readonly processes: () => readonly string[];
  readonly remove: () => void;
};

export const copyCheckout = (): Checkout => {
  const dir = mkdtempSync(join(tmpdir(), 'opwatch-checkout-'));
  for (const name of COPIED) cpSync(join(root, name), join(dir, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  return {
    dir,
    edit: (file, after, before) => {
      const path = join(dir, file);
      const source = before === undefined ? '' : readFileSync(path, 'utf8');
      if (before !== undefined && !source.includes(before)) throw new Error(`${file} does not hold ${before}`);
      writeFileSync(path, before === undefined ? after : source.replace(before, () => after));
    },
    run: async (script, args = [], env = {}) => {
      const child = spawn(process.execPath, [join(dir, 'offline', `${script}.ts`), ...args], {
        cwd: dir,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
      return { code, said: out + err };
    },
    processes: () => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && folderOf(pid) === dir),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
};

const folderOf = (pid: string): string => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
};
