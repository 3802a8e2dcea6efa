/** What commands say in the first hour, when something is missing: the situation, and the message with its cure. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'opwatch-messages-'));
afterAll(() => rmSync(home, { recursive: true }));

/** An account's keys, and nothing else that AWS's SDK could find. */
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example', AWS_EC2_METADATA_DISABLED: 'true' };
const EMR = JSON.stringify({ RegionId: 'cn-hangzhou', ClusterId: 'c-1', OperationId: 'op-1' });

const said = (command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: home, TABLE_NAME: 'opwatch-dev', ...KEYS, ...more };
    const all = ['deploy/run.mjs', `lib/commands/${command}.ts`, ...args];
    execFile(process.execPath, all, { cwd: root, env }, (error, out, err) =>
      resolve(`${error?.code ?? 0} ${out}${err}`),
    );
  });

const REGION = 'AWS needs a region: set AWS_REGION';

test.each<[situation: string, command: string, args: string[], message: string]>([
  ['no region', 'token', ['list'], REGION],
  ['no region', 'ring-alarms', ['--list'], REGION],
  ['no region', 'callback-key', ['public'], REGION],
  ['no region', 'notify-test', ['ops'], REGION],
  ['no region', 'probe', ['aliyun-emr', EMR], REGION],
  [
    'a tenant that is not configured',
    'token',
    ['create', '--tenant', 'defualt'],
    '--tenant: the configuration names no tenant defualt: did you mean default?',
  ],
  [
    'a connection that is not configured',
    'token',
    ['create', '--connections', 'aliyun-prod'],
    '--connections: the configuration names no connection aliyun-prod: did you mean aliyun?',
  ],
  [
    'a target that is not configured',
    'token',
    ['create', '--targets', 'https://ci.example.com,chat'],
    '--targets: the configuration names no target chat: there are: ops',
  ],
  [
    'an operation that is no JSON',
    'probe',
    ['aliyun-emr', "{'RegionId': 1}"],
    'the operation is not JSON: line 1, column 2',
  ],
])('%s: %s', async (_, command, args, message) => {
  const told = await said(command, args);
  expect(told).toContain(message);
  expect(told).toMatch(/^1 /);
});
