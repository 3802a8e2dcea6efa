/** The lists of calls in docs/architecture.md are those of the code: every function is there, and its caller calls it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');

type Call = { readonly name: string; readonly file: string; readonly caller?: Call };

/** The calls of a list. Each entry stands two spaces further in than its caller, and is in its caller's file unless it names one. */
const callsIn = (heading: string): Call[] => {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const above: Call[] = [];
  return [...section.matchAll(/^( *)- `(\w+)`(?: in `([\w./-]+)`)? \w/gm)].map(([, indent = '', name = '', file]) => {
    const depth = indent.length / 2;
    const caller = above[depth - 1];
    const call = { name, file: file ?? caller?.file ?? '', ...(caller && { caller }) };
    above[depth] = call;
    return call;
  });
};

/** The text of a function without its comments, up to the next definition that stands no further in. A type may come before it. */
const bodyOf = ({ name, file }: Call): string | undefined => {
  const lines = readFileSync(join(root, file), 'utf8')
    .replace(/\/\*.*?\*\//gs, '')
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('//'));
  const start = lines.findLastIndex((line) =>
    new RegExp(`^(export )?const ${name}\\b|^ +(readonly )?${name}: `).test(line),
  );
  if (start < 0) return undefined;
  const indent = /^ */.exec(lines[start] ?? '')?.[0].length ?? 0;
  const isNext = (line: string) => new RegExp(`^ {${indent}}\\w`).test(line);
  const length = lines.slice(start + 1).findIndex(isNext);
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join('\n');
};

/** Whether a function calls another one by its name, or hands it to a function that does. */
const isCalledIn = (body: string, name: string): boolean =>
  new RegExp(`\\b${name}(<\\w+>)?\\(|\\(${name}[,)]`).test(body);

describe.each(['The way of a look', 'The way of a delivery'])('%s', (heading) => {
  const calls = callsIn(heading);

  test('is a list of calls', () => {
    const lines = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0]?.match(/^ *- /gm) ?? [];
    expect(calls.length).toBeGreaterThan(20);
    expect(calls).toHaveLength(lines.length);
    expect(calls.filter(({ caller }) => !caller)).toHaveLength(1);
  });

  test.each(calls.map((call) => [`${call.name} in ${call.file}`, call] as const))('%s', (_, call) => {
    expect(bodyOf(call)).toBeDefined();
    if (call.caller) expect(isCalledIn(bodyOf(call.caller) ?? '', call.name)).toBe(true);
  });
});
