/** The configuration of the local stack: the stand-in clouds, the inbox, and nothing beyond this machine. */
import { defineConfig } from '../lib/config.ts';
import { everyTarget } from './inbox/targets.ts';

const clouds = process.env.OPWATCH_CLOUDS_URL ?? 'http://127.0.0.1:4010';
const inbox = process.env.OPWATCH_INBOX_URL ?? 'http://127.0.0.1:4020';
const token = process.env.STAND_IN_TOKEN ?? 'stand-in';

const targets = everyTarget(inbox, token);

export default defineConfig({
  connections: {
    aliyun: {
      vendor: 'aliyun',
      credentials: { accessKeyId: 'env:STAND_IN_ALIYUN_KEY', secretAccessKey: 'env:STAND_IN_ALIYUN_SECRET' },
      endpoints: { '*': clouds },
      callsPerSecond: 100,
    },
    huawei: {
      vendor: 'huawei',
      credentials: { accessKeyId: 'env:STAND_IN_HUAWEI_KEY', secretAccessKey: 'env:STAND_IN_HUAWEI_SECRET' },
      endpoints: { '*': clouds },
      callsPerSecond: 100,
    },
  },
  targets: {
    ...targets,
    'slack-bot': { ...targets['slack-bot'], progress: true },
    inbox: { type: 'webhook', url: `${inbox}/hooks/inbox`, secrets: ['env:STAND_IN_SIGNING_SECRET'] },
  },
  operators: ['inbox'],
  tenants: {
    default: { signing: 'env:STAND_IN_SIGNING_SECRET' },
  },
  defaults: { notify: ['inbox'] },
  callbacks: { allowLoopback: true },
});
