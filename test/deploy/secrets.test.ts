/** Which role may read which secret: those that the configuration names for its work. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roles } from '../../deploy/roles.ts';
import { secretsWithoutArn } from '../../deploy/secrets.ts';
import { readSettings } from '../../deploy/settings.ts';
import { readConfig } from '../../lib/config/config.ts';
import type { ConfigInput } from '../../lib/config/settings.ts';
import { list, nameOf, type Resources, statementsOf } from './packaged.ts';
import { isAllowed, type Rule } from './policy.ts';

/** The parameters of a deployment as they come. */
const UNREAD = {
  name: 'opwatch-dev',
  pollQueues: 1,
  notifyQueues: 1,
  eventBuses: '',
  topics: '',
  alarmEmail: '',
  alarmUrl: '',
  alarmSlackWorkspace: '',
  alarmSlackChannel: '',
};

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:';

const settingsWith = (secrets = '', stage = 'dev') => readSettings({ ...UNREAD, secrets, stage });

const statementsFor = (config: ConfigInput, role: string, secrets?: string, stage?: string) => {
  const made = roles(settingsWith(secrets, stage), readConfig(config)) as unknown as Resources;
  return statementsOf(made[`${role}Role`]?.Properties ?? {});
};

/** What a role may read, by action. */
const readable = (config: ConfigInput, role: string, secrets?: string, stage?: string) =>
  statementsFor(config, role, secrets, stage).flatMap(({ Action, Resource }) =>
    /^(ssm|secretsmanager):/.test(String(Action)) ? list(Resource).map((one) => `${Action} ${nameOf(one)}`) : [],
  );

const parameter = (name: string) => `ssm:GetParameters parameter/${name}`;

const CONFIG: ConfigInput = {
  connections: {
    'aliyun-a': { vendor: 'aliyun', credentials: 'ssm:/opwatch/aliyun' },
    'aliyun-b': {
      vendor: 'aliyun',
      credentials: { accessKeyId: 'env:ID', secretAccessKey: 'secret:aliyun/b', securityToken: 'ssm:/elsewhere/token' },
    },
    huawei: { vendor: 'huawei', credentials: 'ssm:/opwatch/huawei' },
  },
  targets: {
    hook: {
      type: 'webhook',
      url: 'ssm:/opwatch/hook/url',
      secrets: ['ssm:/opwatch/hook/new', 'ssm:/opwatch/hook/old'],
    },
    chat: { type: 'slack', url: 'secret:chats/ops' },
  },
  tenants: { default: { signing: ['ssm:/opwatch/signing', 'ssm:/aws/reference/secretsmanager/signing'] } },
  links: { keys: ['ssm:/opwatch/links/new', 'secret:links', 'env:LINK_KEY'] },
};
const SECRETS = [
  `${ARN}aliyun/b-AbCdEf`,
  `${ARN}chats/ops-AbCdEf`,
  `${ARN}links-AbCdEf`,
  `${ARN}unnamed-AbCdEf`,
].join();
const reference = (name: string) => parameter(`aws/reference/secretsmanager/${name}`);
const secret = (name: string) => `secretsmanager:GetSecretValue ${ARN}${name}-AbCdEf`;

describe('a role may read exactly what the configuration names for its work', () => {
  test.each<[string, string[]]>([
    [
      'PollerAliyun',
      [reference('aliyun/b'), parameter('elsewhere/token'), parameter('opwatch/aliyun'), secret('aliyun/b')],
    ],
    ['PollerHuawei', [parameter('opwatch/huawei')]],
    [
      'Notifier',
      [
        ...['chats/ops', 'links', 'signing'].map(reference),
        ...['hook/new', 'hook/old', 'hook/url', 'links/new', 'signing'].map((name) => parameter(`opwatch/${name}`)),
        ...['chats/ops', 'links'].map(secret),
      ],
    ],
    ['Link', [reference('links'), parameter('opwatch/links/new'), secret('links')]],
    ['Keys', []],
    ['Openapi', []],
    ['Trigger', []],
    ['Sweep', []],
    ['Api', []],
    ['Authorizer', []],
  ])('%s [S5]', (role, expected) => {
    expect(readable(CONFIG, role, SECRETS)).toEqual(expected);
  });

  test('Keys, of tenants that sign by v1a, their private keys [S5]', () => {
    const tenants = {
      default: { signing: 'ssm:/opwatch/a', callbackSigning: 'v1a' },
      team: { signing: 'ssm:/opwatch/b', callbackSigning: 'derived' },
      old: { signing: 'ssm:/opwatch/c' },
    } as const;
    expect(readable({ ...CONFIG, tenants }, 'Keys')).toEqual([parameter('opwatch/a')]);
  });

  test('and packaging names each secret of Secrets Manager that no ARN lets anybody read', () => {
    const config = readConfig(CONFIG);
    expect(secretsWithoutArn(config, settingsWith(SECRETS))).toEqual(['signing']);
    expect(secretsWithoutArn(config, settingsWith()).sort()).toEqual(['aliyun/b', 'chats/ops', 'links', 'signing']);
  });

  test('so a stage whose names are its own cannot read those of another stage [S16]', () => {
    const ofStage = (stage: string): ConfigInput => ({
      connections: { huawei: { vendor: 'huawei', credentials: `ssm:/opwatch/${stage}/huawei` } },
      targets: { hook: { type: 'webhook', url: `ssm:/opwatch/${stage}/url`, secrets: `ssm:/opwatch/${stage}/secret` } },
    });
    const roleNames = ['PollerHuawei', 'Notifier'];
    const texts = roleNames.flatMap((role) => readable(ofStage('dev'), role));
    expect(texts).toHaveLength(3);
    expect(texts.filter((text) => !text.includes('/dev/'))).toEqual([]);
  });
});

describe('more names than a policy holds', () => {
  const connections = (names: readonly string[]): ConfigInput => ({
    connections: Object.fromEntries(
      names.map((name, i) => [`c-${i}`, { vendor: 'aliyun', credentials: `ssm:/${name}` } as const]),
    ),
  });
  const numbered = (count: number, name: (i: number) => string) => Array.from({ length: count }, (_, i) => name(i));

  test('become the narrowest pattern that fits', () => {
    const names = numbered(80, (i) => `opwatch/dev/keys/account-${i}`);
    expect(readable(connections(names.slice(0, 50)), 'PollerAliyun')).toHaveLength(50);
    expect(readable(connections(names), 'PollerAliyun')).toEqual([parameter('opwatch/dev/keys/*')]);
  });

  test('become several patterns where paths differ, and a lone name stays as it is', () => {
    const names = [
      'alone',
      'shared/team/a/key',
      ...numbered(80, (i) => `opwatch/dev/${i % 2 === 0 ? 'a' : 'b'}/account-${i}`),
    ];
    expect(readable(connections(names), 'PollerAliyun')).toEqual(
      ['alone', 'opwatch/dev/a/*', 'opwatch/dev/b/*', 'shared/team/a/key'].map(parameter),
    );
  });

  test.each<[string, string, string[]]>([
    ['beside the folder of the stage', 'dev', ['opwatch/dev/key', ...numbered(100, (i) => `opwatch/shared-${i}`)]],
    ['that begin with the stage', 'dev', numbered(100, (i) => `opwatch/dev-${i}`)],
    ['that end with the stage', 'Prod', numbered(100, (i) => `opwatch/account-${i}/prod`)],
    ['of a stage of two words', 'dev-prod', numbered(100, (i) => `opwatch/x/${i}.dev_prod`)],
  ])('are refused where a pattern would open other stages: %s [S16]', (_, stage, names) => {
    expect(() => readable(connections(names), 'PollerAliyun', '', stage)).toThrow('a common path of their stage');
  });

  test('leave room for the ARNs of secrets', () => {
    const some = numbered(50, (i) => `opwatch/dev/keys/account-${i}`);
    const secrets = numbered(12, (i) => `kept/secret-${i}`);
    const config = connections(some);
    const more = Object.fromEntries(
      secrets.map((each, i) => [`s-${i}`, { vendor: 'aliyun', credentials: `secret:${each}` } as const]),
    );
    const arns = secrets.map((each) => `${ARN}${each}-AbCdEf`).join();
    const both = { ...config, connections: { ...config.connections, ...more } };
    expect(readable(config, 'PollerAliyun', arns)).toHaveLength(50);
    const told = readable(both, 'PollerAliyun', arns);
    expect(told).toContain(reference('kept/*'));
    expect(told.filter((text) => text.startsWith('secretsmanager:'))).toHaveLength(12);
  });

  test('are refused, with the cure, where no path is common', () => {
    expect(() => readable(connections(numbered(200, (i) => `account-${i}`)), 'PollerAliyun')).toThrow(
      'put them below a common path',
    );
  });

  /** The longest that each part of an ARN can be. */
  const WIDE: Readonly<Record<string, string>> = {
    'AWS::Partition': 'aws-us-gov',
    'AWS::Region': 'ap-northeast-1',
    'AWS::AccountId': '123456789012',
  };
  const resolved = (text: string): string =>
    text
      .replace(
        /\{"Fn::GetAtt":\["\w+","Arn"\]\}/g,
        JSON.stringify(`arn:aws-us-gov:sqs:ap-northeast-1:123456789012:${'n'.repeat(80)}`),
      )
      .replace(/\{"Fn::Sub":("[^"]*")\}/g, '$1')
      .replace(/\$\{([\w:.]+)\}/g, (_, name) => WIDE[name] ?? 'n'.repeat(120));

  const name = fc
    .array(fc.stringMatching(/^[a-z]{1,3}[0-9]{0,4}$/), { minLength: 1, maxLength: 5 })
    .map((parts) => `opwatch/${parts.join('/')}`);

  test('are all covered, and no role outgrows IAM’s 10,240 characters', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 150 }), (names) => {
        const statements = statementsFor(connections(names), 'PollerAliyun');
        const text = resolved(JSON.stringify(statements));
        expect(text.length).toBeLessThan(10_000);
        const rules = JSON.parse(text) as Rule[];
        const arn = (each: string) => `arn:aws-us-gov:ssm:ap-northeast-1:123456789012:parameter/${each}`;
        for (const each of names)
          expect(isAllowed(rules, { action: 'ssm:GetParameters', resource: arn(each) })).toBe(true);
        expect(isAllowed(rules, { action: 'ssm:GetParameters', resource: arn('other/x') })).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
