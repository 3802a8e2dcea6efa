/**
 * What this deployment watches with, and whom it tells. Bundled into the functions: a change takes effect with a deploy.
 * Secrets are references and are read when they are used: a rotated secret needs no deploy. All settings: docs/config.md.
 */
import { defineConfig } from './lib/config/config.ts';

export default defineConfig({
  connections: {
    aliyun: {
      vendor: 'aliyun',
      // JSON in one SSM SecureString: {"accessKeyId": "...", "secretAccessKey": "..."}
      credentials: 'ssm:/opwatch/aliyun/credentials',
      callsPerSecond: 10,
    },
    huawei: {
      vendor: 'huawei',
      credentials: 'ssm:/opwatch/huawei/credentials',
      callsPerSecond: 10,
    },
  },
  targets: {
    ops: {
      type: 'webhook',
      url: 'ssm:/opwatch/targets/ops/url',
      secrets: ['ssm:/opwatch/targets/ops/secret'],
    },
  },
  tenants: {
    // A private key (whsk_) signs callbacks: receivers verify with the public key at GET /keys, and cannot forge.
    default: { signing: 'ssm:/opwatch/tenants/default/signing', callbackSigning: 'v1a' },
  },
  defaults: { notify: ['ops'] },
});
