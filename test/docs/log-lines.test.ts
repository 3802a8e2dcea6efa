/** docs/operations.md lists the `what` of every line that the functions log. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageNamed, quoted, sectionOf, tablesIn } from './markdown.ts';

const root = join(import.meta.dirname, '..', '..');

/** The functions write these texts. The commands talk to a person and write no log. */
const code = globSync('{lib,functions}/**/*.ts', { cwd: root })
  .filter((file) => !file.startsWith('lib/commands/'))
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n');

/** The first argument of a call that logs, or of a factory whose handlers note a change. */
const CALLS = /(?:\.(?:info|warn|error)|\bnote|\bwith(?:Delivery|Parked|Origin))\(\s*'([^']+)'/g;
/** A text that depends on a condition stands in a constant before its call. */
const CONSTANTS = /const what = \w+ \? '([^']+)' : '([^']+)'/g;

const written = [...code.matchAll(CALLS), ...code.matchAll(CONSTANTS)].flatMap(([, ...texts]) => texts);

test('docs/operations.md lists the `what` of every log line', () => {
  const [table] = tablesIn(sectionOf(pageNamed('operations.md'), 'Log lines'));
  const told = table?.rows.flatMap(([cell = '']) => quoted(cell)) ?? [];
  expect(told.toSorted()).toEqual([...new Set(written)].toSorted());
});

test('each log line begins with a text of its own', () => {
  const calls = [...code.matchAll(/\blog\.(?:info|warn|error)\(\s*(.{12})/g)].map(([, text]) => text);
  expect(calls.filter((text) => !/^(?:'|what, )/.test(text ?? ''))).toEqual([]);
});
