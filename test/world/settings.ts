/** The configuration of the world under test, and the secrets in it: every one carries the canary that must never be seen. */
import { type Config, readConfig } from '../../lib/config/config.ts';
import type { ConfigInput } from '../../lib/config/settings.ts';

export const CANARY = 'CANARY';

/** 24 bytes in base64 each: what named targets are signed with, and the callbacks of each tenant. */
export const SIGNING_SECRET = 'whsec_CANARYCANARYCANARYCANARYCANARYCA';
export const TARGETS_SIGNER = 'targets';
export const TENANT_SECRETS = {
  default: 'whsec_CANARYDEFAULTCANARYDEFAULTCANARY',
  other: 'whsec_CANARYOTHERCANARYOTHERCANARYOTHE',
  flooding: 'whsec_CANARYFLOODCANARYFLOODCANARYFLOO',
} as const;

export const KEYS = { aliyun: 'LTAI5tExample1', huawei: 'HPUAEXAMPLE1' } as const;

/** What links to watches are signed with. */
export const LINK_KEY = 'CANARY-link-key-of-at-least-32-characters';

/** What goes with any access key id of a vendor. */
export const SECRETS = {
  aliyun: { secretAccessKey: 'aliyun-CANARY-secret', securityToken: 'aliyun-CANARY-sts-token' },
  huawei: { secretAccessKey: 'huawei-CANARY-secret' },
} as const;

export const environment = (): Record<string, string> => ({
  ALIYUN_KEY: KEYS.aliyun,
  ALIYUN_SECRET: SECRETS.aliyun.secretAccessKey,
  ALIYUN_TOKEN: SECRETS.aliyun.securityToken,
  HUAWEI_KEY: KEYS.huawei,
  HUAWEI_SECRET: SECRETS.huawei.secretAccessKey,
  CHAT_URL: 'https://chat.example.com/hooks/CANARY-chat',
  CHANNEL_TOKEN: 'xoxb-CANARY-token',
  OPERATORS_URL: 'https://operators.example.com/hooks/CANARY-operators',
  SIGNING: SIGNING_SECRET,
  SIGNING_DEFAULT: TENANT_SECRETS.default,
  SIGNING_OTHER: TENANT_SECRETS.other,
  SIGNING_FLOODING: TENANT_SECRETS.flooding,
  LINK_KEY,
});

const TARGETS = {
  chat: { type: 'webhook', url: 'env:CHAT_URL', secrets: ['env:SIGNING'] },
  ci: { type: 'webhook', url: 'https://ci.example.com/opwatch', secrets: 'env:SIGNING' },
  follower: { type: 'slack-bot', token: 'env:CHANNEL_TOKEN', channel: 'C0123ABCD', progress: true },
} as const;

const base: ConfigInput = {
  connections: {
    aliyun: {
      vendor: 'aliyun',
      credentials: {
        accessKeyId: 'env:ALIYUN_KEY',
        secretAccessKey: 'env:ALIYUN_SECRET',
        securityToken: 'env:ALIYUN_TOKEN',
      },
    },
    huawei: { vendor: 'huawei', credentials: { accessKeyId: 'env:HUAWEI_KEY', secretAccessKey: 'env:HUAWEI_SECRET' } },
  },
  targets: TARGETS,
  tenants: { default: { signing: 'env:SIGNING_DEFAULT' }, other: { signing: 'env:SIGNING_OTHER', notify: ['ci'] } },
  defaults: { notify: ['chat'] },
  links: { keys: ['env:LINK_KEY'] },
};

/** What has notices told to a target of that name. */
export const operatorsCalled = (name: string): Pick<ConfigInput, 'operators' | 'targets'> => ({
  operators: [name],
  targets: { ...TARGETS, [name]: { type: 'webhook', url: 'env:OPERATORS_URL', secrets: 'env:SIGNING' } },
});

/** The same, with `more` in place of what it names. */
export const configWith = (more: Partial<ConfigInput> = {}): Config => readConfig(opened(inputWith(more)));

/** The same before it is read, and without the bounds of tenants. */
export const inputWith = (more: Partial<ConfigInput> = {}): ConfigInput => ({ ...base, ...more });

/** Every tenant may use and have told all there is, where its settings do not say otherwise. */
const opened = (input: ConfigInput): ConfigInput => {
  const all = {
    connections: Object.keys(input.connections),
    targets: [...Object.keys(input.targets ?? {}), 'https://*'],
  };
  const tenants = Object.entries(input.tenants ?? {}).map(([name, tenant]) => [
    name,
    name === 'default' ? tenant : { ...all, ...tenant },
  ]);
  return { ...input, tenants: Object.fromEntries(tenants) };
};

/** The same without keys for links. */
export const configWithoutLinks = (): Config => {
  const { links: _, ...rest } = base;
  return readConfig(opened(rest));
};
