import { describe, expect, test } from 'vitest';
import { ConfigError, defineConfig, readConfig } from '../../lib/config/config.ts';
import { DAY, HOUR } from '../samples.ts';
import { configWith } from '../world/settings.ts';

const faults = (input: unknown): readonly string[] => {
  try {
    readConfig(input);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

const aliyun = { vendor: 'aliyun', credentials: 'ssm:/opwatch/aliyun' } as const;
const huawei = { vendor: 'huawei', credentials: 'secret:opwatch/huawei' } as const;
const smallest = defineConfig({ connections: { aliyun } });

describe('a configuration', () => {
  test('needs a connection and nothing else', () => {
    const config = readConfig(smallest);
    expect(config.connections.get('aliyun')).toEqual({
      name: 'aliyun',
      ...aliyun,
      endpoints: {},
      callsPerSecond: 10,
    });
    expect(config.deadlineMs).toBe(DAY);
    expect(config.notifyFor('default')).toBeUndefined();
    expect(config.gapFor('aliyun-emr')).toEqual({ factor: 2, minMs: 5_000, maxMs: 300_000 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('may say how long a watch lasts and who is told', () => {
    const config = configWith({ defaults: { deadline: 'PT6H', notify: ['chat', 'ci'] } });
    expect(config.deadlineMs).toBe(6 * HOUR);
    expect(config.notifyFor('default')).toEqual(['chat', 'ci']);
    expect(config.notifyFor('other')).toEqual(['ci']);
  });

  test('lets a connection be left out where there is one of its vendor, or a default', () => {
    expect(readConfig(smallest).connectionFor('aliyun')?.name).toBe('aliyun');
    expect(readConfig(smallest).connectionFor('huawei')).toBeUndefined();
    const two = { connections: { a: aliyun, b: aliyun, h: huawei } };
    expect(readConfig(two).connectionFor('aliyun')).toBeUndefined();
    expect(readConfig(two).connectionFor('aliyun', 'b')?.name).toBe('b');
    expect(readConfig({ ...two, defaults: { connections: { aliyun: 'a' } } }).connectionFor('aliyun')?.name).toBe('a');
    expect(readConfig(two).connectionFor('huawei')?.name).toBe('h');
  });

  test('sets gaps by operation type, else by provider', () => {
    const { gapFor } = readConfig({
      ...smallest,
      gaps: {
        'aliyun-emr': { min: 'PT10S', max: 'PT1M' },
        'aliyun-emr/CREATE_CLUSTER': { factor: 4 },
        'aliyun-ros': { min: 'PT0S' },
      },
    });
    expect(gapFor('aliyun-emr', 'CREATE_CLUSTER')).toEqual({ factor: 4, minMs: 5_000, maxMs: 300_000 });
    expect(gapFor('aliyun-emr', 'DELETE_CLUSTER')).toEqual({ factor: 2, minMs: 10_000, maxMs: 60_000 });
    expect(gapFor('aliyun-ros').minMs).toBe(1_000);
    expect(gapFor('huawei-dws').minMs).toBe(5_000);
  });

  test('takes one signing secret or several', () => {
    const { tenants } = readConfig({
      ...smallest,
      tenants: { a: { signing: 'env:A' }, b: { signing: ['env:A', 'env:B'] }, c: {} },
    });
    expect([...tenants.values()].map(({ signing }) => signing)).toEqual([['env:A'], ['env:A', 'env:B'], []]);
  });
});

const TARGET = { type: 'webhook', url: 'https://ci.example.com/opwatch', secrets: 'env:SIGNING' } as const;

test('tenants are bounded: `default` to nothing less than all, others to what is listed for them', () => {
  const { boundsFor } = readConfig({
    ...smallest,
    targets: { ops: TARGET },
    tenants: { team: { connections: ['aliyun'], targets: ['ops', 'https://*'] }, signer: { signing: 'env:A' } },
  });
  expect(['default', 'team', 'signer', 'nobody', 'constructor', '__proto__'].map(boundsFor)).toEqual([
    {},
    { connections: ['aliyun'], targets: ['ops', 'https://*'] },
    ...Array(4).fill({ connections: [], targets: [] }),
  ]);
});

describe('what is wrong with one', () => {
  test.each<[string, unknown, string[]]>([
    ['nothing there', undefined, ['the file: is missing']],
    ['no connections', {}, ['connections: is missing']],
    [
      'unknown vendor',
      { connections: { a: { ...aliyun, vendor: 'aws' } } },
      ['connections.a.vendor: expected ("aliyun" | "huawei")'],
    ],
    ['unknown setting', { ...smallest, targts: {} }, ['targts: is not a known setting']],
    ['no credentials', { connections: { a: { vendor: 'aliyun' } } }, ['connections.a.credentials: is missing']],
    [
      'a rate of nothing',
      { connections: { a: { ...aliyun, callsPerSecond: 0 } } },
      ['connections.a.callsPerSecond: expected >=0.1'],
    ],
    [
      'a tenant bounded to what is not there',
      { ...smallest, tenants: { team: { connections: ['none'], targets: ['nobody', 'https://ci.example.com/path'] } } },
      [
        'tenants.team.connections.0: names no connection',
        'tenants.team.targets.0: names no target, and is no origin such as https://ci.example.com',
        'tenants.team.targets.1: names no target, and is no origin such as https://ci.example.com',
      ],
    ],
    [
      'a tenant whose default target is not among its targets',
      { ...smallest, targets: { ops: TARGET }, tenants: { team: { notify: ['ops'], targets: [] } } },
      ['tenants.team.targets: must hold ops, which tenants.team.notify names'],
    ],
    [
      'a tenant with a default target and without targets',
      { ...smallest, targets: { ops: TARGET }, tenants: { team: { notify: ['ops'] } } },
      ['tenants.team.targets: must hold ops, which tenants.team.notify names'],
    ],
    [
      'a way to sign callbacks without a key',
      { ...smallest, tenants: { team: { callbackSigning: 'v1a' } } },
      ['tenants.team.callbackSigning: needs tenants.team.signing'],
    ],
    ['a target without a type', { ...smallest, targets: { t: {} } }, ['targets.t.type: is missing']],
    [
      'a target nobody has',
      { ...smallest, targets: { t: { type: 'telegraph' } } },
      [expect.stringMatching(/^targets\.t\.type: must be one of .*webhook/) as unknown as string],
    ],
    [
      'a default target that is not there',
      { ...smallest, defaults: { notify: ['ops'] } },
      ['defaults.notify.0: names no target'],
    ],
    [
      'a default callback by http',
      { ...smallest, defaults: { notify: ['http://ci.example.com/'] } },
      ['defaults.notify.0: must be an https URL'],
    ],
    [
      "a tenant's target that is not there",
      { ...smallest, tenants: { t: { notify: ['ops'] } } },
      ['tenants.t.notify.0: names no target'],
    ],
    [
      'a default connection that is not there',
      { ...smallest, defaults: { connections: { aliyun: 'b' } } },
      ['defaults.connections.aliyun: names no connection'],
    ],
    [
      'a default connection of the other cloud',
      { ...smallest, defaults: { connections: { huawei: 'aliyun' } } },
      ['defaults.connections.huawei: is a connection of aliyun'],
    ],
    ['an operator that is no target', { ...smallest, operators: ['ops'] }, ['operators.0: names no target']],
    [
      'an operator that cannot read',
      {
        ...smallest,
        targets: { build: { type: 'gitlab-trigger', project: 'a/b', token: 'env:T', ref: 'main' } },
        operators: ['build'],
      },
      ['operators.0: a target of type gitlab-trigger is nothing for people to read'],
    ],
    [
      'a setting by its name of an earlier release',
      { ...smallest, targets: { t: { type: 'slack', url: 'env:URL', lane: { perSecond: 1 } } } },
      ['targets.t.lane: is called "rate" now'],
    ],
    [
      'progress where nothing can be changed',
      { ...smallest, targets: { t: { type: 'slack', url: 'env:URL', progress: true } } },
      ['targets.t.progress: this type cannot change what it has sent; these can: slack-bot, discord, telegram'],
    ],
    [
      'progress of some events',
      {
        ...smallest,
        targets: { t: { type: 'discord', url: 'env:URL', progress: true, events: ['operation.failed'] } },
      },
      ['targets.t.events: a message that is kept up to date tells everything'],
    ],
    ['a gap for nobody', { ...smallest, gaps: { 'aws-emr': {} } }, ['gaps.aws-emr: names no provider']],
    [
      'a gap upside down',
      { ...smallest, gaps: { 'aliyun-emr': { min: 'PT10M' } } },
      ['gaps.aliyun-emr: min is above max'],
    ],
    [
      'a deadline nobody can read',
      { ...smallest, defaults: { deadline: '24h' } },
      ['defaults.deadline: must be an ISO 8601 duration such as PT30S or PT24H'],
    ],
    [
      'a deadline too far',
      { ...smallest, defaults: { deadline: 'P8D' } },
      ['defaults.deadline: must be more than nothing and at most P7D'],
    ],
    [
      'a deadline at once',
      { ...smallest, defaults: { deadline: 'PT0S' } },
      ['defaults.deadline: must be more than nothing and at most P7D'],
    ],
  ])('%s', (_, input, expected) => {
    expect(faults(input)).toEqual(expected);
  });

  test('is said all at once, each with its place, and nothing of any value is shown', () => {
    const secret = 'SECRET';
    const all = faults({
      connections: {
        [`${'Bad Name'}`]: { vendor: 'aliyun', credentials: secret },
        b: {
          vendor: 'huawei',
          credentials: { accessKeyId: secret, secretAccessKey: secret },
          endpoints: { dws: `https://${secret}/path` },
        },
        c: { ...aliyun, project: `${secret} ${secret}`, callsPerSecond: secret },
      },
      targets: { t: { type: 7 } },
      tenants: { a: { signing: `whsec_${secret}` } },
      defaults: { deadline: secret, notify: secret },
      gaps: { 'aliyun-emr': { min: secret, factor: -1 } },
      callbacks: { allowPrivate: secret },
    });
    expect(all.map((fault) => fault.split(':')[0])).toEqual([
      'connections.Bad Name',
      'connections.Bad Name.credentials',
      'connections.b.credentials.accessKeyId',
      'connections.b.credentials.secretAccessKey',
      'connections.b.endpoints.dws',
      'connections.c.project',
      'connections.c.callsPerSecond',
      'targets.t.type',
      'tenants.a.signing',
      'defaults.notify',
      'defaults.deadline',
      'gaps.aliyun-emr.factor',
      'gaps.aliyun-emr.min',
      'callbacks.allowPrivate',
    ]);
    expect(all.join('\n')).not.toContain(secret);
  });

  test('stands in the message of the error, line by line', () => {
    expect(() => readConfig({})).toThrow('opwatch.config.ts has 1 fault(s):\n  - connections: is missing');
  });
});
