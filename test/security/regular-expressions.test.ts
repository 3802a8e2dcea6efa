/** No regular expression takes time that explodes with what it reads. */
import { describe, expect, test } from 'vitest';
import { redact } from '../../lib/net/redact.ts';
import { CLEARED, codeOf, files, isSafeExpression, literals } from './expressions.ts';

test('the detector tells good from bad', () => {
  for (const source of ['^(a+)+$', '^(\\d+)*x', '^\\s*\\n\\s*$', '(a|a)*b'])
    expect(isSafeExpression(source, '', 1_000)).toBe(false);
  for (const source of ['^[a-z]{3}$', '^Bearer opw_([0-9a-f]{12})$']) expect(isSafeExpression(source, '')).toBe(true);
});

describe('every regular expression', () => {
  test('is seen', () => {
    expect(literals.length).toBeGreaterThan(140);
    const composed = files.filter((file) => /new RegExp\(/.test(codeOf(file)));
    expect(composed.sort()).toEqual([
      'lib/clouds/aliyun-codes.ts',
      'lib/commands/probe/mask.ts',
      'lib/config/deployment.ts',
      'lib/net/secret-parts.ts',
      'lib/targets/kit/said.ts',
      'lib/targets/kit/template.ts',
    ]);
  });

  // That what is cleared needs it takes longer: test/slow/regular-expressions.test.ts.
  test('is safe, or cleared with a reason [S12]', () => {
    const judged = literals.filter(({ file }) => !Object.hasOwn(CLEARED, file));
    expect(judged.filter(({ source, flags }) => !isSafeExpression(source, flags))).toEqual([]);
  });

  test('that masks secrets has one way to read each character [S12]', () => {
    // Were there two, this text of 60 would take 2^60 steps.
    const secret = `${'/%"\\a集'.repeat(10)}`;
    const text = `${JSON.stringify(secret).slice(1, -2)} ${encodeURIComponent(secret).slice(0, -1)}`.repeat(50);
    expect(redact(text, [secret])).toBe(text);
  });
});
