/** Two stacks from one checkout: each leaves the other's notice alone. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { announce, runningStacks } from '../../offline/notice.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'opwatch-test-'));
  mkdirSync(join(root, '.opwatch'));
});
afterEach(() => rmSync(root, { recursive: true }));

const stackAt = (port: number) => ({ api: `http://127.0.0.1:${port}` });
const found = () => runningStacks(root).map((notice) => (notice as { api: string }).api);

test('commands find the first of two stacks, also after the second has ended', () => {
  const first = announce(root, stackAt(4100));
  const second = announce(root, stackAt(4200));
  expect([first.isFirst, second.isFirst]).toEqual([true, false]);
  expect(found()).toEqual(['http://127.0.0.1:4100', 'http://127.0.0.1:4200']);
  second.takeDown();
  expect(found()).toEqual(['http://127.0.0.1:4100']);
  expect(existsSync(join(root, '.opwatch', 'stack.json'))).toBe(true);
});

test('commands find the second when the first has ended', () => {
  const first = announce(root, stackAt(4100));
  const second = announce(root, stackAt(4200));
  first.takeDown();
  expect(found()).toEqual(['http://127.0.0.1:4200']);
  second.takeDown();
  expect(readdirSync(join(root, '.opwatch'))).toEqual([]);
});

test('the notice of a stack that was killed is nobody, and is written over', () => {
  // The largest id that Linux gives is 2 to the power of 22.
  writeFileSync(join(root, '.opwatch', 'stack.json'), JSON.stringify({ ...stackAt(4100), pid: 2 ** 30 }));
  expect(found()).toEqual([]);
  expect(announce(root, stackAt(4300)).isFirst).toBe(true);
  expect(found()).toEqual(['http://127.0.0.1:4300']);
});

test('half a notice, and other files, are none', () => {
  writeFileSync(join(root, '.opwatch', 'stack.json'), '{"api": "http://127');
  writeFileSync(join(root, '.opwatch', 'stack.log'), '{}');
  writeFileSync(join(root, '.opwatch', 'stack-x.json'), '{}');
  expect(found()).toEqual([]);
});
