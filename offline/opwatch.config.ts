/** The configuration of the local stack: the stand-in clouds, the inbox, and nothing beyond this machine. */
import { defineConfig } from '../lib/config/config.ts';
import { everyTarget } from './inbox/targets.ts';

const clouds = process.env.OPWATCH_CLOUDS_URL ?? 'http://127.0.0.1:4010';
const inbox = process.env.OPWATCH_INBOX_URL ?? 'http://127.0.0.1:4020';
const callsPerSecond = Number(process.env.STAND_IN_CALLS_PER_SECOND ?? 100);
const token = process.env.STAND_IN_TOKEN ?? 'stand-in';
const linkKeys = process.env.STAND_IN_LINK_KEYS;

const targets = everyTarget(inbox, token);

/** A tenant beside `default` may use and have told what the configuration lists for it, and nothing else. */
const tenant = { connections: ['aliyun', 'huawei'], targets: ['inbox', 'https://*'] };

export default defineConfig({
  connections: {
    aliyun: {
      vendor: 'aliyun',
      credentials: { accessKeyId: 'env:STAND_IN_ALIYUN_KEY', secretAccessKey: 'env:STAND_IN_ALIYUN_SECRET' },
      endpoints: { '*': clouds },
      callsPerSecond,
    },
    huawei: {
      vendor: 'huawei',
      credentials: { accessKeyId: 'env:STAND_IN_HUAWEI_KEY', secretAccessKey: 'env:STAND_IN_HUAWEI_SECRET' },
      endpoints: { '*': clouds },
      callsPerSecond,
    },
    // As a deployment has them: at the usual pace, with credentials that stand in SSM and can be replaced while all runs.
    'aliyun-stored': { vendor: 'aliyun', credentials: 'ssm:/opwatch/aliyun', endpoints: { '*': clouds } },
    'huawei-stored': { vendor: 'huawei', credentials: 'ssm:/opwatch/huawei', endpoints: { '*': clouds } },
  },
  targets: {
    ...targets,
    'slack-bot': { ...targets['slack-bot'], progress: true },
    inbox: { type: 'webhook', url: `${inbox}/hooks/inbox`, secrets: ['env:STAND_IN_SIGNING_SECRET'] },
  },
  operators: ['inbox'],
  tenants: {
    default: { signing: 'env:STAND_IN_SIGNING_SECRET' },
    other: tenant,
    pages: tenant,
    // Its callbacks are signed with a private key: GET /keys?tenant=signing shows the public one.
    signing: { ...tenant, signing: 'env:STAND_IN_PRIVATE_SECRET', callbackSigning: 'v1a' },
    flooding: { ...tenant, connections: ['aliyun-stored'], signing: 'env:STAND_IN_SIGNING_SECRET' },
  },
  defaults: { connections: { aliyun: 'aliyun', huawei: 'huawei' }, notify: ['inbox'] },
  ...(linkKeys && { links: { keys: linkKeys.split(',') } }),
  callbacks: { allowLoopback: true },
});
