/** `npm run ring-alarms` against a stand-in for CloudWatch, in its JSON protocol. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, sendJson, serveLocally } from '../../offline/local-server.ts';

const root = join(import.meta.dirname, '..', '..');

type Alarm = { AlarmName: string; AlarmDescription: string; StateValue: string } & Record<string, unknown>;

const alarmOf = (name: string, more: object = {}, deployment = 'opwatch-prod'): Alarm => ({
  AlarmName: `${deployment}-${name}`,
  AlarmDescription: `It is wrong; docs/operations.md#${name}`,
  StateValue: 'OK',
  ActionsEnabled: true,
  AlarmActions: [`arn:aws:sns:eu-west-1:123456789012:${deployment}-alarms`],
  ...more,
});

let server: LocalServer;
let alarms: Alarm[] = [];
/** Names that CloudWatch refuses to set. */
let refused: string[] = [];
let set: { AlarmName: string; StateValue: string; StateReason: string }[] = [];

beforeEach(async () => {
  [alarms, refused, set] = [[], [], []];
  server = await serveLocally(0, ({ headers, body }, response) => {
    const asked = JSON.parse(body.toString());
    if (headers['x-amz-target']?.endsWith('.DescribeAlarms')) {
      // A page holds two.
      const all = alarms.filter(({ AlarmName }) => AlarmName.startsWith(asked.AlarmNamePrefix));
      const from = Number(asked.NextToken ?? 0);
      const NextToken = from + 2 < all.length ? String(from + 2) : undefined;
      return sendJson(response, 200, { MetricAlarms: all.slice(from, from + 2), NextToken });
    }
    if (refused.includes(asked.AlarmName))
      return sendJson(response, 403, { __type: 'AccessDenied', message: 'not you' });
    set.push(asked);
    return sendJson(response, 200, {});
  });
});
afterEach(() => server.close());

type Ended = { readonly code: number; readonly out: string; readonly err: string };

const run = (args: readonly string[], more: Readonly<Record<string, string | undefined>> = {}): Promise<Ended> => {
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_CLOUDWATCH: server.url,
    ...more,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ['lib/commands/ring-alarms.ts', ...args], { cwd: root, env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
};

const ringAll = (...args: readonly string[]) => run(['--deployment', 'opwatch-prod', ...args]);
const names = () => set.map(({ AlarmName }) => AlarmName);

describe('npm run ring-alarms', () => {
  it('rings every alarm of the deployment once, over all pages, and says what must arrive', async () => {
    const all = ['no-sweep', 'overdue', 'canary-poll-aliyun', 'throttled', 'requests-failing'];
    alarms = all.map((name) => alarmOf(name));
    const { code, out, err } = await ringAll();
    expect([code, err]).toEqual([0, '']);
    expect(names()).toEqual(all.map((name) => `opwatch-prod-${name}`));
    expect(set.every(({ StateValue, StateReason }) => StateValue === 'ALARM' && StateReason !== '')).toBe(true);
    expect(out).toContain('rung\topwatch-prod-no-sweep: It is wrong; docs/operations.md#no-sweep\n');
    expect(out).toContain(
      'The command rang 5 alarms. For each alarm, the subscribers of the topic opwatch-prod-alarms must get two messages.',
    );
  });

  it('leaves another deployment alone, whose name begins with the same words', async () => {
    alarms = [alarmOf('no-sweep'), alarmOf('no-sweep', {}, 'opwatch-prod-eu')];
    await ringAll();
    expect(names()).toEqual(['opwatch-prod-no-sweep']);
  });

  it('leaves alone what rings already, and says so', async () => {
    alarms = [alarmOf('no-sweep', { StateValue: 'ALARM' })];
    const { code, out } = await ringAll();
    expect([code, names()]).toEqual([0, []]);
    expect(out).toContain('rings already, not changed\topwatch-prod-no-sweep');
    expect(out).toContain('The command rang no alarm.');
  });

  it('ends with 1 where an alarm cannot be rung or tells nobody, and goes on with the others', async () => {
    alarms = [alarmOf('no-sweep', { ActionsEnabled: false }), alarmOf('overdue'), alarmOf('throttled')];
    refused = ['opwatch-prod-overdue'];
    const { code, out } = await ringAll();
    expect([code, names()]).toEqual([1, ['opwatch-prod-throttled']]);
    expect(out).toContain('reaches nobody: its actions are disabled\topwatch-prod-no-sweep');
    expect(out).toContain('not rung: not you\topwatch-prod-overdue');
    expect(out).toContain('The command rang 1 alarm.');
  });

  it.each([
    ['--alarm', 'overdue'],
    ['--alarm', 'opwatch-prod-overdue'],
  ])('%s %s rings that one', async (...args) => {
    alarms = [alarmOf('no-sweep'), alarmOf('overdue')];
    await ringAll(...args);
    expect(names()).toEqual(['opwatch-prod-overdue']);
  });

  it('--list shows states and rings none; the deployment may be named by TABLE_NAME', async () => {
    alarms = [alarmOf('no-sweep', { StateValue: 'INSUFFICIENT_DATA' }), alarmOf('overdue')];
    const { code, out } = await run(['--list'], { TABLE_NAME: 'opwatch-prod' });
    expect([code, names()]).toEqual([0, []]);
    expect(out).toBe(
      'INSUFFICIENT_DATA\topwatch-prod-no-sweep: It is wrong; docs/operations.md#no-sweep\n' +
        'OK\topwatch-prod-overdue: It is wrong; docs/operations.md#overdue\n',
    );
  });

  it.each<[string, readonly string[], Readonly<Record<string, string | undefined>>, string]>([
    ['no deployment', [], {}, 'name the deployment\nusage:'],
    [
      'one that is not there',
      ['--deployment', 'opwatch-test'],
      {},
      'there is no alarm of opwatch-test in this account',
    ],
    ['an alarm that is not there', ['--deployment', 'opwatch-prod', '--alarm', 'x'], {}, 'has no alarm opwatch-prod-x'],
    ['no such option', ['--stage', 'prod'], {}, "Unknown option '--stage'"],
    ['no region', ['--deployment', 'opwatch-prod'], { AWS_REGION: undefined }, 'AWS needs a region: set AWS_REGION'],
  ])('given %s, it rings none and says what to do', async (_, args, env, says) => {
    alarms = [alarmOf('no-sweep')];
    const { code, err } = await run(args, env);
    expect([code, names()]).toEqual([1, []]);
    expect(err).toContain(says);
  });
});
