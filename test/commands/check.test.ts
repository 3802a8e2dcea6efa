/** `npm run check`: one run tells everything, and the guard before each script tells which Node is needed. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'opwatch-check-'));
afterAll(() => rmSync(dir, { recursive: true }));

const run = (...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: dir, NO_COLOR: '1' };
    execFile(process.execPath, args, { cwd: root, env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out: out + err }),
    );
  });

const checked = (text: string) => {
  const file = join(dir, 'mine.ts');
  writeFileSync(file, text);
  return run('deploy/run.mjs', 'lib/commands/check.ts', '--config', file);
};

const SECRET = 'S3CR3T9876';

/** Twenty faults: names that are none, values of a wrong kind, what is missing, what does not go together, and schedules. */
const TWENTY = `
const operation = { region: 'cn-north-4', project_id: 'p1', cluster_id: 'c1', action_name: 'SNAPSHOTTING' };
export default {
  connections: {
    'Prod Aliyun': { vendor: 'aliyun', credentials: 'ssm:/opwatch/aliyun' },
    aliyun: { vendor: 'aliyun', credentials: '${SECRET}', callsPerSecond: 'ten' },
    huawei: { vendor: 'huawai', credentials: { accessKeyId: 'env:A' } },
  },
  targets: {
    chat: { type: 'slak', url: 'ssm:/opwatch/chat' },
    ops: { type: 'webhook', url: 'http://ci.example.com/?key=${SECRET}', secret: 'env:S' },
    build: { type: 'gitlab-trigger', project: 'a/b', token: 'env:T', ref: 'main', events: [] },
  },
  operators: ['build'],
  tenants: { data: { callbackSigning: 'v1a', connections: ['huawai'] } },
  defaults: { notify: ['opps'], deadline: '24h' },
  links: { keys: ['${SECRET}'] },
  gaps: { 'aliyun-emrr': { min: 'PT10S' } },
  schedules: [
    { name: 'nightly', cron: '5 2 * * *', timeZone: 'Mars/Olympus', submission: { provider: 'aliyun-emrr', operation } },
  ],
  deploy: { reserve: 'yes' },
  calbacks: {},
};`;

const PLACES = [
  'connections.Prod Aliyun',
  'connections.aliyun.credentials',
  'connections.aliyun.callsPerSecond',
  'connections.huawei.vendor',
  'connections.huawei.credentials.secretAccessKey',
  'targets.chat.type',
  'targets.ops.url',
  'targets.ops.secret',
  'targets.ops.secrets',
  'targets.build.events',
  'operators.0',
  'tenants.data.signing',
  'tenants.data.connections.0',
  'defaults.notify.0',
  'defaults.deadline',
  'links.keys.0',
  'gaps.aliyun-emrr',
  'schedules.0.cron',
  'schedules.0.timeZone',
  'schedules.0.submission.provider',
];

describe('npm run check', () => {
  test('tells twenty faults in one run, each in one line with its place, the kind of the value and the cure', async () => {
    const withTwo = await checked(TWENTY);
    const text = TWENTY.replace("  deploy: { reserve: 'yes' },\n  calbacks: {},\n", '');
    const { code, out } = await checked(text);
    const lines = out.trimEnd().split('\n');
    expect(code).toBe(1);
    expect(lines).toHaveLength(20);
    expect(lines.map((line) => line.split(': ')[0]).toSorted()).toEqual(PLACES.toSorted());
    for (const line of lines) expect(line).toMatch(/^[\w. -]+: (is|has) [a-z ]+; .{8,}/);
    expect(withTwo.out.trimEnd().split('\n')).toHaveLength(22);
    expect(withTwo.out).not.toContain(SECRET);
  });

  test('says that all is in order, and ends with 0', async () => {
    const file = readFileSync(join(root, 'opwatch.config.ts'), 'utf8').replace("'./lib/", `'${root}/lib/`);
    expect(await checked(file)).toEqual({ code: 0, out: 'The configuration and its schedules have no faults.\n' });
  });

  test('names a file that cannot be loaded', async () => {
    const { code, out } = await run('lib/commands/check.ts', '--config', join(dir, 'none.ts'));
    expect(code).toBe(1);
    expect(out).toMatch(/none\.ts cannot be loaded: /);
  });
});

test.each([
  ['18.20.8', 1],
  ['20.20.2', 1],
  ['22.17.0', 1],
  ['22.18.0', 0],
  ['24.1.0', 0],
])('on Node %s a script ends with %i before it loads any TypeScript', async (version, code) => {
  const script = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); await import('./deploy/node-version.mjs')`;
  const ended = await run('--input-type=module', '--eval', script);
  expect(ended.code).toBe(code);
  expect(ended.out).toBe(
    code === 0
      ? ''
      : `opwatch needs Node 22.18 or newer, and this is ${version}: install a newer one (https://nodejs.org), then run npm ci.\n`,
  );
});

const SCRIPTS = Object.entries(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts,
).flatMap(([name, command]) => {
  const file = /node deploy\/run\.mjs (\S+)(?!.* && )/.exec(command)?.[1];
  return file === undefined ? [] : [[name, file] as const];
});

test.each(SCRIPTS)('npm run %s answers --help and does nothing', async (_, file) => {
  const { code, out } = await run('deploy/run.mjs', file, '--help');
  expect(code).toBe(0);
  expect(out).toMatch(/npm (run|start|test)/);
});
