/** Every regular expression of the functions, and what redos-detector says of it. */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

type Detector = {
  readonly isSafe: (
    expression: RegExp,
    limits: { maxScore: number; maxSteps: number; timeout: number },
  ) => { readonly safe: boolean };
};
const { isSafe } = createRequire(import.meta.url)('redos-detector') as Detector;

const root = path.resolve(import.meta.dirname, '../..');
export const files = globSync('{lib,functions}/**/*.ts', { cwd: root }).map((file) => file.replaceAll(path.sep, '/'));
export const codeOf = (file: string): string =>
  readFileSync(path.join(root, file), 'utf8')
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/^\s*\/\/.*$/gm, '');

/** Regular expressions stand where a value may: after a bracket, an operator, a comma, `return`, or at the start of a line. */
const LITERAL = /(?<=[(,=:[!&|?{};]\s*|return |^\s*)\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/gm;

export const literals = files.flatMap((file) =>
  [...codeOf(file).matchAll(LITERAL)].map(([literal, source = '', flags = '']) => ({ file, literal, source, flags })),
);

/** The detector reads neither names of groups nor the flag v. It is given steps, not time: a busy machine must not change what it says. */
export const isSafeExpression = (source: string, flags: string, maxSteps = 20_000): boolean =>
  isSafe(new RegExp(source.replace(/\(\?<\w+>/g, '('), flags.replace('v', 'u')), {
    maxScore: 1_000,
    maxSteps,
    timeout: Number.POSITIVE_INFINITY,
  }).safe;

/** What the detector cannot clear, and why it is linear all the same. */
export const CLEARED: Readonly<Record<string, string>> = {
  'lib/net/address-guard.ts': 'reads an address, 45 characters at most',
  'lib/clouds/code-family.ts': 'reads the first 128 characters of a code at most',
  'lib/core/json-place.ts': 'reads each character of a JSON string in one way, and each digit of a number in one',
  'lib/core/kept-sentence.ts': 'reads the templates of our own sentences',
  'lib/net/redact.ts': 'reads valid JSON only, where every string it begins has an end',
  'lib/net/secret-parts.ts': 'reads the address patterns of our own adapters',
  'lib/core/sentences.ts': 'reads the templates of our own sentences',
  'lib/targets/dingtalk.ts': 'reads the code and the words of one answer, 264 bytes at most (kit/said.ts)',
  'lib/targets/kit/aws-words.ts': 'reads the code and the words of one answer, 264 bytes at most (kit/said.ts)',
  'lib/targets/kit/context.ts': 'reads a setting of the configuration; it excludes the braces that it stands between',
  'lib/targets/kit/template.ts':
    'braces are excluded from what it repeats: each start reads on to the next brace at most',
  'lib/targets/teams.ts': 'reads the code and the words of one answer, 264 bytes at most (kit/said.ts)',
  'lib/targets/telegram.ts': 'reads the code and the words of one answer, 264 bytes at most (kit/said.ts)',
  'lib/core/time.ts': 'reads 64 characters at most',
};
