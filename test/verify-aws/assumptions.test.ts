/** docs/assumptions.md and the checks of `npm run verify-aws` name each other. */
import { describe, expect, test } from 'vitest';
import { groups } from '../../checks/verify-aws/assumptions.ts';
import type { Check } from '../../checks/verify-aws/check.ts';
import { pageNamed, quoted, tablesIn } from '../docs/markdown.ts';

const checks = groups.flat();
const rows = tablesIn(pageNamed('assumptions.md'))
  .filter(({ head }) => head[0] === 'assumption')
  .flatMap((table) => table.rows);

const whereChecked = (check: Check): string => {
  if ('never' in check) return 'no';
  return 'runOnAws' in check || check.differsOffline !== undefined ? 'on AWS' : 'everywhere';
};

test('every assumption has a check, and every check an assumption', () => {
  expect(rows.length).toBeGreaterThan(30);
  const names = checks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(rows.map(([first = '']) => quoted(first)[0]).toSorted()).toEqual(names.toSorted());
});

describe.each(rows.map((row) => [quoted(row[0] ?? '')[0] ?? '', row] as const))('%s', (name, row) => {
  test('says who relies on it, by which source, and where it is checked', () => {
    const [, relied = '', source = '', checked] = row;
    expect(relied.length).toBeGreaterThan(20);
    expect(source).toMatch(/\]\(https:\/\/(docs\.aws\.amazon\.com|github\.com\/aws)\//);
    const check = checks.find((each) => each.name === name);
    expect(check && whereChecked(check)).toBe(checked);
  });
});
