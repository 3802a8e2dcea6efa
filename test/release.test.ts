import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RELEASE } from '../lib/core/release.ts';

test('the code knows its release', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(RELEASE).toBe(version);
});
