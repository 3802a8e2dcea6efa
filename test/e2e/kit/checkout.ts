/** A checkout of one's own, to spoil: the very files of this one, and what becomes of `npm start` in it. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
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

const root = dirname(dirname(dirname(import.meta.dirname)));
const COPIED = [
  'bundle.ts',
  'deploy',
  'docs',
  'events',
  'functions',
  'lib',
  'offline',
  'opwatch.config.ts',
  'package.json',
  'serverless.yml',
];

export type Ended = { readonly code: number | null; readonly said: string };

/** A command that goes on until it is interrupted. */
export type Going = {
  /** Everything it has said. */
  readonly said: () => string;
  /** Waits until it has said something that matches; throws when it ends before that. Answers the match. */
  readonly says: (words: RegExp) => Promise<RegExpExecArray>;
  /** Ctrl-C. */
  readonly interrupt: () => Promise<Ended>;
};

export type Checkout = {
  readonly dir: string;
  /** Replaces the first `before` in a file, which must be there, or the whole file where `before` is left out. */
  readonly edit: (file: string, after: string, before?: string) => void;
  /** Begins a script of offline/. */
  readonly begin: (script: string, args?: readonly string[], env?: NodeJS.ProcessEnv) => Going;
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

  const launch = (script: string, args: readonly string[], env: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, [join(dir, 'offline', `${script}.ts`), ...args], {
      cwd: dir,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const news = new EventEmitter();
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        news.emit('said');
      });
    }
    const ended = once(child, 'close').then(([code]): Ended => ({ code, said }));
    return { child, ended, news, said: () => said };
  };

  return {
    dir,
    edit: (file, after, before) => {
      const path = join(dir, file);
      const source = before === undefined ? '' : readFileSync(path, 'utf8');
      if (before !== undefined && !source.includes(before)) throw new Error(`${file} does not hold ${before}`);
      writeFileSync(path, before === undefined ? after : source.replace(before, () => after));
    },
    begin: (script, args = [], env = {}) => {
      const { child, ended, news, said } = launch(script, args, env);
      return {
        said,
        says: async (words) => {
          for (;;) {
            const match = words.exec(said());
            if (match) return match;
            const end = await Promise.race([ended, once(news, 'said').then(() => undefined)]);
            if (end && !words.test(end.said)) throw new Error(`it ended with ${end.code}:\n${end.said}`);
          }
        },
        interrupt: () => {
          child.kill('SIGINT');
          return ended;
        },
      };
    },
    run: (script, args = [], env = {}) => launch(script, args, env).ended,
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
