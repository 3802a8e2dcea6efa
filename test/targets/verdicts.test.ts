/** One table of all targets: what comes of an answer. `npx vitest run test/targets` prints it. */
import { expect, it } from 'vitest';
import { targetTypes } from '../../lib/targets/index.ts';
import { verdictTable } from './verdict-table.ts';

const HEAD = ['target', 'success', 'refusal', 'rate limit', 'too long', 'injection'];

it('every target: success, refusal (inside a 2xx where the service hides it there), rate limit, too long, injection', () => {
  const table = verdictTable();
  const widths = HEAD.map((_, i) => Math.max(...[HEAD, ...table].map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  console.log([HEAD, ...table].map(line).join('\n'));

  expect(table.map(([type]) => type)).toEqual(targetTypes);
  for (const [type, success, refusal, limit, long, injection] of table) {
    expect([success, long, injection], type).toEqual(['delivered', 'delivered', 'delivered']);
    expect(refusal, type).toMatch(/^(retry|gone): /);
    expect(limit, type).toMatch(/^retry: .*, slow/);
  }
});
