import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FILES } from '../../checks/mutation/files.ts';
import { type Results, review } from '../../checks/mutation/review.ts';
import { SURVIVORS } from '../../checks/mutation/survivors.ts';

const SOURCE = 'const a = 1;\nconst b = a < 2 || c;\n';
const at = (line: number, from: number, to: number) => ({ start: { line, column: from }, end: { line, column: to } });
const mutant = (status: string, replacement = 'a <= 2') => ({ status, replacement, location: at(2, 11, 16) });
const killed = (count: number) => Array.from({ length: count }, () => mutant('Killed'));
const found = (...mutants: Results[string]['mutants']): Results => ({ 'lib/a.ts': { source: SOURCE, mutants } });
const reason = {
  file: 'lib/a.ts',
  code: 'const b = a < 2',
  becomes: ['a <= 2'],
  why: 'The result is the same, because it is never 2.',
};

describe('what Stryker found', () => {
  test('is a table of the files, and the survivors with their reasons', () => {
    const { page, faults } = review(found(...killed(18), mutant('Timeout'), mutant('Survived')), [reason]);
    expect(page).toContain('| `lib/a.ts` | 19 | 1 | 95.0 % |');
    expect(page).toContain(
      '- In lib/a.ts:2, Stryker replaces `a < 2` by `a <= 2`: The result is the same, because it is never 2.',
    );
    expect(faults).toEqual([]);
  });

  test.each([
    ['survived', 'Survived'],
    ['was reached by no test', 'NoCoverage'],
  ])('is at fault where a change %s without a reason', (_, status) => {
    const results = found(...killed(19), mutant(status, 'true'));
    expect(review(results, []).faults).toEqual(['lib/a.ts:2: no reason for a < 2 -> true\n    const b = a < 2 || c;']);
    expect(review(results, [{ ...reason, file: 'lib/b.ts', becomes: ['true'] }]).faults).toHaveLength(1);
    expect(review(results, [{ ...reason, code: 'const a', becomes: ['true'] }]).faults).toHaveLength(2);
  });

  test('is at fault where a reason is for nothing, but not for a file that was left out', () => {
    expect(review(found(...killed(1)), [reason]).faults).toEqual(['lib/a.ts: killed by now, or gone: const b = a < 2']);
    expect(review({}, [reason]).faults).toEqual([]);
  });

  test('is at fault where fewer than 90 % were killed, whatever the reasons', () => {
    const survived = (count: number) => Array.from({ length: count }, () => mutant('Survived'));
    expect(review(found(...killed(9), ...survived(1)), [reason]).faults).toEqual([]);
    expect(review(found(...killed(8), ...survived(1)), [reason]).faults).toEqual(['lib/a.ts: below 90 %']);
  });

  test('shows code on one line, whatever it holds', () => {
    const { page } = review(found(...killed(19), mutant('Survived', '`a\n  b` || c')), []);
    expect(page).toContain('`a < 2` by `` `a b` || c ``: **no reason**');
  });

  test('counts what cannot be loaded for neither', () => {
    expect(review(found(...killed(1), mutant('RuntimeError')), []).page).toContain('| `lib/a.ts` | 1 | 0 | 100.0 % |');
  });
});

describe('docs/mutation.md', () => {
  const page = readFileSync('docs/mutation.md', 'utf8');

  test('has a score for each of the critical files, and no other', () => {
    expect(FILES.filter((file) => !existsSync(file))).toEqual([]);
    expect([...page.matchAll(/^\| `(.+)` \|/gm)].map(([, file]) => file)).toEqual(FILES);
  });

  test('has a reason for each survivor', () => {
    const whys = [...page.matchAll(/^- In lib\/.+`: (.+)$/gm)].map(([, why]) => why);
    expect(new Set(whys)).toEqual(new Set(SURVIVORS.map(({ why }) => why)));
  });

  test.each(SURVIVORS)('$file still has $code', ({ file, code }) => {
    expect(readFileSync(file, 'utf8')).toContain(code);
  });
});
