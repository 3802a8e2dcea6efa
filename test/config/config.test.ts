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
    ['nothing there', undefined, ['the file: is missing; must be an object']],
    ['no connections', {}, ['connections: is missing; must be an object']],
    [
      'unknown vendor',
      { connections: { a: { ...aliyun, vendor: 'aws' } } },
      ['connections.a.vendor: is a text; must be one of aliyun, huawei'],
    ],
    [
      'unknown setting',
      { ...smallest, targts: {} },
      ['targts: is an object; is not a known setting: did you mean targets?'],
    ],
    [
      'no credentials',
      { connections: { a: { vendor: 'aliyun' } } },
      [
        'connections.a.credentials: is missing; must be a reference (ssm:/path, secret:name or env:NAME), never the secret itself, or must be an object',
      ],
    ],
    [
      'a rate of nothing',
      { connections: { a: { ...aliyun, callsPerSecond: 0 } } },
      ['connections.a.callsPerSecond: is a number; must be at least 0.1'],
    ],
    [
      'a tenant bounded to what is not there',
      { ...smallest, tenants: { team: { connections: ['none'], targets: ['nobody', 'https://ci.example.com/path'] } } },
      [
        'tenants.team.connections.0: is a text; names no connection: there is no "none", there are: aliyun',
        'tenants.team.targets.0: is a text; names no target: there is no "nobody", there are none; and it is not an origin such as https://ci.example.com',
        'tenants.team.targets.1: is a text; names no target: there are none; and it is not an origin such as https://ci.example.com',
      ],
    ],
    [
      'a tenant whose default target is not among its targets',
      { ...smallest, targets: { ops: TARGET }, tenants: { team: { notify: ['ops'], targets: [] } } },
      ['tenants.team.targets: is an empty list; must hold ops, because tenants.team.notify does'],
    ],
    [
      'a tenant with a default target and without targets',
      { ...smallest, targets: { ops: TARGET }, tenants: { team: { notify: ['ops'] } } },
      ['tenants.team.targets: is missing; must hold ops, because tenants.team.notify does'],
    ],
    [
      'a way to sign callbacks without a key',
      { ...smallest, tenants: { team: { callbackSigning: 'v1a' } } },
      [
        'tenants.team.signing: is missing; must be a reference to a key, because tenants.team.callbackSigning needs one',
      ],
    ],
    ['a target without a type', { ...smallest, targets: { t: {} } }, ['targets.t.type: is missing; must be a text']],
    [
      'a target nobody has',
      { ...smallest, targets: { t: { type: 'telegraph' } } },
      [
        expect.stringMatching(
          /^targets\.t\.type: is a text; must be one of .*webhook.*; did you mean telegram\?$/,
        ) as unknown as string,
      ],
    ],
    [
      'a default target that is not there',
      { ...smallest, defaults: { notify: ['ops'] } },
      ['defaults.notify.0: is a text; names no target: there is no "ops", there are none'],
    ],
    [
      'a default callback by http',
      { ...smallest, defaults: { notify: ['http://ci.example.com/'] } },
      ['defaults.notify.0: is a text; must be an https URL'],
    ],
    [
      "a tenant's target that is not there",
      { ...smallest, tenants: { t: { notify: ['ops'] } } },
      ['tenants.t.notify.0: is a text; names no target: there is no "ops", there are none'],
    ],
    [
      'a default connection that is not there',
      { ...smallest, defaults: { connections: { aliyun: 'b' } } },
      ['defaults.connections.aliyun: is a text; names no connection: there is no "b", there are: aliyun'],
    ],
    [
      'a default connection of the other cloud',
      { ...smallest, defaults: { connections: { huawei: 'aliyun' } } },
      ['defaults.connections.huawei: is a text; must be a connection of huawei'],
    ],
    [
      'an operator that is no target',
      { ...smallest, operators: ['ops'] },
      ['operators.0: is a text; names no target: there is no "ops", there are none'],
    ],
    [
      'an operator that cannot read',
      {
        ...smallest,
        targets: { build: { type: 'gitlab-trigger', project: 'a/b', token: 'env:T', ref: 'main' } },
        operators: ['build'],
      },
      [
        'operators.0: is a text; must be a target of another type: a target of type gitlab-trigger cannot receive notices',
      ],
    ],
    [
      'a setting by its name of an earlier release',
      { ...smallest, targets: { t: { type: 'slack', url: 'env:URL', lane: { perSecond: 1 } } } },
      ['targets.t.lane: is an object; must have its new name "rate"'],
    ],
    [
      'progress where nothing can be changed',
      { ...smallest, targets: { t: { type: 'slack', url: 'env:URL', progress: true } } },
      [
        'targets.t.progress: is true or false; must be absent: this type cannot change a message after sending it; these types can: slack-bot, discord, telegram',
      ],
    ],
    [
      'progress of some events',
      {
        ...smallest,
        targets: { t: { type: 'discord', url: 'env:URL', progress: true, events: ['operation.failed'] } },
      },
      ['targets.t.events: is a list; must be absent: a message that opwatch keeps up to date reports every event'],
    ],
    [
      'a gap for nobody',
      { ...smallest, gaps: { 'aws-emr': {} } },
      [
        'gaps.aws-emr: is an object; names no provider: there is no "aws-emr", there are: aliyun-emr, aliyun-ehpc, aliyun-bpstudio, aliyun-ros, huawei-modelarts, huawei-dws, huawei-job',
      ],
    ],
    [
      'a gap upside down',
      { ...smallest, gaps: { 'aliyun-emr': { min: 'PT10M' } } },
      ['gaps.aliyun-emr.min: is a text; must not be more than max'],
    ],
    [
      'a deadline nobody can read',
      { ...smallest, defaults: { deadline: '24h' } },
      ['defaults.deadline: is a text; must be an ISO 8601 duration such as PT30S or PT24H'],
    ],
    [
      'a deadline too far',
      { ...smallest, defaults: { deadline: 'P8D' } },
      ['defaults.deadline: is a text; must be more than zero and at most P7D'],
    ],
    [
      'a deadline at once',
      { ...smallest, defaults: { deadline: 'PT0S' } },
      ['defaults.deadline: is a text; must be more than zero and at most P7D'],
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

  test('is found in one pass: a fault of one setting hides none of another', () => {
    const all = faults({
      connections: {
        aliyun: { ...aliyun, vendor: 'alibaba', callsPerSecond: 'ten' },
        huawei: { ...huawei, projct: 'x' },
      },
      targets: {
        ops: {
          type: 'webhook',
          url: 'https://ci.example.com/',
          format: 'cloudevents',
          template: { a: 1 },
          secret: 'env:S',
        },
        chat: { type: 'slak', url: 'env:URL' },
        bot: { type: 'slack-bot', token: 'xoxb-0000', channel: 'general', mention: { user: ['U0123ABCD'] } },
      },
      defaults: { notify: ['op', 7], connections: { huawei: 'huawei-prod' } },
      links: { keys: [] },
      operaters: ['ops'],
    });
    expect(all).toEqual([
      'connections.aliyun.vendor: is a text; must be one of aliyun, huawei',
      'connections.aliyun.callsPerSecond: is a text; must be a number',
      'connections.huawei.projct: is a text; is not a known setting: did you mean project?',
      'defaults.notify.1: is a number; must be a text',
      'links.keys: is an empty list; must name a key',
      'operaters: is a list; is not a known setting: did you mean operators?',
      'defaults.notify.0: is a text; names no target: there is no "op", did you mean ops?',
      'defaults.connections.huawei: is a text; names no connection: there is no "huawei-prod", did you mean huawei?',
      'targets.ops.secrets: is missing; must be a reference (ssm:/path, secret:name or env:NAME), never the secret itself, or must be a list',
      'targets.ops.secret: is a text; is not a known setting: did you mean secrets?',
      'targets.ops: is an object; must have either a format or a template',
      expect.stringMatching(
        /^targets\.chat\.type: is a text; must be one of webhook, slack, .*; did you mean slack\?$/,
      ),
      'targets.bot.token: is a text; must be a reference (ssm:/path, secret:name or env:NAME), never the secret itself',
      'targets.bot.channel: is a text; must be the id of a channel, such as C0123ABCD',
      'targets.bot.mention.user: is a list; is not a known setting: did you mean users?',
    ]);
  });

  test('is told by the compiler too where it is in the type of a target', () => {
    const url = 'env:URL';
    // @ts-expect-error: there is no such type
    defineConfig({ connections: {}, targets: { chat: { type: 'slak', url } } });
    // @ts-expect-error: Slack has no such setting
    defineConfig({ connections: {}, targets: { chat: { type: 'slack', url, chanel: 'C0123ABCD' } } });
    // @ts-expect-error: PagerDuty has no url
    defineConfig({ connections: {}, targets: { chat: { type: 'pagerduty', url } } });
    defineConfig({ connections: {}, targets: { chat: { type: 'slack', url, events: ['operation.failed'] } as const } });
  });

  test('stands in the message of the error, line by line', () => {
    expect(() => readConfig({})).toThrow(
      'opwatch.config.ts has 1 fault(s):\n  - connections: is missing; must be an object',
    );
  });
});
