/** What `npm run check` finds of a configuration and of what its schedules submit, without leaving this machine. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allFaults, mustBeSound } from '../../lib/check/check.ts';
import { lineOf } from '../../lib/config/faults.ts';

const linesOf = (input: unknown): string[] => allFaults(input).map(lineOf);

const aliyun = { vendor: 'aliyun', credentials: 'ssm:/opwatch/aliyun' };
const huawei = { vendor: 'huawei', credentials: 'ssm:/opwatch/huawei' };
const operation = {
  region: 'cn-north-4',
  project_id: '89cd04f168b84af6be287f71730fdb4b',
  cluster_id: '7d85f602-a948-4a30-afd4-e84f47471c15',
  action_name: 'SNAPSHOTTING',
};
const submission = { provider: 'huawei-dws', operation, deadline: 'PT8H' };
const nightly = { name: 'nightly', cron: '5 2 * * ? *', timeZone: 'Asia/Shanghai', submission };
const good = {
  connections: { aliyun, huawei },
  targets: { ops: { type: 'slack', url: 'ssm:/opwatch/ops' } },
  defaults: { notify: ['ops'] },
  schedules: [nightly],
  deploy: { alarmEmail: 'ops@example.com', reserve: true, topics: ['arn:aws:sns:eu-west-1:123456789012:ops'] },
};
const scheduled = (more: object) => ({ ...good, schedules: [{ ...nightly, submission: { ...submission, ...more } }] });

test('a good one has no faults', () => {
  expect(linesOf(good)).toEqual([]);
  expect(() => mustBeSound(good)).not.toThrow();
});

describe('the submission of a schedule', () => {
  const AT = 'schedules.0.submission';
  test.each<[what: string, input: unknown, lines: unknown[]]>([
    [
      'with four mistakes',
      scheduled({
        operation: { ...operation, action_name: 'snapshot it' },
        deadline: '8h',
        notify: ['opps'],
        lables: {},
      }),
      [
        `${AT}.lables: is an object; is not a known field`,
        `${AT}.operation.action_name: is a text; action_name must be the name of an action, such as SNAPSHOTTING`,
        expect.stringMatching(/^schedules\.0\.submission\.notify\.0: is a text; is neither a configured target/),
        expect.stringMatching(/^schedules\.0\.submission\.deadline: is a text; must be an instant/),
      ],
    ],
    [
      'of a provider that is misspelled',
      scheduled({ provider: 'huawei-dwss' }),
      [
        expect.stringMatching(
          /^schedules\.0\.submission\.provider: is a text; must be one of .*; did you mean huawei-dws\?$/,
        ),
      ],
    ],
    [
      'whose deadline is an instant',
      scheduled({ deadline: '2099-01-01T00:00:00Z' }),
      [expect.stringContaining('must be a duration such as PT8H: a schedule submits again and again')],
    ],
    [
      'that is empty',
      { ...good, schedules: [{ ...nightly, submission: [] }] },
      [`${AT}: is an empty list; an array must hold 1 to 25 submissions`],
    ],
    [
      'that is one of several',
      { ...good, schedules: [{ ...nightly, submission: [submission, { ...submission, operation: {} }] }] },
      // A matcher has no type of a list, and the other rows are lists.
      expect.arrayContaining([
        expect.stringMatching(/^schedules\.0\.submission\.1\.operation\.region: is missing; /),
      ]) as never,
    ],
    [
      'that is told to a target with a fault of its own: the fault is told once',
      { ...good, targets: { ops: { type: 'slack', url: 'ssm:/opwatch/ops', lable: 'x' } } },
      [expect.stringMatching(/^targets\.ops\.lable: is a text; is not a known setting/)],
    ],
    [
      'that is looked at through a connection with a fault of its own',
      { ...good, connections: { aliyun, huawei: { ...huawei, vendor: 'huawai' } } },
      ['connections.huawei.vendor: is a text; must be one of aliyun, huawei'],
    ],
    [
      'that has no text for a name, and the name of another',
      { ...good, schedules: [nightly, { ...nightly, cron: '5 2 * * *' }, { ...nightly, name: 'Nightly Run' }] },
      [
        expect.stringMatching(/^schedules\.1\.cron: is a text; must have six fields and not 5/),
        'schedules.2.name: is a text; must be 1 to 63 of a-z, 0-9 and "-"',
        'schedules.1.name: is a text; must be another name: schedules.0 already has this one',
      ],
    ],
  ])('%s', (_, input, lines) => expect(linesOf(input)).toEqual(lines));
});

describe('parameters of the deployment', () => {
  test.each<[object, string[]]>([
    [{ reserve: 'yes' }, ['deploy.reserve: is a text; must be true or false']],
    [{ pollQueues: 21 }, ['deploy.pollQueues: is a number; must be a whole number from 1 to 20']],
    [
      { alarmEmial: 'a@example.com' },
      ['deploy.alarmEmial: is a text; is not a known setting: did you mean alarmEmail?'],
    ],
    [
      { alarmSlackChannel: 'C0123ABCD' },
      ['deploy: is an object; must have both alarmSlackWorkspace and alarmSlackChannel, or neither'],
    ],
    [{ topics: ['ops'] }, ['deploy.topics.0: is a text; must be an ARN of sns']],
  ])('%j', (deploy, lines) => expect(linesOf({ ...good, deploy })).toEqual(lines));
});

describe('faults beside each other', () => {
  /** A setting, what is put there, and where the fault is told: left out, there. */
  const CHANGES: readonly (readonly [setting: string, value: unknown, place?: string])[] = [
    ['connections.aliyun.vendor', 'alyun'],
    ['connections.aliyun.credentials', 7],
    ['connections.huawei.projct', 'x'],
    ['targets.bad', { type: 'slak' }, 'targets.bad.type'],
    ['targets.ops.mention', { user: [] }, 'targets.ops.mention.user'],
    ['targets.hook', { type: 'webhook', url: 'env:A' }, 'targets.hook.secrets'],
    ['tenants.data.connections', ['nobody'], 'tenants.data.connections.0'],
    ['tenants.data.callbackSigning', 'v1a', 'tenants.data.signing'],
    ['defaults.notify.1', 'nobody'],
    ['defaults.deadline', 'P8D'],
    ['gaps.aws', {}],
    ['links.keys', []],
    ['callbacks.allowPorts', [0], 'callbacks.allowPorts.0'],
    ['operators', ['nobody'], 'operators.0'],
    ['schedules.0.cron', '* * * * * *'],
    ['schedules.0.submission.deadline', '8h'],
    ['schedules.0.submission.operation.cluster_id', undefined],
    ['deploy.canary', 'yes'],
    ['defualts', {}],
  ];

  const put = (within: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void => {
    if (rest.length === 0) within[name] = value;
    else put(within[name] as Record<string, unknown>, rest, value);
  };

  test('are all told, whichever there are: none hides another', () => {
    fc.assert(
      fc.property(fc.subarray([...CHANGES]), (changes) => {
        const config = structuredClone({
          ...good,
          ...{ tenants: { data: {} }, gaps: {}, links: { keys: ['env:A'] }, callbacks: {} },
        });
        for (const [setting, value] of changes) put(config, setting.split('.'), value);
        const places = allFaults(config).map(({ path }) => path.join('.'));
        expect(places.toSorted()).toEqual(changes.map(([setting, , place = setting]) => place).toSorted());
      }),
    );
  });
});
