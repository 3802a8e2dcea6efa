/** No regular expression takes time that explodes with what it reads. */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { redact } from '../../lib/redact.ts';

type Detector = {
  readonly isSafe: (
    expression: RegExp,
    limits: { maxScore: number; maxSteps: number; timeout: number },
  ) => { readonly safe: boolean };
};
const { isSafe } = createRequire(import.meta.url)('redos-detector') as Detector;

const root = path.resolve(import.meta.dirname, '../..');
const files = globSync('{lib,functions}/**/*.ts', { cwd: root }).map((file) => file.replaceAll(path.sep, '/'));
const codeOf = (file: string): string =>
  readFileSync(path.join(root, file), 'utf8')
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/^\s*\/\/.*$/gm, '');

/** Regular expressions stand where a value may: after a bracket, an operator, a comma, `return`, or at the start of a line. */
const LITERAL = /(?<=[(,=:[!&|?{};]\s*|return |^\s*)\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/gm;

const literals = files.flatMap((file) =>
  [...codeOf(file).matchAll(LITERAL)].map(([literal, source = '', flags = '']) => ({ file, literal, source, flags })),
);

/** The detector reads neither names of groups nor the flag v. It is given steps, not time: a busy machine must not change what it says. */
const judge = (source: string, flags: string) =>
  isSafe(new RegExp(source.replace(/\(\?<\w+>/g, '('), flags.replace('v', 'u')), {
    maxScore: 1_000,
    maxSteps: 20_000,
    timeout: Number.POSITIVE_INFINITY,
  });

/** What the detector cannot clear, and why it is linear all the same. */
const CLEARED: Readonly<Record<string, string>> = {
  'lib/address-guard.ts': 'reads what is known to be an address, 45 characters at most',
  'lib/clouds/code-family.ts': 'reads the first 128 characters of a code at most',
  'lib/redact.ts': 'reads valid JSON only, where every string it begins has an end',
  'lib/targets/kit/template.ts':
    'braces are excluded from what it repeats: each start reads on to the next brace at most',
  'lib/targets/sns.ts': 'what it repeats excludes what it begins with: each start reads on to the next "<" at most',
  'lib/time.ts': 'reads 64 characters at most',
};

test('the detector tells good from bad', () => {
  for (const source of ['^(a+)+$', '^(\\d+)*x', '^\\s*\\n\\s*$', '(a|a)*b']) expect(judge(source, '').safe).toBe(false);
  for (const source of ['^[a-z]{3}$', '^Bearer opw_([0-9a-f]{12})$']) expect(judge(source, '').safe).toBe(true);
});

describe('every regular expression', () => {
  test('is seen', () => {
    expect(literals.length).toBeGreaterThan(140);
    const composed = files.filter((file) => /new RegExp\(/.test(codeOf(file)));
    expect(composed.sort()).toEqual(['lib/commands/probe/mask.ts', 'lib/redact.ts', 'lib/targets/kit/template.ts']);
  });

  test('is safe, or cleared with a reason [S12]', () => {
    const unsafe = literals.filter(({ source, flags }) => !judge(source, flags).safe);
    expect(unsafe.filter(({ file }) => !Object.hasOwn(CLEARED, file))).toEqual([]);
    expect(unsafe.map(({ file }) => file).sort()).toEqual(Object.keys(CLEARED).sort());
  });

  test('that masks secrets has one way to read each character [S12]', () => {
    // Were there two, this text of 60 would take 2^60 steps.
    const secret = `${'/%"\\a集'.repeat(10)}`;
    const text = `${JSON.stringify(secret).slice(1, -2)} ${encodeURIComponent(secret).slice(0, -1)}`.repeat(50);
    expect(redact(text, [secret])).toBe(text);
  });
});
