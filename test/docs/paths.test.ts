/** Every file that the docs name is there: a moved file must not leave its old path behind. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const PAGES = globSync('{README.md,docs/**/*.md}', { cwd: root });

/** Paths in code spans, as far as they are whole: `lib/core/watch.ts`, and no `lib/targets/<target>.ts`. */
const NAMED = /`((?:lib|functions|deploy|offline|test|checks|events)\/[\w./-]+\.\w+)`/g;

/** The guides name files that their reader makes. */
const MADE = ['lib/providers/huawei-cce.ts', 'lib/targets/buildkite.ts'];

describe.each(PAGES)('%s', (page) => {
  const named = [...readFileSync(join(root, page), 'utf8').matchAll(NAMED)].map(([, path = '']) => path);

  it('names files that are there', () => {
    expect([...new Set(named)].filter((path) => !existsSync(join(root, path)) && !MADE.includes(path))).toEqual([]);
  });
});

/** A newcomer did not know these words. */
const ASKED_FOR = [
  'look',
  'lane',
  'grace',
  'parked',
  'sweep',
  'lapse',
  'slot',
  'turn',
  'generation',
  'head',
  'watches at work',
];

describe('docs/glossary.md', () => {
  const lines = readFileSync(join(root, 'docs', 'glossary.md'), 'utf8')
    .trimEnd()
    .split('\n');

  it('has at most forty lines, and each word once', () => {
    const words = lines.filter((line) => line.startsWith('| ')).map((line) => line.split(' | ')[0]);
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(words).toEqual([...new Set(words)]);
  });

  it.each(ASKED_FOR)('tells what "%s" means', (word) => {
    expect(lines.some((line) => line.startsWith(`| ${word} |`) || line.includes(`"${word}"`))).toBe(true);
  });
});
